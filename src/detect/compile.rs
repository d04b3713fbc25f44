//! Turns a rule set into what the engine walks: every field name becomes a question, every log source a set of bits.
//!
//! The tree keeps the shape of the rule; nothing is optimised here.

use super::excuse::CompiledExcuse;
use super::needle::Needle;
use super::redaction::Redaction;
use super::route::Routes;
use crate::model::{AskId, Asks, Excuse, Feed, FeedId, FormatId, LogSource, QuickMap, RuleId, TagSet};
use crate::sigma::{
    Comparison, Correlation, Decimal, Expr, FieldTest, Group, Keywords, Rule, Ruleset, Search, TimePart, ValueTest,
};
use std::sync::Arc;

/// The fields an alert can be about when its rule does not say, the first one first (report.md 1).
pub(super) const ENTITY_FIELDS: [&str; 7] = ["src_ip", "user", "command_line", "url", "url_host", "process", "host"];

/// Which rules are tried on an event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Those whose witnesses it has: `route.rs`.
    #[default]
    Indexed,
    /// All whose log source it has: the measure of the other.
    Reference,
}

/// How rules are held against events.
pub(crate) struct Options {
    /// Changes nothing but speed.
    pub(crate) engine: Kind,
    /// Events are taken as they are (`rules test --raw`): objects offer no text, nothing inherits a time.
    pub(crate) raw: bool,
    /// Whether keywords may search the text of records of a format.
    pub(crate) raw_text: fn(FormatId) -> bool,
    /// Rules that are neither reported nor scored; they still feed (README decision 9).
    pub(crate) excluded: Vec<RuleId>,
    /// What ignore entries ask of fields.
    pub(crate) excuses: Vec<Excuse>,
    /// Sample events an alert keeps: the first ones and the last.
    pub(crate) samples: usize,
    /// What is blanked.
    pub(crate) redaction: Redaction,
}

/// A compiled rule set.
pub(crate) struct Engine {
    pub(super) rules: Vec<CompiledRule>,
    pub(super) feeds: Vec<CompiledFeed>,
    pub(super) options: Options,
    pub(super) routes: Routes,
    has_keywords: bool,
}

/// A detection rule, ready to be held against events.
pub(super) struct CompiledRule {
    pub(super) id: RuleId,
    /// What an event's tags must cover; `None`: no event can have this log source.
    pub(super) needs: Option<TagSet>,
    /// The first rule for the same product, maybe itself, by position.
    pub(super) kin: usize,
    /// The rule must hold for one line of an audit event alone (README decision 3).
    pub(super) one_line: bool,
    /// People see its matches.
    pub(super) reported: bool,
    /// What its matches contribute to: positions in [`Engine::feeds`].
    pub(super) feeds: Vec<usize>,
    /// The correlations behind these.
    pub(super) fed: Arc<[RuleId]>,
    pub(super) selections: Vec<CompiledSelection>,
    pub(super) conditions: Vec<Expr>,
    /// Selections of the conditions that do not stand under `not`, in document order.
    pub(super) positive: Vec<usize>,
    /// Fields the detection names, in order of first naming.
    pub(super) named: Vec<Named>,
    pub(super) about: About,
    /// Ignore entries that look at fields.
    pub(super) excuses: Vec<CompiledExcuse>,
}

impl CompiledRule {
    /// Whether an event with these tags has the rule's log source.
    pub(super) fn fits(&self, tags: &TagSet) -> bool {
        self.needs.as_ref().is_some_and(|needs| tags.covers(needs))
    }

    /// Whether it looks at all fields.
    pub(super) fn has_keywords(&self) -> bool {
        self.selections.iter().any(|selection| has_keywords(&selection.body))
    }

    /// Whether anybody wants to know of its matches.
    pub(super) fn is_wanted(&self) -> bool {
        self.reported || !self.feeds.is_empty()
    }
}

/// A field name of a rule and its question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Named {
    pub(super) name: String,
    pub(super) ask: AskId,
}

