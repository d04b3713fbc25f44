//! Lines that concern no rule, told by their text before anything is read of them.
//!
//! A [`Sieve`] is made for all records of an outline. It holds what the rules they may fit look for, in the text of the
//! line: a line that holds none of it is let through, and so is one that holds some of it and not all that is needed.
//!
//! Sound because of four things. Every rule whose log source a record of the outline may have is among those looked for,
//! and each has a [witness](super::witness) made of texts; where one has none, there is no sieve. A text is looked for in
//! the line only if, in every view the record may be looked at through, answers to its question are
//! [pieces](crate::model::View::quotes) of values, and values of the outline are pieces of the line; questions that only
//! fields answer which the record cannot have are answered by nothing. A line must be of ASCII: no sign in it folds to
//! others, and hold no text that may give it other log sources. And what a scan tells of a record but its matches does not depend on its fields: some rule's log source fits all
//! records of the outline or none does, and rules that fit some of them have been met.

use super::compile::{CompiledRule, Engine, FieldNode, KeywordsNode, Kind, Node, Test};
use super::index::Index;
use super::observe::Worker;
use super::witness::{Clue, Hint, Spot, of_test, textual};
use crate::model::{Bounds, FormatId};
use crate::sigma::Expr;
use memchr::memmem::Finder;
use std::collections::BTreeMap;

/// Shorter texts are met in most lines.
const SHORTEST: usize = 3;
/// Texts shorter than this are looked for one by one, if there are few: the index would ask every byte for them.
const SHORT: usize = 5;
const FEW: usize = 12;

/// What lets lines through.
pub(crate) struct Sieve {
    /// Whether some rule's log source fits.
    pub(crate) is_assigned: bool,
    /// By rule that looks for something: what a line must hold for it to hold.
    needs: Vec<Need>,
    /// Texts one of which a line has that holds what some rule needs, and those rules; the shorter ones apart.
    index: Option<Index>,
    short: Vec<(Finder<'static>, Vec<u32>)>,
    /// All these texts.
    texts: Box<[Box<str>]>,
    /// Rules that fit every record.
    surely: Box<[u32]>,
    /// Rules that fit some and not others.
    perhaps: Box<[u32]>,
    /// Whether the worker is known to have met those, and these.
    has_met: (bool, bool),
    /// Rules a text of which the line at hand has.
    found: Vec<u32>,
}

impl Engine {
    /// What lets lines of these bounds through; `None`: they must all be read.
    pub(crate) fn sieve(&self, bounds: &Bounds<'_>, format: FormatId) -> Option<Sieve> {
        if self.options.engine == Kind::Reference || !(self.options.raw_text)(format) {
            return None;
        }
        let fitting = |rule: &CompiledRule| (rule.fits(&bounds.least), rule.fits(&bounds.most));
        let (mut surely, mut perhaps) = (Vec::new(), Vec::new());
        let mut wanted = Vec::new();
        for (n, rule) in (0u32..).zip(&self.rules) {
            match fitting(rule) {
                (true, _) => surely.push(n),
                (false, true) => perhaps.push(n),
                (false, false) => continue,
            }
            wanted.extend(rule.is_wanted().then_some(rule));
        }
        // Whether a rule fits must be known of all records alike.
        if surely.is_empty() && !perhaps.is_empty() {
            return None;
        }
        let mut needs = Vec::new();
        let mut texts: BTreeMap<String, Vec<u32>> = BTreeMap::new();
        for (n, rule) in (0u32..).zip(wanted) {
            let clues = textual(rule).filter(|_| !rule.one_line)?;
            for clue in clues.into_iter().filter(|clue| can_be_met(clue, bounds)) {
                let text = in_line(&clue, bounds)?;
                texts.entry(text.to_owned()).or_default().push(n);
            }
            needs.push(Need::of_rule(rule, bounds));
        }
        // Lines that these bounds say nothing of are no rule's, but read.
        for text in &bounds.unless {
            texts.entry(text.clone()).or_default().push(u32::try_from(needs.len()).ok()?);
        }
        needs.push(Need::NOTHING);
        let all_texts = texts.keys().map(|text| text.as_str().into()).collect();
        let is_short = |text: &str| text.len() < SHORT;
        let has_few = texts.keys().filter(|text| is_short(text)).count() <= FEW;
        let (short, long): (Vec<_>, Vec<_>) = texts.into_iter().partition(|(text, _)| has_few && is_short(text));
        let long: Vec<_> = long.into_iter().map(|(text, rules)| (Hint::Inside(text.into()), rules)).collect();
        Some(Sieve {
            is_assigned: !surely.is_empty(),
            needs,
            index: (!long.is_empty()).then(|| Index::new(long.iter().map(|(hint, rules)| (hint, &**rules)))),
            short: short.into_iter().map(|(text, rules)| (Finder::new(&text).into_owned(), rules)).collect(),
            texts: all_texts,
            surely: surely.into(),
            perhaps: perhaps.into(),
            has_met: (false, false),
            found: Vec::new(),
        })
    }
}

/// What a line must hold for a rule to hold, as far as texts tell. Weaker than the rule, never stronger: what is not a text
/// of the line, and all that is denied, is taken for true.
enum Need {
    Text(Box<Finder<'static>>),
    All(Vec<Need>),
    Any(Vec<Need>),
}

impl Need {
    const NOTHING: Need = Need::All(Vec::new());

    fn of_rule(rule: &CompiledRule, bounds: &Bounds<'_>) -> Need {
        Need::Any(rule.conditions.iter().map(|expr| Need::of_expr(expr, rule, bounds)).collect())
    }

