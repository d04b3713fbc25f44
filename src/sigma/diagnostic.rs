//! What the loader has to say about a rule file: codes (sigma-semantics.md 11), places, words.
//!
//! An error rejects one document, a warning none. Every diagnostic names the file, the document, the path of the
//! node inside it and its line, says what is wrong, and how to mend it.

use crate::model::limits;
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt;

/// Whether a document is rejected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Severity {
    Error,
    Warning,
}

impl Severity {
    /// The word used in reports.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
        }
    }
}

/// What is wrong. Errors first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Code {
    YamlSyntax,
    NotAMap,
    DuplicateKey,
    MissingField,
    BadType,
    BadLogsource,
    BadAction,
    EmptyDetection,
    EmptyValue,
    BadValue,
    UnknownModifier,
    ModifierConflict,
    ValueType,
    BadRegex,
    BadCidr,
    UnresolvedPlaceholder,
    BadCondition,
    UnknownIdentifier,
    DeprecatedAggregation,
    UnknownCorrelationType,
    BadTimespan,
    BadCorrelationCondition,
    UnknownRuleRef,
    AmbiguousRuleRef,
    CorrelationCycle,
    BadMetadata,
    AllSingleValue,
    NullInList,
    NumberAsText,
    Base64offsetWithoutContains,
    LegacyModifier,
    UnusedIdentifier,
    SelectorMatchesNothing,
    TimeframeIgnored,
    GlobalOverride,
    DuplicateId,
    FilterWithoutNot,
    UnknownFilterTarget,
    UpperBoundOnly,
}

/// Every code with the word it goes by and its severity.
pub(crate) static CODES: &[(Code, &str, Severity)] = &[
    (Code::YamlSyntax, "yaml-syntax", Severity::Error),
    (Code::NotAMap, "not-a-map", Severity::Error),
    (Code::DuplicateKey, "duplicate-key", Severity::Error),
    (Code::MissingField, "missing-field", Severity::Error),
    (Code::BadType, "bad-type", Severity::Error),
    (Code::BadLogsource, "bad-logsource", Severity::Error),
    (Code::BadAction, "bad-action", Severity::Error),
    (Code::EmptyDetection, "empty-detection", Severity::Error),
    (Code::EmptyValue, "empty-value", Severity::Error),
    (Code::BadValue, "bad-value", Severity::Error),
    (Code::UnknownModifier, "unknown-modifier", Severity::Error),
    (Code::ModifierConflict, "modifier-conflict", Severity::Error),
    (Code::ValueType, "value-type", Severity::Error),
    (Code::BadRegex, "bad-regex", Severity::Error),
    (Code::BadCidr, "bad-cidr", Severity::Error),
    (Code::UnresolvedPlaceholder, "unresolved-placeholder", Severity::Error),
    (Code::BadCondition, "bad-condition", Severity::Error),
    (Code::UnknownIdentifier, "unknown-identifier", Severity::Error),
    (Code::DeprecatedAggregation, "deprecated-aggregation", Severity::Error),
    (Code::UnknownCorrelationType, "unknown-correlation-type", Severity::Error),
    (Code::BadTimespan, "bad-timespan", Severity::Error),
    (Code::BadCorrelationCondition, "bad-correlation-condition", Severity::Error),
    (Code::UnknownRuleRef, "unknown-rule-ref", Severity::Error),
    (Code::AmbiguousRuleRef, "ambiguous-rule-ref", Severity::Error),
    (Code::CorrelationCycle, "correlation-cycle", Severity::Error),
    (Code::BadMetadata, "bad-metadata", Severity::Warning),
    (Code::AllSingleValue, "all-single-value", Severity::Warning),
    (Code::NullInList, "null-in-list", Severity::Warning),
    (Code::NumberAsText, "number-as-text", Severity::Warning),
    (Code::Base64offsetWithoutContains, "base64offset-without-contains", Severity::Warning),
    (Code::LegacyModifier, "legacy-modifier", Severity::Warning),
    (Code::UnusedIdentifier, "unused-identifier", Severity::Warning),
    (Code::SelectorMatchesNothing, "selector-matches-nothing", Severity::Warning),
    (Code::TimeframeIgnored, "timeframe-ignored", Severity::Warning),
    (Code::GlobalOverride, "global-override", Severity::Warning),
    (Code::DuplicateId, "duplicate-id", Severity::Warning),
    (Code::FilterWithoutNot, "filter-without-not", Severity::Warning),
    (Code::UnknownFilterTarget, "unknown-filter-target", Severity::Warning),
    (Code::UpperBoundOnly, "upper-bound-only", Severity::Warning),
];

