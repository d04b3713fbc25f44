//! Why a rule held, or did not: what `scan` finds out and `report` prints.
//!
//! Texts from events are redacted and cut when they get here; they are not yet escaped for a sink.

use super::origin::Place;
use super::problem::Problem;
use super::report::{InputSummary, LogSource, RuleInfo};
use super::time::Stamp;

/// The answer to one question about one rule.
#[derive(Clone, Debug)]
pub(crate) struct Explanation {
    /// The rule.
    pub(crate) rule: RuleInfo,
    /// Its conditions as written.
    pub(crate) conditions: Vec<String>,
    /// Whether it held: for one of the events that were looked at or, for a correlation, in one of its windows.
    pub(crate) held: bool,
    /// Events that were looked at.
    pub(crate) looked_at: u64,
    /// Of these, events that had earned the rule's log source.
    pub(crate) applicable: u64,
    /// What is told in full: the events asked for, else the first that matched, else those that came nearest.
    pub(crate) cases: Vec<ExplainedEvent>,
    /// The log sources of events that had not earned the rule's, most frequent first, and how many there were of each.
    pub(crate) others: Vec<(Vec<LogSource>, u64)>,
    /// The inputs; places point into them.
    pub(crate) inputs: Vec<InputSummary>,
    /// What could not be read.
    pub(crate) problems: Vec<Problem>,
}

/// One event and what the rule makes of it.
#[derive(Clone, Debug)]
pub(crate) struct ExplainedEvent {
    /// Where it stands.
    pub(crate) place: Place,
    /// When it happened.
    pub(crate) time: Stamp,
    /// Name of its format.
    pub(crate) format: &'static str,
    /// The log sources it has earned, most specific first.
    pub(crate) logsources: Vec<LogSource>,
    /// The words of the rule's log source, and which of them the event has earned.
    pub(crate) standing: Vec<SourceWord>,
    /// Whether it has earned all of them, so that a scan holds the rule against it.
    pub(crate) applies: bool,
    /// What the conditions say of it, log source or not.
    pub(crate) told: Told,
}

/// A word of a rule's log source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SourceWord {
    /// `product`, `category` or `service`.
    pub(crate) part: &'static str,
    /// As the rule states it.
    pub(crate) word: String,
    /// Whether the event has it.
    pub(crate) earned: bool,
    /// Whether any log can have it.
    pub(crate) known: bool,
}

/// What a rule's conditions say of one event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Told {
    /// Whether one of them holds.
    pub(crate) held: bool,
    /// Which of the record's lines this is about, counting from 1, where a rule looks at each line by itself.
    pub(crate) line: Option<u16>,
    /// One tree a condition, in their order.
    pub(crate) conditions: Vec<Trace>,
}

/// A piece of a rule, its truth, and the pieces it is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Trace {
    /// Whether it holds.
    pub(crate) held: bool,
    /// What it is.
    pub(crate) what: Traced,
    /// What it is made of.
    pub(crate) parts: Vec<Trace>,
}

/// What a piece of a rule is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Traced {
    /// Operands joined by `and`, or all entries of a map.
    All,
    /// Operands joined by `or`, or the items of a list.
    Any,
    /// `not`.
    Not,
    /// A selector that reaches nothing.
    Never,
    /// A search identifier.
    Selection(String),
    /// `field|modifiers: values`.
    Field(FieldTrace),
    /// Values without a field.
    Keywords(TestsTrace),
}

/// A field of a rule, and what the event has in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FieldTrace {
    /// The canonical name the field stands for in this event, if that is another one.
    pub(crate) canonical: Option<&'static str>,
    /// The event's values, null as `None`; no list at all when it lacks the field.
    pub(crate) values: Option<Vec<Option<String>>>,
    /// How many values there are besides.
    pub(crate) more_values: usize,
    /// What they are held against.
    pub(crate) tests: TestsTrace,
}

/// The values of an entry of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TestsTrace {
    /// The entry's key as written, with its modifiers.
    pub(crate) key: String,
    /// Every value must be met, not just one.
    pub(crate) all: bool,
    /// The entry is negated as a whole (`neq`).
    pub(crate) negated: bool,
    /// The values that are shown: those that are met before those that are not.
    pub(crate) tests: Vec<TestTrace>,
    /// How many are not shown: met, and not met.
    pub(crate) left_out: (usize, usize),
}

/// One value of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TestTrace {
    /// Whether the event meets it.
    pub(crate) held: bool,
    /// What it asks for, in words.
    pub(crate) words: String,
    /// How many forms the modifiers gave it.
    pub(crate) forms: usize,
    /// The value of the event that met it, where it is one, and for keywords the name it stands under.
    pub(crate) hit: Option<(String, String)>,
}