    fn of_expr(expr: &Expr, rule: &CompiledRule, bounds: &Bounds<'_>) -> Need {
        let each = |parts: &[Expr]| parts.iter().map(|part| Need::of_expr(part, rule, bounds)).collect();
        match expr {
            Expr::And(parts) => Need::All(each(parts)),
            Expr::Or(parts) => Need::Any(each(parts)),
            Expr::Not(_) => Need::NOTHING,
            Expr::Selection(n) => {
                rule.selections.get(*n).map_or(Need::Any(Vec::new()), |s| Need::of_node(&s.body, bounds))
            }
            Expr::Never => Need::Any(Vec::new()),
        }
    }

    fn of_node(node: &Node, bounds: &Bounds<'_>) -> Need {
        let each = |nodes: &[Node]| nodes.iter().map(|node| Need::of_node(node, bounds)).collect();
        match node {
            Node::All(nodes) => Need::All(each(nodes)),
            Node::Any(nodes) => Need::Any(each(nodes)),
            Node::Field(FieldNode { negated: true, .. }) | Node::Keywords(KeywordsNode { negated: true, .. }) => {
                Need::NOTHING
            }
            Node::Field(field) => Need::of_values(&field.values, field.all, Spot::Ask(field.ask), bounds),
            Node::Keywords(words) => Need::of_values(&words.values, words.all, Spot::Anywhere, bounds),
        }
    }

    fn of_values(values: &[Vec<Test>], all: bool, spot: Spot, bounds: &Bounds<'_>) -> Need {
        let of_test = |test: &Test| {
            let mut clues = Vec::new();
            if of_test(test, spot, &mut clues) {
                Need::Any(clues.iter().map(|clue| Need::of_clue(clue, bounds)).collect())
            } else {
                Need::NOTHING
            }
        };
        let each = values.iter().map(|tests| Need::Any(tests.iter().map(of_test).collect())).collect();
        if all { Need::All(each) } else { Need::Any(each) }
    }

    fn of_clue(clue: &Clue<'_>, bounds: &Bounds<'_>) -> Need {
        if !can_be_met(clue, bounds) {
            return Need::Any(Vec::new());
        }
        in_line(clue, bounds).map_or(Need::NOTHING, |text| Need::Text(Box::new(Finder::new(text).into_owned())))
    }

    /// Whether a folded line holds it.
    fn is_met(&self, line: &[u8]) -> bool {
        match self {
            Need::Text(text) => text.find(line).is_some(),
            Need::All(needs) => needs.iter().all(|need| need.is_met(line)),
            Need::Any(needs) => needs.iter().any(|need| need.is_met(line)),
        }
    }
}

/// Whether a record may have an answer in which the clue could be met.
fn can_be_met(clue: &Clue<'_>, bounds: &Bounds<'_>) -> bool {
    let Spot::Ask(ask) = clue.spot else { return true };
    bounds.views.iter().any(|view| {
        let mut fields = Vec::new();
        view.reads(ask, &mut fields) || fields.iter().any(|field| bounds.within.fields.contains(field))
    })
}

/// The text a line must hold for the clue to be met.
fn in_line<'c>(clue: &'c Clue<'_>, bounds: &Bounds<'_>) -> Option<&'c str> {
    let is_quoted = match clue.spot {
        Spot::Ask(ask) => bounds.views.iter().all(|view| view.quotes(ask, Some(&bounds.within))),
        Spot::Anywhere => true,
    };
    match &clue.hint {
        Hint::Whole(text) | Hint::Start(text) | Hint::End(text) | Hint::Inside(text) => {
            Some(&**text).filter(|text| is_quoted && text.len() >= SHORTEST)
        }
        Hint::Number(_) | Hint::Present => None,
    }
}

impl Sieve {
    /// Texts one of which a line has that concerns some rule, folded.
    pub(super) fn texts(&self) -> impl Iterator<Item = &str> {
        self.texts.iter().map(AsRef::as_ref)
    }

    /// One that looks for these texts and nothing else.
    #[cfg(test)]
    pub(super) fn for_texts(texts: &[&str]) -> Sieve {
        Sieve {
            is_assigned: true,
            needs: Vec::new(),
            index: None,
            short: Vec::new(),
            texts: texts.iter().map(|text| (*text).into()).collect(),
            surely: Box::default(),
            perhaps: Box::default(),
            has_met: (false, false),
            found: Vec::new(),
        }
    }

    /// Whether a line concerns no rule, as far as this worker has met those it may fit. `is_clear`: it is of ASCII and
    /// holds none of the texts, as is known from before.
    pub(crate) fn lets_through(&mut self, line: &str, is_clear: bool, worker: &mut Worker) -> bool {
        if !self.has_met.1 {
            let has_met = |n: &u32| worker.applicable().get(*n as usize).is_some_and(|is_met| *is_met);
            self.has_met.1 = self.perhaps.iter().all(has_met);
        }
        if !self.has_met.1 || is_clear {
            return self.has_met.1;
        }
        if !line.is_ascii() {
            return false;
        }
        let text = worker.text();
        let found = &mut self.found;
        found.clear();
        if let Some(index) = &self.index {
            index.search(line, text, &mut |rules| found.extend(rules));
        } else {
            text.clear();
            text.push_str(line);
            text.make_ascii_lowercase();
        }
        for (short, rules) in &self.short {
            if short.find(text.as_bytes()).is_some() {
                found.extend(rules);
            }
        }
        let is_met = |n: &u32| self.needs.get(*n as usize).is_none_or(|need| need.is_met(text.as_bytes()));
        !found.iter().any(is_met)
    }

    /// Notes that a record was let through and counts, a line of so many bytes.
    pub(crate) fn passed(&mut self, bytes: usize, worker: &mut Worker) {
        if !self.has_met.0 {
            worker.meet(&self.surely);
            self.has_met.0 = true;
        }
        worker.skimmed(bytes);
    }
}
