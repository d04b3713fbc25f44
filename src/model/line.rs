//! What the line-by-line outputs are made of: matches and normalised records, one at a time, while the scan runs.
//!
//! `scan` hands them over in order; `report` gives them a shape. Nothing is kept, so memory does not grow with them.

use super::alert::Entity;
use super::matches::Match;
use super::origin::{Place, RuleId};
use super::report::{InputSummary, LogSource};
use super::time::Stamp;
use super::value::Datum;
use std::io;

/// A burst of a correlation: one group that reached its condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Burst {
    /// The correlation.
    pub(crate) rule: RuleId,
    /// Its group-by pairs.
    pub(crate) entity: Entity,
    /// The event that made it fire.
    pub(crate) place: Place,
    /// When that happened.
    pub(crate) time: Stamp,
    /// Distinct events behind it.
    pub(crate) count: u64,
    /// The first of these events: place, time and the rule that fed it.
    pub(crate) events: Vec<(Place, Stamp, RuleId)>,
    /// False when the correlation is excluded or silenced and only feeds another.
    pub(crate) reported: bool,
}

/// A normalised record.
#[derive(Clone, Debug)]
pub(crate) struct EventLine<'a> {
    /// Where it stands.
    pub(crate) place: Place,
    /// Name of its format (may differ from the input's in mixed files).
    pub(crate) format: &'a str,
    /// Name of what stood inside its message.
    pub(crate) payload: Option<&'a str>,
    /// The log sources it has earned, most specific first.
    pub(crate) logsources: &'a [LogSource],
    /// The most specific word of each kind among them.
    pub(crate) primary: LogSource,
    /// Its time.
    pub(crate) time: Stamp,
    /// Canonical fields by name (without `timestamp`), in the order to print.
    pub(crate) canonical: &'a [(&'a str, Vec<Datum<'a>>)],
    /// Original fields by dotted name, in the order of the record.
    pub(crate) raw: &'a [(&'a str, Vec<Datum<'a>>)],
}

/// One line of a stream.
#[derive(Clone, Debug)]
pub(crate) enum Line<'a> {
    /// A detection rule held for an event.
    Match(&'a Match<'a>),
    /// A correlation fired and its burst is over.
    Burst(&'a Burst),
    /// A record, normalised.
    Event(&'a EventLine<'a>),
    /// A record its format refused: its place, its format and its text.
    Refused(Place, &'a str, &'a str),
}

/// Takes the lines of a stream, in order.
pub(crate) trait LineSink {
    /// Writes one line. `inputs` are those met so far; places point into them.
    fn line(&mut self, line: &Line<'_>, inputs: &[InputSummary]) -> io::Result<()>;
}
