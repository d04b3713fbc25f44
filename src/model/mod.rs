//! The nouns everybody shares: what travels between the rooms.
//!
//! Types here have laws but no verbs of a room: nothing reads files, names formats, or knows YAML.
//! Nothing in this room is `Serialize`; the shapes of JSON, CSV and SARIF belong to `report`.

mod alert;
mod block;
pub(crate) mod cut;
mod effort;
pub(crate) mod escape;
mod event;
mod excuse;
mod explanation;
mod field;
mod findings;
mod hash;
mod header;
mod layout;
mod level;
pub(crate) mod limits;
mod line;
mod matches;
mod members;
mod origin;
mod outline;
mod problem;
mod raw;
mod report;
mod sample;
pub(crate) mod show;
pub(crate) mod stamp;
mod statistics;
mod time;
mod value;
mod view;

pub(crate) use alert::{Alert, AlertKind, AlertStatus, Detail, Entity, Known, Pair, Suppression};
pub(crate) use block::{Block, Carry};
pub(crate) use effort::{Clock, Counts, Effort, Times};
pub(crate) use event::{Entry, Event, FormatId, Marks, Named, Open, Region, Regions, Scratch, Sentence, Span};
pub(crate) use excuse::{Excuse, Excused, Wanted};
pub(crate) use explanation::{
    Contributor, ExplainedCorrelation, ExplainedEvent, ExplainedWindow, Explanation, FieldTrace, SourceWord, TestTrace,
    TestsTrace, Told, Trace, Traced,
};
pub(crate) use field::{AskId, Asks, FieldId, FieldTable, Heard, Speaker, loose};
pub(crate) use findings::{Beyond, Books, Feed, FeedId, Findings, Fold, FoldedAlerts, Hit, KeyId, KeyTexts, Met};
pub(crate) use hash::{QuickMap, QuickSet, QuickState};
pub(crate) use header::Header;
pub(crate) use layout::{Layout, Layouts};
pub use level::Level;
pub(crate) use line::{Burst, EventLine, Line, LineSink};
pub(crate) use matches::{Bare, FieldsWriter, Match, MatchFields, MatchRoom, Matches};
pub(crate) use members::{Member, MemberId};
pub(crate) use origin::{Columns, Origin, Place, RuleId, SourceId, column_behind};
pub(crate) use outline::{Bounds, Extent, Glance, Outline, OutlineHead, Within};
pub(crate) use problem::{Problem, ProblemKind, Problems};
pub(crate) use raw::{Late, LateText, Raw};
pub(crate) use report::{Counting, InputSummary, LogSource, Report, RuleInfo, RuleTotals, Summary};
pub(crate) use sample::{Sample, SampleField, SamplePart, SampleText, SampleWriter};
pub(crate) use statistics::{FieldUse, RuleStatistics, SourceUse, Standing, Tally};
pub(crate) use time::{Quality, Stamp, Time, Written};
pub(crate) use value::{Datum, Value, Values};
pub(crate) use view::{LogSourceId, One, Seen, TagSet, View};
