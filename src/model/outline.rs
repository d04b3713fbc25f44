//! What a glance at a line tells of its record: enough to know which rules may concern it, without its fields.
//!
//! A format makes an [`Outline`] only of lines of which it knows what reading them would give: that they are records of
//! it, which names their fields can have, that every value is a piece of the line, and what stands inside their message.
//! Of a line that is not so plain nothing is said, and it is read. What an outline means for log sources and fields is
//! told by [`Bounds`]; `taxonomy` works them out, once for all lines of an outline.

use super::event::FormatId;
use super::field::FieldId;
use super::time::Stamp;
use super::view::{LogSourceId, TagSet, View};
use std::collections::BTreeSet;

/// What is known of a record whose fields were not read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Outline<'r> {
    /// The program the header names: it stands in the first of the fields that may name one.
    pub(crate) program: Option<&'r str>,
    /// The priority in front of it. Nothing else tells the facility.
    pub(crate) priority: Option<&'r str>,
    /// The request line, in the logs of web servers.
    pub(crate) request: Option<&'r str>,
    /// The names a field of it can have, and no others. All its values are pieces of the line.
    pub(crate) names: [&'static [&'static str]; 3],
    /// The payloads it may be found to have, if any.
    pub(crate) payloads: [&'static str; 2],
    /// The field that holds the header's stamp once more.
    pub(crate) stamp: Option<&'static str>,
    /// A field that is there and is no placeholder.
    pub(crate) sure: Option<&'static str>,
    /// What else a header says, where what it says can be told apart from what the message does: its fields are those of
    /// the first of `names`.
    pub(crate) head: Option<OutlineHead<'r>>,
}

/// What a header says beside program and priority.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct OutlineHead<'r> {
    pub(crate) host: Option<&'r str>,
    pub(crate) process: Option<&'r str>,
    /// Not empty.
    pub(crate) message: &'r str,
}

/// How much is to be read of a record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Extent {
    /// Nothing: everything there is to know was told.
    Nothing,
    /// What its header says.
    Head,
    /// All fields; its log sources are known.
    Fields,
    /// All of it.
    #[default]
    All,
}

impl Outline<'_> {
    /// Whether a request line asks a proxy for what stands elsewhere.
    pub(crate) fn is_of_proxy(request: &str) -> bool {
        // Neither of what a proxy is asked for holds a blank, so what follows the second word does not matter.
        let end = request.bytes().position(|byte| byte == b' ').unwrap_or(request.len());
        let (method, url) = request.split_at_checked(end).unwrap_or_default();
        let url = url.strip_prefix(' ').unwrap_or(url);
        method == "CONNECT" || url.starts_with("http://") || url.starts_with("https://")
    }
}

/// A line that may be passed over, or need not be read in full.
#[derive(Debug)]
pub(crate) struct Glance<'r> {
    pub(crate) outline: Outline<'r>,
    pub(crate) format: FormatId,
    /// The record as written, line end off.
    pub(crate) raw: &'r str,
    /// Where it begins among the bytes of its block, if those are its text.
    pub(crate) at: Option<u32>,
    /// The stamp of its header.
    pub(crate) header_time: Stamp,
    /// Out: how much of it is to be read.
    pub(crate) extent: Extent,
}

/// What holds for records of an outline.
pub(crate) struct Bounds<'v> {
    /// Log sources each of them has,
    pub(crate) least: TagSet,
    /// and those none of them has more of.
    pub(crate) most: TagSet,
    /// The views one of them may be looked at through.
    pub(crate) views: Vec<&'v dyn View>,
    /// What they can hold,
    pub(crate) within: Within,
    /// and which of that the header holds.
    pub(crate) head: BTreeSet<FieldId>,
    /// Said of those alone whose text holds none of these, of ASCII and in lower case, whatever its own case.
    pub(crate) unless: BTreeSet<String>,
}

/// What some events can hold, and no more.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Within {
    /// Their fields,
    pub(crate) fields: BTreeSet<FieldId>,
    /// those of them that are always there and say something,
    pub(crate) sure: BTreeSet<FieldId>,
    /// and the rows that may give them log sources.
    pub(crate) sources: BTreeSet<LogSourceId>,
}