/// Where to look for what an alert is about.
pub(super) struct About {
    /// The rule's `fields`.
    pub(super) fields: Vec<Named>,
    /// [`ENTITY_FIELDS`], the same for all rules of a category.
    pub(super) canonical: Arc<[Named]>,
    /// `message`.
    pub(super) message: AskId,
}

/// A search identifier.
pub(super) struct CompiledSelection {
    pub(super) body: Node,
    /// The fields it names, as positions in [`CompiledRule::named`], in order.
    pub(super) named: Vec<usize>,
}

/// The structure below a search identifier.
pub(super) enum Node {
    All(Vec<Node>),
    Any(Vec<Node>),
    Field(FieldNode),
    Keywords(KeywordsNode),
}

/// One `field|modifiers: values` entry.
pub(super) struct FieldNode {
    pub(super) ask: AskId,
    pub(super) all: bool,
    pub(super) negated: bool,
    pub(super) values: Vec<Vec<Test>>,
}

/// Values without a field.
pub(super) struct KeywordsNode {
    pub(super) all: bool,
    pub(super) negated: bool,
    pub(super) values: Vec<Vec<Test>>,
}

/// What the values of an event are held against.
pub(super) enum Test {
    Pattern(Needle),
    /// A lone `*`: something is there that is not null.
    Something,
    Regex(Search),
    Number(Decimal),
    Bool(bool),
    Null,
    Exists(bool),
    Cidr(ipnet::IpNet),
    Compare(Comparison, Decimal),
    TimePart(TimePart, Comparison, Decimal),
    SameAs(FieldRef),
}

/// Another field to be equal to.
pub(super) struct FieldRef {
    pub(super) ask: AskId,
    pub(super) cased: bool,
    pub(super) starts: bool,
    pub(super) ends: bool,
}

/// A feed and the questions whose answers make its key.
pub(super) struct CompiledFeed {
    pub(super) id: FeedId,
    pub(super) key: Vec<KeyField>,
}

/// One slot of a feed's key.
pub(super) struct KeyField {
    pub(super) field: Named,
    /// Without it the event contributes nothing; other slots are read by outer correlations only.
    pub(super) required: bool,
}

impl Engine {
    /// Compiles `rules`. `feeds` are the contributions correlations wait for, `needs` gives the tags an event must have
    /// for a log source (`None`: no event ever has it); every field name becomes a question of `asks`.
    pub(crate) fn new(
        rules: &Ruleset,
        feeds: &[Feed],
        needs: &dyn Fn(&LogSource) -> Option<TagSet>,
        asks: &mut Asks,
        options: Options,
    ) -> Engine {
        let mut compiled = Vec::with_capacity(rules.rules.len());
        let mut canonical = Canonical::default();
        let mut products = QuickMap::default();
        for (id, rule) in (0u32..).map(RuleId).zip(&rules.rules) {
            let silent = rules.silenced_by.get(id.0 as usize).is_some_and(|by| !by.is_empty());
            let mut one = Compiler::of(rule, asks).rule(id, rule, needs, &mut canonical);
            let product = rule.logsource.product.as_deref();
            one.kin = *products.entry(product).or_insert(compiled.len());
            one.reported = !silent && !options.excluded.contains(&id);
            one.feeds = feeds.iter().enumerate().filter(|(_, feed)| feed.rule == id).map(|(n, _)| n).collect();
            one.fed = feeds.iter().filter(|feed| feed.rule == id).map(|feed| feed.correlation).collect();
            let own = options.excuses.iter().filter(|excuse| excuse.rule == id);
            one.excuses = own.map(|excuse| Compiler::of(rule, asks).excuse(excuse)).collect();
            compiled.push(one);
        }
        let feeds = (0u32..).map(FeedId).zip(feeds).map(|(id, feed)| compiled_feed(id, feed, rules, asks)).collect();
        let has_keywords = compiled.iter().any(CompiledRule::has_keywords);
        Engine { rules: compiled, feeds, options, routes: Routes::default(), has_keywords }
    }

    /// Whether some rule has keywords: then decoders must keep every field.
    pub(crate) fn has_keywords(&self) -> bool {
        self.has_keywords
    }
}

