//! The text of a record that was read without being rendered, for those who want to see it: what the `evtx` crate renders.
//!
//! The crate goes through a chunk from record to record. So that it need not look at those before the wanted one, it is
//! given a copy in which all of these are one record, which it skips. When several are wanted the whole chunk is rendered
//! once.

use super::fast::RECORDS;
use crate::model::Late;
use evtx::{EvtxChunkData, EvtxRecord, ParserSettings};
use std::cell::{Cell, OnceCell, RefCell};
use std::sync::Arc;

/// A chunk, as far as the crate has rendered it.
pub(super) struct Crated<'c> {
    chunk: &'c [u8],
    settings: &'c Arc<ParserSettings>,
    /// How many records were rendered one by one.
    single: Cell<u32>,
    all: OnceCell<Vec<String>>,
    /// What was looked for in the chunk, and whether it is there.
    looked: RefCell<Vec<(Vec<u8>, bool)>>,
}

/// The text of one record.
pub(super) struct Rendered<'c> {
    pub(super) chunk: &'c Crated<'c>,
    pub(super) index: u32,
    /// Where the record begins.
    pub(super) start: usize,
}

impl Late for Rendered<'_> {
    fn render(&self) -> String {
        self.chunk.render(self.index, self.start)
    }

    fn may_hold(&self, bytes: &[u8]) -> bool {
        self.chunk.may_hold(bytes)
    }
}

/// So many records are rendered one by one; then the rest is likely to be wanted, too.
const SINGLE: u32 = 4;
/// Where the header of a chunk says which record is its last one.
const LAST_ID: usize = 32;
/// Where a record has its size, and its number.
const SIZE: usize = 4;
const ID: usize = 8;

impl<'c> Crated<'c> {
    pub(super) fn new(chunk: &'c [u8], settings: &'c Arc<ParserSettings>) -> Crated<'c> {
        Crated { chunk, settings, single: Cell::new(0), all: OnceCell::new(), looked: RefCell::default() }
    }

    fn render(&self, index: u32, start: usize) -> String {
        if self.all.get().is_none() && self.single.get() < SINGLE {
            self.single.set(self.single.get() + 1);
            if let Some(text) = self.one(start) {
                return text;
            }
        }
        let all = self.all.get_or_init(|| self.every(self.chunk.to_vec(), 0).unwrap_or_default());
        all.get(index as usize).cloned().unwrap_or_default()
    }

    /// False only if no text of a record that was read without being rendered holds these bytes.
    ///
    /// Neither markup nor what numbers are written as has a bracket, and markup always stands between two pieces of text
    /// of such a record. Letters before and behind a bracket are therefore of the same text, which stands in the chunk.
    fn may_hold(&self, bytes: &[u8]) -> bool {
        let is_of_text = bytes.contains(&b'[') && bytes.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'[');
        if !is_of_text {
            return true;
        }
        let mut looked = self.looked.borrow_mut();
        if let Some((_, is_there)) = looked.iter().find(|(known, _)| known == bytes) {
            return *is_there;
        }
        let wide: Vec<u8> = bytes.iter().flat_map(|b| [*b, 0]).collect();
        let is_there = [bytes, &wide].iter().any(|bytes| memchr::memmem::find(self.chunk, bytes).is_some());
        looked.push((bytes.to_owned(), is_there));
        is_there
    }

    fn one(&self, start: usize) -> Option<String> {
        let mut chunk = self.chunk.to_vec();
        let skip = start.checked_sub(RECORDS)?;
        if skip > 0 {
            let last: [u8; 8] = *self.chunk.get(LAST_ID..)?.first_chunk()?;
            let size = u32::try_from(skip).ok()?.to_le_bytes();
            // Any number but that of the last record, behind which the crate stops.
            let id = u64::from_le_bytes(last).wrapping_add(1).to_le_bytes();
            chunk.get_mut(RECORDS + SIZE..)?.get_mut(..size.len())?.copy_from_slice(&size);
            chunk.get_mut(RECORDS + ID..)?.get_mut(..id.len())?.copy_from_slice(&id);
        }
        let mut texts = self.rendered(chunk, usize::from(skip > 0), 1)?;
        texts.pop().filter(|text| !text.is_empty())
    }

    fn every(&self, chunk: Vec<u8>, skip: usize) -> Option<Vec<String>> {
        self.rendered(chunk, skip, usize::MAX)
    }

    fn rendered(&self, chunk: Vec<u8>, skip: usize, count: usize) -> Option<Vec<String>> {
        let mut data = EvtxChunkData::new(chunk, false).ok()?;
        let mut parsed = data.parse(Arc::clone(self.settings)).ok()?;
        let records = parsed.iter().skip(skip).take(count);
        let texts = records.map(|record| record.and_then(EvtxRecord::into_xml).map_or(String::new(), |xml| xml.data));
        Some(texts.collect())
    }
}
