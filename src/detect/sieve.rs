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
//! others, and hold no text that may give it other log sources. And what a scan tells of a record but its matches does not
//! depend on its fields: some rule's log source fits all records of the outline or none does, and rules that fit some of
//! them have been met.

use super::compile::{CompiledRule, Engine, FieldNode, KeywordsNode, Kind, Node, Test};
use super::index::Index;
use super::observe::Worker;
use super::witness::{Clue, Hint, Spot, of_test, textual};
use crate::model::{Bounds, FormatId};
use crate::sigma::Expr;
use memchr::memmem::Finder;
use std::collections::BTreeMap;

/// A byte is met in most lines.
const SHORTEST: usize = 2;
/// Texts shorter than this are looked for one by one, if there are few: the index would ask every byte for them.
const SHORT: usize = 5;
const FEW: usize = 12;

/// What lets lines through.
#[derive(Default)]
pub(crate) struct Sieve {
    /// Whether some rule's log source fits.
    pub(crate) is_assigned: bool,
    /// By rule that looks for something: what a line must hold for it to hold.
    needs: Vec<Need>,
    /// Texts one of which a line has that holds what some rule needs, and which rules those are.
    texts: Vec<(Box<str>, Vec<u32>)>,
    /// What finds them, by their places; the shorter ones apart.
    index: Option<Index>,
    short: Vec<(Finder<'static>, u32)>,
    /// Rules that fit every record.
    surely: Box<[u32]>,
    /// Rules that fit some and not others.
    perhaps: Box<[u32]>,
    /// Whether the worker is known to have met those, and these.
    has_met: (bool, bool),
    /// Places of the texts the line at hand has, in order and as bits, and the rules they are of.
    met: Vec<u32>,
    bits: Vec<u64>,
    rules: Vec<u32>,
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
        let mut texts: BTreeMap<String, Vec<u32>> = BTreeMap::new();
        for (n, rule) in (0u32..).zip(&wanted) {
            let clues = textual(rule).filter(|_| !rule.one_line)?;
            for clue in clues.into_iter().filter(|clue| can_be_met(clue, bounds)) {
                let text = in_line(&clue, bounds).filter(|text| text.len() >= SHORTEST)?;
                texts.entry(text.to_owned()).or_default().push(n);
            }
        }
        // Lines that these bounds say nothing of are no rule's, but read.
        let others = u32::try_from(wanted.len()).ok()?;
        bounds.unless.iter().for_each(|text| texts.entry(text.clone()).or_default().push(others));
        let places = (0..).zip(texts.keys()).map(|(place, text)| (text.as_str(), place)).collect();
        let mut needs: Vec<Need> =
            wanted.iter().map(|rule| Need::of_rule(rule, &Known { bounds, places: &places })).collect();
        needs.push(Need::NOTHING);
        let mut sieve = Sieve {
            is_assigned: !surely.is_empty(),
            needs,
            surely: surely.into(),
            perhaps: perhaps.into(),
            ..Sieve::default()
        };
        sieve.look_for(texts);
        Some(sieve)
    }
}

/// What a line must hold for a rule to hold, as far as texts tell. Weaker than the rule, never stronger: what is not a text
/// of the line, and all that is denied, is taken for true.
enum Need {
    /// One of those that are looked for in every line, by their places: words of a set of bits.
    OneOf(Vec<(usize, u64)>),
    Text(Box<Finder<'static>>),
    All(Vec<Need>),
    Any(Vec<Need>),
}

/// What needs are made of: what is known of the lines, and the places of texts that are looked for in each.
struct Known<'k> {
    bounds: &'k Bounds<'k>,
    places: &'k BTreeMap<&'k str, u32>,
}

impl Need {
    /// Every line holds this, and none that.
    const NOTHING: Need = Need::All(Vec::new());
    const NEVER: Need = Need::Any(Vec::new());

    fn of_rule(rule: &CompiledRule, known: &Known<'_>) -> Need {
        Need::any(rule.conditions.iter().map(|expr| Need::of_expr(expr, rule, known)))
    }

    fn of_expr(expr: &Expr, rule: &CompiledRule, known: &Known<'_>) -> Need {
        let each = |parts: &[Expr]| parts.iter().map(|part| Need::of_expr(part, rule, known)).collect::<Vec<_>>();
        match expr {
            Expr::And(parts) => Need::all(each(parts)),
            Expr::Or(parts) => Need::any(each(parts)),
            Expr::Not(_) => Need::NOTHING,
            Expr::Selection(n) => rule.selections.get(*n).map_or(Need::NEVER, |s| Need::of_node(&s.body, known)),
            Expr::Never => Need::NEVER,
        }
    }

    fn of_node(node: &Node, known: &Known<'_>) -> Need {
        let each = |nodes: &[Node]| nodes.iter().map(|node| Need::of_node(node, known)).collect::<Vec<_>>();
        match node {
            Node::All(nodes) => Need::all(each(nodes)),
            Node::Any(nodes) => Need::any(each(nodes)),
            Node::Field(FieldNode { negated: true, .. }) | Node::Keywords(KeywordsNode { negated: true, .. }) => {
                Need::NOTHING
            }
            Node::Field(field) => Need::of_values(&field.values, field.all, Spot::Ask(field.ask), known),
            Node::Keywords(words) => Need::of_values(&words.values, words.all, Spot::Anywhere, known),
        }
    }

