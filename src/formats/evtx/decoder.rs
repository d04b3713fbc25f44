//! Reads the records of a chunk.

use super::cutter::Chunk;
use super::raw::{Crated, Rendered};
use super::{CHUNK, fast};
use crate::formats::{Damage, Decoded, Decoder, ReadOptions, Record, Sniffed, YearTrack, event_xml, years};
use crate::model::stamp::Zone;
use crate::model::{
    Block, Entry, Event, FieldTable, FormatId, LateText, Layout, Marks, Origin, Raw, Regions, Scratch, Seen, Stamp,
    TagSet, Time, limits,
};
use evtx::{EvtxChunkData, EvtxRecord, ParserSettings};
use std::sync::Arc;

/// The decoder of the row.
pub(super) fn new(sniffed: &Sniffed, table: &Arc<FieldTable>, options: &ReadOptions) -> Box<dyn Decoder> {
    Box::new(ChunkDecoder::new(true, sniffed, table, options))
}

impl ChunkDecoder {
    pub(super) fn new(
        is_fast: bool,
        sniffed: &Sniffed,
        table: &Arc<FieldTable>,
        options: &ReadOptions,
    ) -> ChunkDecoder {
        ChunkDecoder {
            is_fast,
            format: sniffed.format,
            table: Arc::clone(table),
            zone: options.zone.clone(),
            // Checksums are not held against it: a log that was not closed has old ones and can be read.
            settings: Arc::new(ParserSettings::new().num_threads(1).indent(false).validate_checksums(false)),
        }
    }
}

/// Where a chunk's header says which record is its first, and which its last.
const FIRST: usize = 24;
const LAST: usize = 32;
/// Records that fit into a chunk behind its header: each has a header of 24 bytes and its size once more at its end.
const MOST: u64 = ((CHUNK - 512) / 28) as u64;

pub(super) struct ChunkDecoder {
    /// Records are read without being rendered where that can be done.
    is_fast: bool,
    format: FormatId,
    table: Arc<FieldTable>,
    zone: Zone,
    settings: Arc<ParserSettings>,
}

/// Digits of a second that 100 ns have, as far as stamps tell.
const DECIMALS: u8 = 7;

impl Decoder for ChunkDecoder {
    fn decode(&self, block: &Block, scratch: &mut Scratch, sink: &mut dyn FnMut(Decoded<'_, '_>)) {
        let Some(chunk) = block.carry.get::<Chunk>() else { return };
        let mut damaged = |what| sink(Decoded::Damaged(Damage { what, chunk: chunk.number }));
        if chunk.is_cut {
            damaged(Damage::CUT);
        }
        // Logs grow by more than they need: what was never written holds nothing.
        let is_blank = block.bytes.iter().all(|b| *b == 0);
        if block.bytes.is_empty() || (is_blank && !chunk.is_counted) {
            return;
        }
        let (count, is_whole) = if self.is_fast { self.fast(block, scratch, sink) } else { (0, false) };
        let seen = if is_whole { Some(u64::from(count)) } else { self.rendered(block, count, scratch, sink) };
        let Some(seen) = seen else {
            return sink(Decoded::Damaged(Damage { what: Damage::CHUNK, chunk: chunk.number }));
        };
        // A size that was struck hides the records behind it, and zeros at the end look like space that was never used.
        let counted = if chunk.is_cut { None } else { counted(&block.bytes) };
        for _ in seen..counted.unwrap_or(seen) {
            sink(Decoded::Damaged(Damage { what: Damage::RECORD, chunk: chunk.number }));
        }
    }
}

/// How many records a chunk's header counts, if that many fit in.
fn counted(chunk: &[u8]) -> Option<u64> {
    let number = |at: usize| Some(u64::from_le_bytes(*chunk.get(at..)?.first_chunk()?));
    let count = number(LAST)?.checked_sub(number(FIRST)?)?.checked_add(1)?;
    (count <= MOST).then_some(count)
}

