//! What must be there for a rule to hold: a few clues, at least one of which every event has that the rule holds for.
//!
//! Contract: no false negatives. What the clues say is weaker than the rule, never stronger; a rule of which nothing can
//! be said has no witness and is tried on every event.
//!
//! A rule may have two of these, and is then a candidate only for events that have a clue of each.
//!
//! Sound because clues come from positive positions only: nothing under `not`, a negated field, null or `exists: false`
//! is looked at. Of what must all hold the cheapest part stands for the whole; of alternatives all are kept, and there
//! is no witness when one of them has none. A literal is what a value holds once both are folded: patterns are stored
//! folded, a cased pattern is folded here, and of a pattern with several literals the longest is taken. Of a
//! regular expression its reading tells what a match holds. Tests that do not look for a text (networks, comparisons)
//! say at least that the field is there.

use super::compile::{CompiledRule, FieldNode, KeywordsNode, Node, Test};
use super::index::SHORTEST;
use super::leaf::written;
use crate::model::{AskId, QuickMap};
use crate::sigma::{Expr, Pattern, PatternPart, folded};
use std::borrow::Cow;
use std::hash::BuildHasher as _;

/// Where a clue is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Spot {
    /// In the values of a question.
    Ask(AskId),
    /// In any value of the event, and in its text where keywords may look there.
    Anywhere,
}

/// What is looked for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Hint<'t> {
    /// The folded value is this.
    Whole(Cow<'t, str>),
    /// It begins with this,
    Start(Cow<'t, str>),
    /// ends with this,
    End(Cow<'t, str>),
    /// or holds this.
    Inside(Cow<'t, str>),
    /// The value is a number equal to this one, in the spelling of `leaf::written`.
    Number(Cow<'t, str>),
    /// There is a value.
    Present,
}

/// A clue: what, and where.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Clue<'t> {
    pub(super) spot: Spot,
    pub(super) hint: Hint<'t>,
}

impl Clue<'_> {
    /// The same with a text of its own.
    pub(super) fn into_owned(self) -> Clue<'static> {
        let own = |text: Cow<'_, str>| Cow::Owned(text.into_owned());
        let hint = match self.hint {
            Hint::Whole(text) => Hint::Whole(own(text)),
            Hint::Start(text) => Hint::Start(own(text)),
            Hint::End(text) => Hint::End(own(text)),
            Hint::Inside(text) => Hint::Inside(own(text)),
            Hint::Number(text) => Hint::Number(own(text)),
            Hint::Present => Hint::Present,
        };
        Clue { spot: self.spot, hint }
    }
}

/// What one clue is preferred to another by, beside itself.
#[derive(Default)]
pub(super) struct Shared {
    /// How many rules share a clue, by its hash: one that many share finds many candidates. Two clues of one hash would make
    /// the guess worse, no more.
    counts: QuickMap<u64, u32>,
    /// Anything but a text of some length is the last choice.
    texts_only: bool,
}

impl Shared {
    /// Counts the clues of some rules.
    pub(super) fn of<'r>(rules: impl IntoIterator<Item = &'r CompiledRule>) -> Shared {
        let mut counts: QuickMap<u64, u32> = QuickMap::default();
        let state = *counts.hasher();
        let hashed = |clue: &Clue<'_>| state.hash_one(clue);
        let mut clues = Vec::new();
        for rule in rules {
            // Any choice does to see what is common; the cheapest by itself is the likeliest.
            of_rule(rule, &Shared::default(), &mut clues);
            clues.drain(..).for_each(|clue| *counts.entry(hashed(&clue)).or_default() += 1);
        }
        Shared { counts, texts_only: false }
    }

    fn count(&self, clue: &Clue<'_>) -> u32 {
        let known = || self.counts.get(&self.counts.hasher().hash_one(clue)).copied();
        if self.counts.is_empty() { 0 } else { known().unwrap_or(0) }
    }
}

/// The clues of a rule; `None`: it must be tried on every event. No clues at all: it never holds.
pub(super) fn witness<'r>(rule: &'r CompiledRule, shared: &Shared) -> Option<Vec<Clue<'r>>> {
    listed(|clues| of_rule(rule, shared, clues))
}

/// The same, and if events often have one of these in vain, further clues one of which every event has, too.
pub(super) fn witnesses<'r>(rule: &'r CompiledRule, shared: &Shared) -> Option<[Vec<Clue<'r>>; 2]> {
    let first = witness(rule, shared)?;
    let mut all = Vec::new();
    if let ([expr], true) = (&*rule.conditions, cost(&first, shared) >= OFTEN) {
        necessary(expr, rule, shared, &mut all);
        all.retain(|clues| *clues != first && cost(clues, shared) < SELDOM);
    }
    let second = all.into_iter().min_by_key(|clues| cost(clues, shared)).unwrap_or_default();
    Some([first, second])
}

