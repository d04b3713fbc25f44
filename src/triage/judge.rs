//! Holds matches against the entries of an ignore file.
//!
//! Entries act on matches, before these are folded: an alert is suppressed only when all its matches are (README
//! decision 18). Which fields a match has is told by the engine ([`Excuse`]); paths, fingerprints and dates are known
//! here. Of several entries the first gives the reason, and all of them count as used.

use super::TriageError;
use super::entry::{self, Entry};
use crate::model::{Excuse, Problem, ProblemKind, RuleId, Suppression};
use jiff::civil::Date;
use std::cell::Cell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The entries of an ignore file that hold today, by the rules they name, and those that hold no more.
#[derive(Debug, Default)]
pub(crate) struct Suppressions {
    /// The file, as reports name it.
    file: String,
    entries: Vec<Entry>,
    by_rule: BTreeMap<RuleId, Vec<u32>>,
    /// Positions of entries that are past their date.
    expired: Vec<usize>,
}

impl Suppressions {
    /// Reads a file for what holds on the day `today`. `find` gives the rules of an identity, id or exact title.
    pub(crate) fn open(
        path: &Path,
        today: Date,
        find: &dyn Fn(&str) -> Vec<RuleId>,
    ) -> Result<Suppressions, TriageError> {
        let entries = entry::open(path)?;
        let file = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let mut all = Suppressions { file, entries, ..Suppressions::default() };
        for (n, entry) in all.entries.iter().enumerate() {
            if entry.expires.is_some_and(|last| last < today) {
                all.expired.push(n);
                continue;
            }
            for rule in find(&entry.rule) {
                all.by_rule.entry(rule).or_default().push(u32::try_from(n).unwrap_or(u32::MAX));
            }
        }
        Ok(all)
    }

    /// The first entry past its date, for those who want to be stopped by it.
    pub(crate) fn refuse_expired(&self, path: &Path) -> Result<(), TriageError> {
        let first = self.expired.first().and_then(|n| Some((*n, self.entries.get(*n)?)));
        let Some((n, Entry { rule, expires: Some(day), .. })) = first else { return Ok(()) };
        let why = format!("expired on {day}, and --strict is set");
        Err(TriageError::Entry { path: PathBuf::from(path), entry: n + 1, rule: rule.clone(), why })
    }

    /// What entries ask of fields.
    pub(crate) fn excuses(&self) -> Vec<Excuse> {
        let mut excuses = Vec::new();
        for (rule, entries) in &self.by_rule {
            for n in entries {
                let fields = self.entry(*n).map(|entry| entry.fields.clone()).unwrap_or_default();
                if !fields.is_empty() {
                    excuses.push(Excuse { rule: *rule, entry: *n, fields });
                }
            }
        }
        excuses
    }

    fn entry(&self, n: u32) -> Option<&Entry> {
        self.entries.get(n as usize)
    }
}

/// One scan's judgement: remembers which entries were of use.
#[derive(Debug)]
pub(crate) struct Judge<'s> {
    all: &'s Suppressions,
    used: Vec<Cell<bool>>,
}

impl<'s> Judge<'s> {
    pub(crate) fn new(all: &'s Suppressions) -> Judge<'s> {
        Judge { all, used: vec![Cell::new(false); all.entries.len()] }
    }

    /// Whether any entry is about a rule.
    pub(crate) fn concerns(&self, rule: RuleId) -> bool {
        self.all.by_rule.contains_key(&rule)
    }

    /// The entries for a rule whose fields hold, where the engine could not look: `has` says whether a field has one of
    /// the values.
    pub(crate) fn excuses(&self, rule: RuleId, has: &dyn Fn(&str, &[crate::model::Wanted]) -> bool) -> Box<[u32]> {
        let holds = |n: &&u32| {
            let fields = self.all.entry(**n).map(|entry| entry.fields.as_slice()).unwrap_or_default();
            !fields.is_empty() && fields.iter().all(|(name, wanted)| has(name, wanted))
        };
        self.all.by_rule.get(&rule).into_iter().flatten().filter(holds).copied().collect()
    }

    /// The entry that puts matches aside, if one does. `excused` are the entries whose fields hold.
    pub(crate) fn verdict(
        &self,
        rule: RuleId,
        excused: &[u32],
        path: &str,
        fingerprint: &dyn Fn() -> String,
    ) -> Option<u32> {
        let mut first = None;
        for n in self.all.by_rule.get(&rule).into_iter().flatten() {
            let Some(entry) = self.all.entry(*n) else { continue };
            let holds = (entry.fields.is_empty() || excused.contains(n))
                && entry.paths.as_ref().is_none_or(|paths| paths.is_match(path))
                && entry.fingerprint.as_ref().is_none_or(|wanted| *wanted == fingerprint());
            if holds {
                if let Some(used) = self.used.get(*n as usize) {
                    used.set(true);
                }
                first = first.or(Some(*n));
            }
        }
        first
    }

    /// What reports say of alerts an entry put aside.
    pub(crate) fn suppression(&self, entry: u32) -> Option<Suppression> {
        let entry = self.all.entry(entry)?;
        Some(Suppression { reason: entry.reason.clone(), expires: entry.expires.map(|day| day.to_string()) })
    }

    /// Entries past their date, and entries that put nothing aside.
    pub(crate) fn problems(&self) -> Vec<Problem> {
        let problem = |n: usize, kind: ProblemKind, what: &str| {
            let rule = self.all.entries.get(n).map_or("", |entry| entry.rule.as_str());
            Problem {
                path: self.all.file.clone(),
                kind,
                count: 1,
                first: Vec::new(),
                message: format!("entry {} (rule {rule:?}) {what}", n + 1),
                incomplete: false,
            }
        };
        let mut problems = Vec::new();
        for (n, used) in self.used.iter().enumerate() {
            let expires = self.all.entries.get(n).and_then(|entry| entry.expires);
            if let Some(day) = expires.filter(|_| self.all.expired.contains(&n)) {
                let what = format!("expired on {day}: its alerts are back");
                problems.push(problem(n, ProblemKind::SuppressionExpired, &what));
            } else if !used.get() {
                problems.push(problem(n, ProblemKind::SuppressionUnused, "matched nothing"));
            }
        }
        problems
    }
}