    fn of_values(values: &[Vec<Test>], all: bool, spot: Spot, known: &Known<'_>) -> Need {
        let of_test = |test: &Test| {
            if let Test::Regex(search) = test {
                let one_of = |texts: &Vec<String>| {
                    let clue = |text: &String| Need::of_clue(&Clue { spot, hint: Hint::Inside(text.into()) }, known);
                    Need::any(texts.iter().map(clue))
                };
                return Need::all(search.needed().iter().map(one_of));
            }
            let mut clues = Vec::new();
            if of_test(test, spot, &mut clues) {
                Need::any(clues.iter().map(|clue| Need::of_clue(clue, known)))
            } else {
                Need::NOTHING
            }
        };
        let each = values.iter().map(|tests| Need::any(tests.iter().map(of_test)));
        if all { Need::all(each) } else { Need::any(each) }
    }

    fn of_clue(clue: &Clue<'_>, known: &Known<'_>) -> Need {
        if !can_be_met(clue, known.bounds) {
            return Need::NEVER;
        }
        let need = |text| match known.places.get(text) {
            Some(place) => Need::OneOf(vec![(*place as usize / 64, 1 << (*place % 64))]),
            None => Need::Text(Box::new(Finder::new(text).into_owned())),
        };
        in_line(clue, known.bounds).map_or(Need::NOTHING, need)
    }

    /// All of these, as few as say the same; those that are looked for anyway first.
    fn all(needs: impl IntoIterator<Item = Need>) -> Need {
        let mut all = Vec::new();
        for need in needs {
            match need {
                Need::All(more) => all.extend(more),
                need => all.push(need),
            }
        }
        all.sort_by_key(|need| !matches!(need, Need::OneOf(_)));
        if all.len() == 1 { all.swap_remove(0) } else { Need::All(all) }
    }

    /// One of these, the same way.
    fn any(needs: impl IntoIterator<Item = Need>) -> Need {
        let (mut known, mut any): (BTreeMap<usize, u64>, _) = (BTreeMap::new(), Vec::new());
        for need in needs {
            let alternatives = if let Need::Any(more) = need { more } else { vec![need] };
            for need in alternatives {
                match need {
                    Need::OneOf(words) => {
                        for (at, word) in words {
                            *known.entry(at).or_default() |= word;
                        }
                    }
                    Need::All(all) if all.is_empty() => return Need::NOTHING,
                    need => any.push(need),
                }
            }
        }
        if !known.is_empty() {
            any.insert(0, Need::OneOf(known.into_iter().collect()));
        }
        if any.len() == 1 { any.swap_remove(0) } else { Need::Any(any) }
    }

    /// Whether a folded line holds it that has the texts of these places.
    fn is_met(&self, line: &[u8], bits: &[u64]) -> bool {
        match self {
            Need::OneOf(words) => words.iter().any(|(at, word)| bits.get(*at).is_some_and(|bits| bits & word != 0)),
            Need::Text(text) => text.find(line).is_some(),
            Need::All(needs) => needs.iter().all(|need| need.is_met(line, bits)),
            Need::Any(needs) => needs.iter().any(|need| need.is_met(line, bits)),
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
            Some(&**text).filter(|_| is_quoted)
        }
        Hint::Number(_) | Hint::Present => None,
    }
}

impl Sieve {
    /// Takes up texts, folded, and which rules want them.
    fn look_for(&mut self, texts: BTreeMap<String, Vec<u32>>) {
        let is_short = |text: &str| text.len() < SHORT;
        let has_few = texts.keys().filter(|text| is_short(text)).count() <= FEW;
        let places = (0u32..).zip(texts.keys());
        let (short, long): (Vec<_>, Vec<_>) = places.partition(|(_, text)| has_few && is_short(text));
        let long: Vec<_> = long.into_iter().map(|(place, text)| (Hint::Inside(text.into()), [place])).collect();
        self.index = (!long.is_empty()).then(|| Index::new(long.iter().map(|(hint, place)| (hint, &place[..]))));
        self.short = short.into_iter().map(|(place, text)| (Finder::new(text).into_owned(), place)).collect();
        self.bits = vec![0; texts.len().div_ceil(64)];
        self.texts = texts.into_iter().map(|(text, rules)| (text.into(), rules)).collect();
    }

    /// Texts one of which a line has that concerns some rule, folded.
    pub(super) fn texts(&self) -> impl Iterator<Item = &str> {
        self.texts.iter().map(|(text, _)| &**text)
    }

    /// One that looks for these texts and nothing else.
    #[cfg(test)]
    pub(super) fn for_texts(texts: &[&str]) -> Sieve {
        let mut sieve = Sieve { is_assigned: true, ..Sieve::default() };
        sieve.look_for(texts.iter().map(|text| ((*text).to_owned(), Vec::new())).collect());
        sieve
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
        let Sieve { texts, needs, met, bits, rules, .. } = self;
        met.clear();
        if let Some(index) = &self.index {
            index.search(line, text, &mut |places| met.extend(places));
        } else {
            text.clear();
            text.push_str(line);
            text.make_ascii_lowercase();
        }
        met.extend(
            self.short.iter().filter(|(short, _)| short.find(text.as_bytes()).is_some()).map(|(_, place)| *place),
        );
        if met.is_empty() {
            return true;
        }
        bits.fill(0);
        rules.clear();
        for place in met {
            if let (Some(word), Some((_, of))) = (bits.get_mut(*place as usize / 64), texts.get(*place as usize)) {
                *word |= 1 << (*place % 64);
                rules.extend(of);
            }
        }
        rules.sort_unstable();
        rules.dedup();
        let is_met = |n: &u32| needs.get(*n as usize).is_none_or(|need| need.is_met(text.as_bytes(), bits));
        !rules.iter().any(is_met)
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