/// Clues of at least this [cost](clue_cost) are met by events that their rules do not hold for,
const OFTEN: u32 = 40;
/// and from this cost on they tell next to nothing.
const SELDOM: u32 = 2_000;

/// The clues of each part of a condition that must hold.
fn necessary<'r>(expr: &'r Expr, rule: &'r CompiledRule, shared: &Shared, all: &mut Vec<Vec<Clue<'r>>>) {
    match expr {
        Expr::And(parts) => parts.iter().for_each(|part| necessary(part, rule, shared, all)),
        Expr::Selection(n) => {
            rule.selections.get(*n).into_iter().for_each(|selection| of_parts(&selection.body, shared, all));
        }
        Expr::Or(_) | Expr::Not(_) | Expr::Never => all.extend(listed(|clues| of_expr(expr, rule, shared, clues))),
    }
}

fn of_parts<'r>(node: &'r Node, shared: &Shared, all: &mut Vec<Vec<Clue<'r>>>) {
    match node {
        Node::All(nodes) => nodes.iter().for_each(|node| of_parts(node, shared, all)),
        Node::Any(_) | Node::Field(_) | Node::Keywords(_) => {
            all.extend(listed(|clues| of_node(node, shared, clues)));
        }
    }
}

/// The clues of a rule, of those that are texts where there is a choice.
pub(super) fn textual(rule: &CompiledRule) -> Option<Vec<Clue<'_>>> {
    witness(rule, &Shared { texts_only: true, ..Shared::default() })
}

/// A list by itself of what is put behind others otherwise.
fn listed<'r>(of: impl FnOnce(&mut Vec<Clue<'r>>) -> bool) -> Option<Vec<Clue<'r>>> {
    let mut clues = Vec::new();
    of(&mut clues).then_some(clues)
}

// These put clues behind `out` and say whether there is a witness; without one they leave it as it was.

fn of_rule<'r>(rule: &'r CompiledRule, shared: &Shared, out: &mut Vec<Clue<'r>>) -> bool {
    alternatives(&rule.conditions, out, |expr, out| of_expr(expr, rule, shared, out))
}

fn of_expr<'r>(expr: &'r Expr, rule: &'r CompiledRule, shared: &Shared, out: &mut Vec<Clue<'r>>) -> bool {
    match expr {
        Expr::And(parts) => cheapest(parts, shared, out, |part, out| of_expr(part, rule, shared, out)),
        Expr::Or(parts) => alternatives(parts, out, |part, out| of_expr(part, rule, shared, out)),
        Expr::Not(_) => false,
        // A selection that is not there never holds.
        Expr::Selection(n) => rule.selections.get(*n).is_none_or(|selection| of_node(&selection.body, shared, out)),
        Expr::Never => true,
    }
}

fn of_node<'r>(node: &'r Node, shared: &Shared, out: &mut Vec<Clue<'r>>) -> bool {
    match node {
        Node::All(nodes) => cheapest(nodes, shared, out, |node, out| of_node(node, shared, out)),
        Node::Any(nodes) => alternatives(nodes, out, |node, out| of_node(node, shared, out)),
        Node::Field(FieldNode { negated: true, .. }) | Node::Keywords(KeywordsNode { negated: true, .. }) => false,
        Node::Field(field) => of_values(&field.values, field.all, Spot::Ask(field.ask), shared, out),
        Node::Keywords(words) => of_values(&words.values, words.all, Spot::Anywhere, shared, out),
    }
}

fn of_values<'r>(values: &'r [Vec<Test>], all: bool, spot: Spot, shared: &Shared, out: &mut Vec<Clue<'r>>) -> bool {
    let each =
        |tests: &'r Vec<Test>, out: &mut Vec<Clue<'r>>| alternatives(tests, out, |test, out| of_test(test, spot, out));
    if all { cheapest(values, shared, out, each) } else { alternatives(values, out, each) }
}

/// Puts the clues of one test behind `out`; false: it has none.
pub(super) fn of_test<'r>(test: &'r Test, spot: Spot, out: &mut Vec<Clue<'r>>) -> bool {
    let hint = match test {
        Test::Pattern(needle) => of_pattern(needle.pattern()),
        Test::Number(number) => Hint::Number(written(number).into()),
        Test::Null | Test::Exists(false) => return false,
        Test::Regex(search)
            if search.needed().first().is_some_and(|texts| texts.iter().all(|t| t.len() >= SHORTEST)) =>
        {
            let texts = search.needed().first().into_iter().flatten();
            out.extend(texts.map(|text| Clue { spot, hint: Hint::Inside(text.into()) }));
            return true;
        }
        Test::Something
        | Test::Regex(_)
        | Test::Bool(_)
        | Test::Exists(true)
        | Test::Cidr(_)
        | Test::Compare(..)
        | Test::TimePart(..)
        | Test::SameAs(_) => Hint::Present,
    };
    // That some value is there is true of every event, and what is found anywhere is found inside a value.
    let is_clue = spot != Spot::Anywhere || matches!(hint, Hint::Inside(_));
    out.extend(is_clue.then_some(Clue { spot, hint }));
    is_clue
}

