//! Why a rule held, or did not: what `scan` finds out and `report` prints.
//!
//! Texts from events are redacted and cut when they get here; they are not yet escaped for a sink.

use super::alert::Entity;
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
    /// For a correlation: what its windows say, then those of the correlations it builds on.
    pub(crate) correlations: Vec<ExplainedCorrelation>,
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
    /// The rule it is held against: the one asked about, or one a correlation refers to.
    pub(crate) rule: String,
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

/// What the windows of one correlation say.
#[derive(Clone, Debug)]
pub(crate) struct ExplainedCorrelation {
    /// Its identity.
    pub(crate) id: String,
    /// Its type as rules write it.
    pub(crate) kind: &'static str,
    /// How long a window is, as written.
    pub(crate) timespan: String,
    /// What groups are told apart by.
    pub(crate) group_by: Vec<String>,
    /// The fields it counts or computes with.
    pub(crate) counts: Vec<String>,
    /// What its condition asks for, in words.
    pub(crate) wants: String,
    /// What it refers to.
    pub(crate) contributors: Vec<Contributor>,
    /// How often its condition held, looked at after every event that reached a window.
    pub(crate) held: u64,
    /// The windows that came nearest, one a group, nearest first; of one event, those it reached.
    pub(crate) windows: Vec<ExplainedWindow>,
}

/// A rule that a correlation refers to, and what came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Contributor {
    /// Its identity.
    pub(crate) rule: String,
    /// Events it matched; of a correlation that is not known here.
    pub(crate) matched: Option<u64>,
    /// How often it reached a window: not without a time, and not without what is grouped by or counted.
    pub(crate) came: u64,
}

/// A window when it came nearest.
#[derive(Clone, Debug)]
pub(crate) struct ExplainedWindow {
    /// Whether the condition held.
    pub(crate) held: bool,
    /// The group.
    pub(crate) key: Entity,
    /// The event that closed it,
    pub(crate) at: Place,
    /// and its time.
    pub(crate) time: Stamp,
    /// What was in it, as the condition sees it.
    pub(crate) reading: String,
    /// The rules that were not in it, for types that look for rules.
    pub(crate) missing: Vec<String>,
    /// What was in it: place, time and rule of the latest events.
    pub(crate) events: Vec<(Place, Stamp, String)>,
    /// How many there were before these.
    pub(crate) more: usize,
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