fn compiled_feed(id: FeedId, feed: &Feed, rules: &Ruleset, asks: &mut Asks) -> CompiledFeed {
    let rule = rules.rules.get(feed.rule.0 as usize);
    let category = rule.and_then(|rule| asked_category(&rule.logsource));
    let position = (feed.correlation.0 as usize).checked_sub(rules.rules.len());
    let correlation = position.and_then(|n| rules.correlations.get(n));
    // The rest of the key is for correlations above this one.
    let own = match (correlation, rule) {
        (Some(correlation), Some(rule)) => own_fields(correlation, &rule.meta.identity),
        _ => Vec::new(),
    };
    let key = feed.key.iter().map(|name| KeyField {
        field: Named { name: name.clone(), ask: asks.intern(name, category) },
        required: own.contains(&name.as_str()),
    });
    CompiledFeed { id, key: key.collect() }
}

/// The fields of a rule that a correlation reads itself: its group-by and what it counts, aliases resolved.
fn own_fields<'c>(correlation: &'c Correlation, rule: &str) -> Vec<&'c str> {
    let names = correlation.group_by.iter().chain(&correlation.count_fields);
    let resolved = |name: &'c String| correlation.aliases.get(name).and_then(|fields| fields.get(rule)).unwrap_or(name);
    names.map(|name| resolved(name).as_str()).collect()
}

/// The category a rule's field names are meant for. `any` is no category of records.
fn asked_category(source: &LogSource) -> Option<&str> {
    source.category.as_deref().filter(|category| !category.eq_ignore_ascii_case("any"))
}

/// What an event's tags must cover for a log source.
fn needed(source: &LogSource, needs: &dyn Fn(&LogSource) -> Option<TagSet>) -> Option<TagSet> {
    let stated = LogSource { category: asked_category(source).map(str::to_owned), ..source.clone() };
    if stated == LogSource::default() { Some(TagSet::default()) } else { needs(&stated) }
}

/// By category, some dozens at most: what an alert can be about.
type Canonical = Vec<(Option<String>, Arc<[Named]>)>;

/// Compiles one rule: collects the names it mentions on the way.
struct Compiler<'a> {
    asks: &'a mut Asks,
    category: Option<&'a str>,
    named: Vec<Named>,
}