impl Code {
    /// The word used in reports.
    pub(crate) fn name(self) -> &'static str {
        self.row().1
    }

    /// Whether it rejects the document.
    pub(crate) fn severity(self) -> Severity {
        self.row().2
    }

    fn row(self) -> &'static (Code, &'static str, Severity) {
        CODES.iter().find(|row| row.0 == self).expect("a test holds every code against the table")
    }
}

/// One thing to say about one document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Diagnostic {
    pub(crate) severity: Severity,
    pub(crate) code: Code,
    /// The file as shown.
    pub(crate) path: String,
    /// The document in it, from 0.
    pub(crate) document: usize,
    /// `at_path` joined by dots.
    pub(crate) at: String,
    /// Keys and indices from the top of the document to the node.
    pub(crate) at_path: Vec<PathStep>,
    /// 1-based line of the node, or of its nearest existing parent.
    pub(crate) line: u64,
    /// What is wrong.
    pub(crate) message: String,
    /// How to mend it.
    pub(crate) help: String,
}

/// A node's place inside a document while one walks down to it.
#[derive(Clone, Copy, Debug)]
pub(super) struct At<'p> {
    parent: Option<&'p At<'p>>,
    step: Step<'p>,
    pub(super) line: u64,
}

#[derive(Clone, Copy, Debug)]
enum Step<'p> {
    Key(&'p str),
    Index(usize),
}

impl<'p> At<'p> {
    /// The top of a document.
    pub(super) fn top(line: u64) -> At<'static> {
        At { parent: None, step: Step::Key(""), line }
    }

    /// A key below this node; `line` is where the key stands.
    pub(super) fn key(&'p self, key: &'p str, line: u64) -> At<'p> {
        At { parent: Some(self), step: Step::Key(key), line }
    }

    /// A key that should stand below this node and does not.
    pub(super) fn missing(&'p self, key: &'p str) -> At<'p> {
        self.key(key, self.line)
    }

    /// An item of a list.
    pub(super) fn index(&'p self, index: usize, line: u64) -> At<'p> {
        At { parent: Some(self), step: Step::Index(index), line }
    }

    /// The place, to be kept.
    pub(super) fn spot(&self) -> Spot {
        let mut path = Vec::new();
        let mut here = self;
        while let Some(parent) = here.parent {
            path.push(match here.step {
                Step::Key(key) => PathStep::Key(key.to_owned()),
                Step::Index(index) => PathStep::Index(index),
            });
            here = parent;
        }
        path.reverse();
        Spot { path, line: self.line }
    }
}

/// A step from a node of a document to one below it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub(crate) enum PathStep {
    /// A key of a map.
    Key(String),
    /// A position in a list, from 0.
    Index(usize),
}

impl fmt::Display for PathStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PathStep::Key(key) => f.write_str(key),
            PathStep::Index(index) => write!(f, "{index}"),
        }
    }
}

/// A node's place inside a document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Spot {
    pub(super) path: Vec<PathStep>,
    pub(super) line: u64,
}

/// Where a document stands, for what is found out about it after it was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct DocId {
    /// Index of its text among the sources.
    pub(super) source: usize,
    /// Document within the text.
    pub(super) document: usize,
}

/// What is said about one document: at most so many errors and so many warnings.
#[derive(Debug, Default)]
struct Said {
    notes: Vec<(Spot, Code, String, String)>,
    errors: usize,
    warnings: usize,
}

/// Collects what is said, file by file and document by document.
#[derive(Debug, Default)]
pub(super) struct Notes {
    said: BTreeMap<DocId, Said>,
}

impl Notes {
    /// Adds one. Beyond the limit they are only counted: who mends a hundred errors checks again.
    pub(super) fn say(&mut self, doc: DocId, spot: Spot, code: Code, message: String, help: String) {
        let said = self.said.entry(doc).or_default();
        let count = match code.severity() {
            Severity::Error => &mut said.errors,
            Severity::Warning => &mut said.warnings,
        };
        *count += 1;
        if *count <= limits::RULE_DIAGNOSTICS {
            said.notes.push((spot, code, message, help));
        }
    }

