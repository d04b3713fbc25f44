//! Where something stands: which input, which block, which record.

/// One opened input: a file, a member of an archive, or standard input. Numbered in reading order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct SourceId(pub(crate) u32);

/// A loaded rule, detection or correlation: its index in the loaded rule set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct RuleId(pub(crate) u32);

/// Points back at a record while its block is being worked on. `index` and `line` count from 0
/// within the block and become absolute when blocks are merged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Origin {
    /// The input the record came from.
    pub(crate) source: SourceId,
    /// Global number of the block, in reading order over all inputs.
    pub(crate) block: u32,
    /// Position of the record among all records of the block (events and unparsed).
    pub(crate) index: u32,
    /// First physical line of the record, relative to the block's first line.
    pub(crate) line: u32,
}

/// The absolute place of a record, for people: lines and records count from 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Place {
    /// The input.
    pub(crate) source: SourceId,
    /// First physical line of the record, counted in the unpacked text.
    pub(crate) line: u64,
    /// Ordinal of the record in its input.
    pub(crate) record: u64,
    /// How many physical lines the record covers.
    pub(crate) lines: u32,
}