impl<'a> Compiler<'a> {
    fn of(rule: &'a Rule, asks: &'a mut Asks) -> Compiler<'a> {
        Compiler { asks, category: asked_category(&rule.logsource), named: Vec::new() }
    }

    fn rule(
        mut self,
        id: RuleId,
        rule: &Rule,
        needs: &dyn Fn(&LogSource) -> Option<TagSet>,
        canonical: &mut Canonical,
    ) -> CompiledRule {
        let mut selections = Vec::with_capacity(rule.selections.len());
        for selection in &rule.selections {
            let mut mentioned = Vec::new();
            let body = self.node(&selection.body, &mut mentioned);
            selections.push(CompiledSelection { body, named: mentioned });
        }
        let conditions: Vec<Expr> = rule.conditions.iter().map(|condition| condition.expr.clone()).collect();
        let mut positive = Vec::new();
        for expr in &conditions {
            outside_not(expr, &mut positive);
        }
        positive.sort_unstable();
        positive.dedup();
        let about = About {
            fields: rule.meta.fields.iter().map(|name| self.name(name)).collect(),
            canonical: self.canonical(canonical),
            message: self.asks.intern("message", self.category),
        };
        CompiledRule {
            id,
            needs: needed(&rule.logsource, needs),
            kin: id.0 as usize,
            one_line: rule.logsource.service.as_deref().is_some_and(|service| service.eq_ignore_ascii_case("auditd")),
            reported: true,
            feeds: Vec::new(),
            fed: Arc::default(),
            selections,
            conditions,
            positive,
            named: self.named,
            about,
            excuses: Vec::new(),
        }
    }

    fn canonical(&mut self, canonical: &mut Canonical) -> Arc<[Named]> {
        if let Some((_, known)) = canonical.iter().find(|(category, _)| category.as_deref() == self.category) {
            return Arc::clone(known);
        }
        let named: Arc<[Named]> = ENTITY_FIELDS.iter().map(|name| self.name(name)).collect();
        canonical.push((self.category.map(str::to_owned), Arc::clone(&named)));
        named
    }

    fn excuse(&mut self, excuse: &Excuse) -> CompiledExcuse {
        let field = |(name, wanted): &(String, Vec<_>)| (self.name(name), wanted.clone());
        CompiledExcuse { entry: excuse.entry, fields: excuse.fields.iter().map(field).collect() }
    }

    fn name(&mut self, name: &str) -> Named {
        Named { name: name.to_owned(), ask: self.asks.intern(name, self.category) }
    }

    /// Notes that the detection names a field.
    fn mention(&mut self, name: &str, mentioned: &mut Vec<usize>) -> AskId {
        let named = self.name(name);
        let ask = named.ask;
        let position = self.named.iter().position(|known| known.name == name).unwrap_or_else(|| {
            self.named.push(named);
            self.named.len() - 1
        });
        if !mentioned.contains(&position) {
            mentioned.push(position);
        }
        ask
    }

    fn node(&mut self, group: &Group, mentioned: &mut Vec<usize>) -> Node {
        match group {
            Group::All(groups) => Node::All(groups.iter().map(|group| self.node(group, mentioned)).collect()),
            Group::Any(groups) => Node::Any(groups.iter().map(|group| self.node(group, mentioned)).collect()),
            Group::Field(test) => Node::Field(self.field(test, mentioned)),
            Group::Keywords(Keywords { all, negated, values, key: _ }) => {
                Node::Keywords(KeywordsNode { all: *all, negated: *negated, values: self.tests(values, mentioned) })
            }
        }
    }

    fn field(&mut self, test: &FieldTest, mentioned: &mut Vec<usize>) -> FieldNode {
        let ask = self.mention(&test.field, mentioned);
        let values = self.tests(&test.values, mentioned);
        FieldNode { ask, all: test.all, negated: test.negated, values }
    }

    fn tests(&mut self, values: &[Vec<ValueTest>], mentioned: &mut Vec<usize>) -> Vec<Vec<Test>> {
        values.iter().map(|alternatives| alternatives.iter().map(|test| self.test(test, mentioned)).collect()).collect()
    }

    fn test(&mut self, test: &ValueTest, mentioned: &mut Vec<usize>) -> Test {
        match test {
            ValueTest::Pattern(pattern) if pattern.is_anything() => Test::Something,
            ValueTest::Pattern(pattern) => Test::Pattern(Needle::new(pattern.clone())),
            ValueTest::Regex(regex) => Test::Regex(regex.clone()),
            ValueTest::Number(number) => Test::Number(number.clone()),
            ValueTest::Bool(word) => Test::Bool(*word),
            ValueTest::Null => Test::Null,
            ValueTest::Exists(present) => Test::Exists(*present),
            ValueTest::Cidr(net) => Test::Cidr(*net),
            ValueTest::Compare(how, number) => Test::Compare(*how, number.clone()),
            ValueTest::TimePart(part, how, number) => Test::TimePart(*part, *how, number.clone()),
            ValueTest::FieldRef { field, cased, starts, ends } => Test::SameAs(FieldRef {
                ask: self.mention(field, mentioned),
                cased: *cased,
                starts: *starts,
                ends: *ends,
            }),
        }
    }
}

fn outside_not(expr: &Expr, into: &mut Vec<usize>) {
    match expr {
        Expr::And(parts) | Expr::Or(parts) => parts.iter().for_each(|part| outside_not(part, into)),
        Expr::Selection(n) => into.push(*n),
        Expr::Not(_) | Expr::Never => {}
    }
}

fn has_keywords(node: &Node) -> bool {
    match node {
        Node::All(nodes) | Node::Any(nodes) => nodes.iter().any(has_keywords),
        Node::Keywords(_) => true,
        Node::Field(_) => false,
    }
}