fn of_pattern(pattern: &Pattern) -> Hint<'_> {
    use PatternPart::Literal;
    let is_literal = |part: Option<&PatternPart>| matches!(part, Some(Literal(_)));
    let (first, last) = (is_literal(pattern.parts.first()), is_literal(pattern.parts.last()));
    match &*pattern.parts {
        [] => return Hint::Whole(Cow::Borrowed("")),
        [Literal(text)] => return Hint::Whole(in_lower(text, pattern.cased)),
        _ => {}
    }
    let literals = pattern.parts.iter().enumerate().filter_map(|(at, part)| match part {
        Literal(text) => Some((at, text)),
        _ => None,
    });
    let Some((at, text)) = literals.max_by_key(|(_, text)| text.len()) else { return Hint::Present };
    let text = in_lower(text, pattern.cased);
    // A shorter text would be found everywhere; the index has no place for it.
    if text.len() < SHORTEST {
        Hint::Present
    } else if at == 0 && first {
        Hint::Start(text)
    } else if at + 1 == pattern.parts.len() && last {
        Hint::End(text)
    } else {
        Hint::Inside(text)
    }
}

/// A text of a pattern, folded; most are stored so.
fn in_lower(text: &str, is_cased: bool) -> Cow<'_, str> {
    if is_cased { Cow::Owned(folded(text)) } else { Cow::Borrowed(text) }
}

/// All alternatives together, or nothing when one of them has no witness.
fn alternatives<'r, P>(
    parts: &'r [P],
    out: &mut Vec<Clue<'r>>,
    of: impl Fn(&'r P, &mut Vec<Clue<'r>>) -> bool,
) -> bool {
    let start = out.len();
    let has_all = parts.iter().all(|part| of(part, out));
    if !has_all {
        out.truncate(start);
    }
    has_all
}

/// Of parts that must all hold, the one whose clues are found least often and soonest.
fn cheapest<'r, P>(
    parts: &'r [P],
    shared: &Shared,
    out: &mut Vec<Clue<'r>>,
    of: impl Fn(&'r P, &mut Vec<Clue<'r>>) -> bool,
) -> bool {
    let start = out.len();
    let mut least = None;
    for part in parts {
        let at = out.len();
        if !of(part, out) {
            continue;
        }
        let cost = cost(out.get(at..).unwrap_or_default(), shared);
        if least.is_some_and(|least| least <= cost) {
            out.truncate(at);
        } else {
            least = Some(cost);
            out.drain(start..at);
        }
    }
    least.is_some()
}