    /// Adds what was said of other documents.
    pub(super) fn append(&mut self, mut other: Notes) {
        self.said.append(&mut other.said);
    }

    /// How many errors a document has.
    pub(super) fn errors(&self, doc: DocId) -> usize {
        self.said.get(&doc).map_or(0, |said| said.errors)
    }

    /// How many documents are rejected.
    pub(super) fn rejected(&self) -> usize {
        self.said.values().filter(|said| said.errors > 0).count()
    }

    /// All of them, by path, document and line.
    pub(super) fn finish(self, path_of: impl Fn(usize) -> String) -> Vec<Diagnostic> {
        let mut all = Vec::new();
        for (doc, said) in self.said {
            let path = path_of(doc.source);
            for (spot, code, message, help) in said.notes {
                all.push(Diagnostic {
                    severity: code.severity(),
                    code,
                    path: path.clone(),
                    document: doc.document,
                    at: spot.path.iter().map(PathStep::to_string).collect::<Vec<_>>().join("."),
                    at_path: spot.path,
                    line: spot.line,
                    message,
                    help,
                });
            }
        }
        all.sort_by(|a, b| (&a.path, a.document, a.line).cmp(&(&b.path, b.document, b.line)));
        all
    }
}

/// The notes of one document.
#[derive(Debug)]
pub(super) struct DocNotes<'n> {
    pub(super) doc: DocId,
    pub(super) notes: &'n mut Notes,
}

impl DocNotes<'_> {
    /// Adds one at `at`.
    pub(super) fn say(&mut self, at: &At<'_>, code: Code, message: impl Into<String>, help: impl Into<String>) {
        self.notes.say(self.doc, at.spot(), code, message.into(), help.into());
    }

    /// How many errors the document has by now.
    pub(super) fn errors(&self) -> usize {
        self.notes.errors(self.doc)
    }

    /// Whether there are so many errors that looking for more is no use.
    pub(super) fn is_full(&self) -> bool {
        self.errors() >= limits::RULE_DIAGNOSTICS
    }
}

/// The candidate that is nearest to a misspelt word, if one is near enough to be meant.
pub(super) fn nearest<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    // Longer words and lists are data, not slips of the finger; the bound keeps the search short.
    const LONGEST: usize = 64;
    const MOST: usize = 1_000;
    if word.len() > LONGEST {
        return None;
    }
    let length = word.chars().count();
    let limit = (length / 3).max(1);
    candidates
        .into_iter()
        .take(MOST)
        .filter(|candidate| candidate.len() <= LONGEST)
        .map(|candidate| (distance(&word.to_lowercase(), &candidate.to_lowercase()), candidate))
        .filter(|(distance, _)| *distance <= limit && *distance < length)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Insertions, deletions and exchanges between two short words.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.chars().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        for (cb, above) in b.iter().zip(row.iter_mut().skip(1)) {
            let best = (diagonal + usize::from(ca != *cb)).min(left + 1).min(*above + 1);
            diagonal = *above;
            *above = best;
            left = best;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_its_row_in_order() {
        for (n, (code, name, severity)) in CODES.iter().enumerate() {
            assert_eq!(*code as usize, n, "{name}: rows stand in the order of the enum");
            assert!(name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'), "{name}");
            assert_eq!(*severity == Severity::Error, *code <= Code::CorrelationCycle, "{name}");
        }
        assert_eq!(CODES.len(), Code::UpperBoundOnly as usize + 1);
    }

    #[test]
    fn a_slip_of_the_finger_is_recognised() {
        let words = ["contains", "startswith", "endswith", "re"];
        for (typed, meant) in
            [("contain", Some("contains")), ("Endswith", Some("endswith")), ("startwith", Some("startswith"))]
        {
            assert_eq!(nearest(typed, words), meant);
        }
        assert_eq!(nearest("bogus", words), None);
        assert_eq!(nearest(&"x".repeat(100_000), words), None);
    }

    #[test]
    fn a_place_knows_its_way_down() {
        let top = At::top(1);
        let detection = top.key("detection", 4);
        let item = detection.index(2, 7);
        assert_eq!(item.spot(), Spot { path: vec![PathStep::Key("detection".into()), PathStep::Index(2)], line: 7 });
        assert_eq!(detection.missing("condition").spot().line, 4);
    }
}
