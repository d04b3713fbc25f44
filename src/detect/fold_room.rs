//! Where the samples of alerts are kept, and who still gets room there.
//!
//! All samples together have a fixed number of bytes. Alerts take their share in the order of their events, so what is
//! kept does not depend on how the input was cut: first any event, then only the first and the last of an alert, in the
//! end only where and when those were. Worse alerts may take more of it, so that a flood of mild ones leaves room for
//! them. What is taken is not given back: an alert that makes way for a worse one was already counted.

use crate::model::{Level, Sample, SampleText, SampleWriter, limits, show};
use std::sync::Arc;

/// Up to which share of the room, in sixteenths, alerts of a level keep events between the first and the last,
const BETWEEN: [usize; 5] = [5, 5, 6, 7, 8];
/// and up to which share the texts of the first and the last.
const ENDS: [usize; 5] = [12, 12, 13, 15, 16];
/// Up to which share the last event may be much longer than the first.
const GENEROUS: usize = 4;
/// What the last event may take then.
const LONG: usize = 4 << 10;
/// What an event takes beside its text.
const EVENT: usize = 64;

/// Room for samples.
#[derive(Debug)]
pub(super) struct Room {
    bytes: usize,
    taken: usize,
    chunks: Vec<Vec<u8>>,
}

/// Where a text stands.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Spot {
    start: u32,
    len: u32,
}

/// How many bytes stand together. Much larger than a text, so that little is lost at the ends.
const CHUNK: usize = limits::SAMPLE_TEXT * 4;

impl Room {
    pub(super) fn new(bytes: usize) -> Room {
        Room { bytes, taken: 0, chunks: Vec::new() }
    }

    /// Whether an event between the first and the last is still kept. Once it is not, it never is again.
    pub(super) fn is_for_all(&self, level: Level) -> bool {
        self.is_below(BETWEEN[level as usize])
    }

    /// Whether the texts of first and last events are still kept. Once they are not, they never are again.
    pub(super) fn is_for_ends(&self, level: Level) -> bool {
        self.is_below(ENDS[level as usize])
    }

    fn is_below(&self, sixteenths: usize) -> bool {
        self.taken <= (self.bytes / 16).saturating_mul(sixteenths)
    }

    /// Keeps a text for good.
    pub(super) fn keep(&mut self, sample: &Sample) -> Spot {
        let text = sample.text.bytes();
        self.taken = self.taken.saturating_add(EVENT + text.len());
        if self.chunks.last().is_none_or(|chunk| chunk.capacity() - chunk.len() < text.len()) {
            self.chunks.push(Vec::with_capacity(CHUNK.max(text.len())));
        }
        let Some(chunk) = self.chunks.last_mut() else { return Spot::default() };
        let before = chunk.len();
        chunk.extend_from_slice(text);
        let start = (self.chunks.len() - 1).saturating_mul(CHUNK).saturating_add(before);
        match (u32::try_from(start), u32::try_from(text.len())) {
            (Ok(start), Ok(len)) => Spot { start, len },
            // Four gigabytes of samples: nobody asks for so many.
            _ => Spot::default(),
        }
    }

    /// How long the text of an alert's last event may be, which is not known yet: taken once, when it is known that
    /// there are more events than are kept. `first` is the length of the first one's.
    pub(super) fn reserve(&mut self, level: Level, first: u32) -> u32 {
        if !self.is_for_ends(level) {
            return 0;
        }
        let like_first = first as usize + first as usize / 4 + EVENT;
        let len = if self.is_below(GENEROUS) { LONG.max(like_first) } else { like_first };
        self.taken = self.taken.saturating_add(EVENT + len);
        u32::try_from(len).unwrap_or(u32::MAX)
    }

    /// The texts, to be shared by the samples of reports.
    pub(super) fn into_texts(self) -> Texts {
        // One after the other: for a moment there are two of one chunk, not of all.
        Texts(self.chunks.into_iter().map(Arc::from).collect())
    }
}

/// The texts of samples.
#[derive(Debug)]
pub(super) struct Texts(Vec<Arc<[u8]>>);

impl Texts {
    pub(super) fn at(&self, spot: Spot) -> SampleText {
        let (chunk, start) = (spot.start as usize / CHUNK, spot.start as usize % CHUNK);
        match self.0.get(chunk) {
            Some(chunk) if spot.len > 0 => {
                SampleText::within(chunk, start as u32, (start as u32).saturating_add(spot.len))
            }
            _ => SampleText::none(),
        }
    }
}

impl Spot {
    pub(super) fn len(self) -> u32 {
        self.len
    }
}

/// The text of a last event that may take `room` bytes: as much of the record as fits, if the whole does not.
pub(super) fn fitted(text: &SampleText, room: u32) -> Box<[u8]> {
    /// What stands before a record, and the mark behind a cut one.
    const AROUND: usize = 8;
    let room = room as usize;
    if text.bytes().len() <= room {
        return text.bytes().into();
    }
    let cut = text.raw().zip(room.checked_sub(AROUND)).map(|(raw, room)| show::cut(raw, room));
    cut.map_or_else(Box::default, |raw| SampleWriter::new(Some(&raw)).text().bytes().into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Place, RuleId, Stamp};

    fn sample(raw: &str) -> Sample {
        let text = SampleWriter::new(Some(raw)).text();
        Sample { place: Place::default(), time: Stamp::default(), rule: RuleId(0), text }
    }

    #[test]
    fn texts_are_found_again_over_many_chunks() {
        let mut room = Room::new(usize::MAX);
        let raws: Vec<String> = (0..40).map(|n| n.to_string().repeat(20_000 * (n % 3))).collect();
        let spots: Vec<Spot> = raws.iter().map(|raw| room.keep(&sample(raw))).collect();
        let texts = room.into_texts();
        assert!(texts.0.len() > 2);
        for (raw, spot) in raws.iter().zip(spots) {
            assert_eq!(texts.at(spot).raw(), Some(raw.as_str()));
        }
        assert_eq!(texts.at(Spot::default()), SampleText::none());
    }

    #[test]
    fn worse_alerts_find_room_when_milder_ones_do_not() {
        let mut room = Room::new(16 * 200);
        let open = |room: &Room| {
            let levels = Level::ALL.into_iter();
            let told: Vec<_> = levels.map(|level| (room.is_for_all(level), room.is_for_ends(level))).collect();
            (told.iter().filter(|told| told.0).count(), told.iter().filter(|told| told.1).count())
        };
        let mut seen = vec![open(&room)];
        while seen.last() != Some(&(0, 0)) && seen.len() < 60 {
            room.keep(&sample("x"));
            seen.push(open(&room));
        }
        seen.dedup();
        assert_eq!(seen, [(5, 5), (3, 5), (2, 5), (1, 5), (0, 5), (0, 3), (0, 2), (0, 1), (0, 0)]);
        assert_eq!(room.reserve(Level::Critical, 10), 0);
    }

    #[test]
    fn a_last_event_that_is_too_long_keeps_the_beginning_of_its_record() {
        let text = sample(&"ä".repeat(100)).text;
        assert_eq!(&*fitted(&text, 300), text.bytes());
        let cut = SampleText::own(fitted(&text, 60));
        assert!(cut.raw().is_some_and(|raw| raw.ends_with("ä…")) && cut.bytes().len() <= 60);
        assert!(fitted(&text, 0).is_empty());
    }
}
