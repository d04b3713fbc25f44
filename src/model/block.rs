//! A run of whole records: the unit of parallel work.

use super::origin::SourceId;
use std::any::Any;
use std::sync::Arc;

/// What a decoder must know from before its block: CSV headers, the year a log has reached.
/// The format that wrote it reads it back with [`Carry::get`].
#[derive(Clone, Default)]
pub(crate) struct Carry(Option<Arc<dyn Any + Send + Sync>>);

impl Carry {
    /// Carries `what`.
    pub(crate) fn new<T: Any + Send + Sync>(what: T) -> Carry {
        Carry(Some(Arc::new(what)))
    }

    /// What was carried, if it is a `T`.
    pub(crate) fn get<T: Any + Send + Sync>(&self) -> Option<&T> {
        self.0.as_deref().and_then(|any| any.downcast_ref())
    }
}

/// A run of whole records of one source, and what a decoder must know from before it.
#[derive(Clone, Default)]
pub(crate) struct Block {
    /// The input it was cut from.
    pub(crate) source: SourceId,
    /// Global number, in reading order over all inputs.
    pub(crate) number: u32,
    /// The bytes, from the start of the first record to the end of the last one.
    pub(crate) bytes: Vec<u8>,
    /// The block is one record that was longer than the limit; `bytes` is its beginning, and this
    /// many physical lines of the input belong to the block.
    pub(crate) truncated: bool,
    /// What stood before.
    pub(crate) carry: Carry,
    /// How many line feeds of the input this block covers (more than `bytes` holds when truncated).
    pub(crate) line_count: u64,
    /// How many bytes of the unpacked input this block covers.
    pub(crate) input_bytes: u64,
}