fn cost(clues: &[Clue<'_>], shared: &Shared) -> u32 {
    clues.iter().map(|clue| clue_cost(clue, shared)).fold(0, u32::saturating_add)
}

/// How often a clue leads to a rule in vain: a guess, and nothing but speed depends on it.
fn clue_cost(clue: &Clue<'_>, shared: &Shared) -> u32 {
    let own = match &clue.hint {
        // That there is a value says nothing; short words and numbers are what most events have: methods, types, ids.
        Hint::Present => 8_000,
        Hint::Number(_) => 3_000,
        Hint::Whole(text) if text.len() <= 4 => 4_000,
        Hint::Whole(text) => 30 + 1_500 / (text.len() as u32),
        Hint::Start(text) | Hint::End(text) => 60 / (text.len() as u32) + 2,
        // Three bytes and less turn up by chance.
        Hint::Inside(text) if text.len() < 4 => 200 / (text.len() as u32),
        Hint::Inside(text) => 50 / (text.len() as u32) + 2,
    };
    let is_long = match &clue.hint {
        Hint::Present | Hint::Number(_) => false,
        // Methods and the like.
        Hint::Whole(text) => text.len() > 4,
        Hint::Start(text) | Hint::End(text) | Hint::Inside(text) => text.len() > 2,
    };
    let own = if shared.texts_only && !is_long { own.saturating_add(1 << 20) } else { own };
    // There is more text anywhere, and all of it must be looked through.
    let anywhere = if clue.spot == Spot::Anywhere { 3 } else { 1 };
    own.saturating_mul(anywhere).saturating_add(shared.count(clue))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{engine, field, field_test, keywords, number, one, raw_options, rule, text};
    use super::*;
    use crate::sigma::{FieldTest, Group, Rule, ValueTest};

    fn shown(clue: &Clue<'_>) -> String {
        match &clue.hint {
            Hint::Whole(text) => format!("={text}"),
            Hint::Start(text) => format!("{text}..."),
            Hint::End(text) => format!("...{text}"),
            Hint::Inside(text) => format!("...{text}..."),
            Hint::Number(text) => format!("#{text}"),
            Hint::Present => "there".to_owned(),
        }
    }

    /// The clues of a rule, each as its hint alone; a star stands for a rule without a witness.
    #[track_caller]
    fn check(rule: Rule, want: &[&str]) {
        let (engine, _) = engine(vec![rule], raw_options());
        let clues = witness(&engine.rules[0], &Shared::default());
        let have = clues.map_or(vec!["*".to_owned()], |clues| clues.iter().map(shown).collect());
        assert_eq!(have, want);
    }

    #[test]
    fn what_is_often_met_in_vain_has_another_beside_it() {
        #[track_caller]
        fn check(rule: Rule, want: [&[&str]; 2]) {
            let (engine, _) = engine(vec![rule], raw_options());
            let have = witnesses(&engine.rules[0], &Shared::default()).expect("it has one");
            assert_eq!(have.map(|clues| clues.iter().map(shown).collect::<Vec<_>>()), want);
        }
        let any = |name, texts: &[&str]| Group::Any(texts.iter().map(|t| field(name, text(t))).collect());
        let source = || field("f", text("s3.amazonaws.com"));
        let both = |other| one("r", Group::All(vec![source(), other]));
        check(both(field("g", text("GetObject"))), [&["=s3.amazonaws.com"], &["=getobject"]]);
        check(both(any("g", &["GetObject", "ListBuckets"])), [&["=s3.amazonaws.com"], &["=getobject", "=listbuckets"]]);
        // Seldom met, or no help.
        check(both(field("g", text("*union all select*"))), [&["...union all select..."], &[]]);
        check(both(field("g", text("GET"))), [&["=s3.amazonaws.com"], &[]]);
        check(both(any("g", &["GetObject", "*"])), [&["=s3.amazonaws.com"], &[]]);
        // One of two conditions is enough.
        let selections = || vec![("a", source()), ("b", field("g", text("GetObject")))];
        let of = |expr| rule("r", selections(), expr);
        let parts = || vec![Expr::Selection(0), Expr::Selection(1)];
        check(of(Expr::And(parts())), [&["=s3.amazonaws.com"], &["=getobject"]]);
        check(of(Expr::Or(parts())), [&["=s3.amazonaws.com", "=getobject"], &[]]);
        let not = Expr::Not(Box::new(Expr::Selection(1)));
        check(of(Expr::And(vec![Expr::Selection(0), not])), [&["=s3.amazonaws.com"], &[]]);
    }

    #[test]
    fn a_witness_is_what_every_match_has() {
        let pair = |a, b| Group::All(vec![field("f", text(a)), field("g", text(b))]);
        check(one("r", pair("GET", "*union all select*")), &["...union all select..."]);
        check(
            one("r", Group::Any(vec![pair("GET", "*/etc/passwd"), field("h", text("Evil"))])),
            &[".../etc/passwd", "=evil"],
        );
        check(one("r", field("f", text("a*longer?b"))), &["...longer..."]);
        check(one("r", field("f", ValueTest::Number(number("4688.0")))), &["#4688e0"]);
        check(one("r", field("f", text("*a*"))), &["there"]);
        check(one("r", Group::Keywords(keywords(&["whoami"]))), &["...whoami..."]);
        check(one("r", Group::Any(Vec::new())), &[]);
    }

    #[test]
    fn what_is_denied_is_no_witness() {
        let negated = Group::Field(FieldTest { negated: true, ..field_test("f", vec![text("x")]) });
        for group in
            [negated, field("f", ValueTest::Null), field("f", ValueTest::Exists(false)), Group::All(Vec::new())]
        {
            check(one("r", group), &["*"]);
        }
        check(one("r", Group::Keywords(keywords(&["whoami", "a"]))), &["*"]);
        let not = |n| Expr::Not(Box::new(Expr::Selection(n)));
        let selections = || vec![("a", field("f", text("alpha"))), ("b", field("g", text("beta")))];
        check(rule("r", selections(), not(0)), &["*"]);
        check(rule("r", selections(), Expr::And(vec![Expr::Selection(0), not(1)])), &["=alpha"]);
        check(rule("r", selections(), Expr::Or(vec![Expr::Selection(0), not(1)])), &["*"]);
        check(rule("r", selections(), Expr::Or(vec![Expr::Selection(0), Expr::Never])), &["=alpha"]);
    }
}
