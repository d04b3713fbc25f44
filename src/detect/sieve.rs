//! Lines that concern no rule, told by their text before anything is read of them.
//!
//! A [`Sieve`] is made for all records of an outline. It holds what the rules they may fit look for, in the text of the
//! line: a line that holds none of it is let through.
//!
//! Sound because of four things. Every rule whose log source a record of the outline may have is among those looked for,
//! and each has a [witness](super::witness) made of texts; where one has none, there is no sieve. A text is looked for in
//! the line only if, in every view the record may be looked at through, answers to its question are
//! [pieces](crate::model::View::quotes) of values, and values of the outline are pieces of the line; questions that only
//! fields answer which the record cannot have are answered by nothing. A line must be of ASCII: no sign in it folds to
//! others. And what a scan tells of a record but its matches does not depend on its fields: some rule's log source fits all
//! records of the outline or none does, and rules that fit some of them have been met.

use super::compile::{CompiledRule, Engine, Kind};
use super::index::Index;
use super::observe::Worker;
use super::witness::{Clue, Hint, Spot, textual};
use crate::model::{Bounds, FormatId};
use memchr::memmem::Finder;
use std::collections::{BTreeMap, BTreeSet};

/// Shorter texts are met in most lines.
const SHORTEST: usize = 3;
/// Texts shorter than this are looked for one by one, if there are few: the index would ask every byte for them.
const SHORT: usize = 5;
const FEW: usize = 12;

/// What lets lines through.
pub(crate) struct Sieve {
    /// Whether some rule's log source fits.
    pub(crate) is_assigned: bool,
    /// What holds a line back, if anything does:
    index: Option<Index>,
    /// and texts too short for it.
    short: Vec<Finder<'static>>,
    /// Rules that fit every record.
    surely: Box<[u32]>,
    /// Rules that fit some and not others.
    perhaps: Box<[u32]>,
    /// Whether the worker is known to have met those, and these.
    has_met: (bool, bool),
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
        let mut texts = BTreeSet::new();
        for rule in wanted {
            let clues = textual(rule).filter(|_| !rule.one_line)?;
            for clue in clues.into_iter().filter(|clue| can_be_met(clue, bounds)) {
                let text = in_line(&clue, bounds)?;
                texts.insert(text.to_owned());
            }
        }
        let short: Vec<&str> = texts.iter().map(String::as_str).filter(|text| text.len() < SHORT).collect();
        let short = if short.len() > FEW { Vec::new() } else { short };
        let long = texts.iter().filter(|text| !short.contains(&text.as_str()));
        let hints: Vec<Hint> = long.cloned().map(Hint::Inside).collect();
        // Which rule is meant does not matter.
        let hints: BTreeMap<&Hint, Vec<u32>> = hints.iter().map(|hint| (hint, vec![0])).collect();
        Some(Sieve {
            is_assigned: !surely.is_empty(),
            index: (!hints.is_empty()).then(|| Index::new(&hints)),
            short: short.iter().map(|text| Finder::new(text).into_owned()).collect(),
            surely: surely.into(),
            perhaps: perhaps.into(),
            has_met: (false, false),
        })
    }
}

/// Whether a record may have an answer in which the clue could be met.
fn can_be_met(clue: &Clue, bounds: &Bounds<'_>) -> bool {
    let Spot::Ask(ask) = clue.spot else { return true };
    bounds.views.iter().any(|view| {
        let mut fields = Vec::new();
        view.reads(ask, &mut fields) || fields.iter().any(|field| bounds.within.fields.contains(field))
    })
}

/// The text a line must hold for the clue to be met.
fn in_line<'c>(clue: &'c Clue, bounds: &Bounds<'_>) -> Option<&'c str> {
    let is_quoted = match clue.spot {
        Spot::Ask(ask) => bounds.views.iter().all(|view| view.quotes(ask, Some(&bounds.within))),
        Spot::Anywhere => true,
    };
    match &clue.hint {
        Hint::Whole(text) | Hint::Start(text) | Hint::End(text) | Hint::Inside(text) => {
            Some(text.as_str()).filter(|text| is_quoted && text.len() >= SHORTEST)
        }
        Hint::Number(_) | Hint::Present => None,
    }
}

impl Sieve {
    /// Whether a line concerns no rule, as far as this worker has met those it may fit.
    pub(crate) fn lets_through(&mut self, line: &str, worker: &mut Worker) -> bool {
        if !self.has_met.1 {
            let has_met = |n: &u32| worker.applicable().get(*n as usize).is_some_and(|is_met| *is_met);
            self.has_met.1 = self.perhaps.iter().all(has_met);
        }
        if !self.has_met.1 || !line.is_ascii() {
            return false;
        }
        let text = worker.text();
        let mut is_clear = true;
        if let Some(index) = &self.index {
            index.search(line, text, &mut |_| is_clear = false);
        } else {
            text.clear();
            text.push_str(line);
            text.make_ascii_lowercase();
        }
        is_clear && self.short.iter().all(|short| short.find(text.as_bytes()).is_none())
    }

    /// Notes that a record was let through and counts.
    pub(crate) fn passed(&mut self, worker: &mut Worker) {
        if !self.has_met.0 {
            worker.meet(&self.surely);
            self.has_met.0 = true;
        }
        worker.skimmed();
    }
}