/// When the log took the record in.
fn stamp(record: &EvtxRecord<'_>) -> Stamp {
    let nanoseconds = i64::try_from(record.timestamp.as_nanosecond());
    nanoseconds.map_or(Stamp::default(), |nanoseconds| Stamp::exact(Time(nanoseconds), DECIMALS))
}

impl ChunkDecoder {
    /// Reads records from the first on, as long as they are plain; gives how many, and whether those are all.
    fn fast(&self, block: &Block, scratch: &mut Scratch, sink: &mut dyn FnMut(Decoded<'_, '_>)) -> (u32, bool) {
        let mut templates = fast::Templates::of(scratch);
        let crated = Crated::new(&block.bytes, &self.settings);
        let read = fast::read(&block.bytes, &mut templates, scratch, &self.table, &mut |index, record, scratch| {
            let rendered = Rendered { chunk: &crated, index, start: record.start };
            let late = LateText::new(&rendered);
            let regions = Regions { fixed: record.fixed, ..scratch.regions("") };
            self.give(origin(block, index), Raw::Late(&late), record.stamp, (&scratch.entries, regions), sink);
        });
        scratch.kept = Some(templates);
        read
    }

    /// Reads all records but the first `skip`, which were read: each is rendered and read as XML. Gives how many there are,
    /// or none if the chunk cannot be read.
    fn rendered(
        &self,
        block: &Block,
        skip: u32,
        scratch: &mut Scratch,
        sink: &mut dyn FnMut(Decoded<'_, '_>),
    ) -> Option<u64> {
        let mut data = EvtxChunkData::new(block.bytes.clone(), false).ok()?;
        let mut parsed = data.parse(Arc::clone(&self.settings)).ok()?;
        let mut seen = 0;
        for (index, record) in (0..).zip(parsed.iter()) {
            seen += 1;
            let stamp = record.as_ref().map_or(Stamp::default(), stamp);
            // Those that were read are rendered all the same: the crate counts what it renders.
            let xml = record.and_then(EvtxRecord::into_xml);
            let is_read =
                index < skip || xml.is_ok_and(|xml| self.record(&xml.data, stamp, origin(block, index), scratch, sink));
            if !is_read {
                let chunk = block.carry.get::<Chunk>().map_or(0, |chunk| chunk.number);
                sink(Decoded::Damaged(Damage { what: Damage::RECORD, chunk }));
            }
        }
        Some(seen)
    }

    /// Hands over one record, if it is one.
    fn record(
        &self,
        xml: &str,
        header_time: Stamp,
        origin: Origin,
        scratch: &mut Scratch,
        sink: &mut dyn FnMut(Decoded<'_, '_>),
    ) -> bool {
        scratch.reset();
        let mut record = Record {
            text: xml,
            start: 0,
            scratch,
            table: &self.table,
            zone: &self.zone,
            year: &mut YearTrack::default(),
            years: &years::NOTHING,
            time: header_time,
            payload: None,
            repaired: false,
        };
        if xml.len() > limits::JSON_VALUE || event_xml::read_record(&mut record).is_err() {
            return false;
        }
        let regions = scratch.regions(xml);
        self.give(origin, xml.into(), header_time, (&scratch.entries, regions), sink);
        true
    }

    fn give(
        &self,
        origin: Origin,
        raw: Raw<'_>,
        header_time: Stamp,
        (entries, regions): (&[Entry], Regions<'_>),
        sink: &mut dyn FnMut(Decoded<'_, '_>),
    ) {
        let mut event = Event {
            origin,
            lines: 1,
            format: self.format,
            payload: None,
            raw,
            header_time,
            time: Stamp::default(),
            marks: Marks::default(),
            entries,
            regions,
            tags: TagSet::default(),
            seen: Seen::default(),
            layout: Layout::UNKNOWN,
        };
        sink(Decoded::Event(&mut event));
    }
}

fn origin(block: &Block, index: u32) -> Origin {
    Origin { source: block.source, block: block.number, index, line: index, column: None }
}
