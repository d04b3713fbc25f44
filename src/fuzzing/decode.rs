//! What benches measure: the cutter and the decoder of one format, with nothing before and behind them.

use crate::formats::{self, Decoded, Head, ReadOptions, Sniffed, sniff, testing};
use crate::model::{FieldTable, Scratch};
use std::sync::Arc;

/// Every format that is read from text, and a text of about `size` bytes made of its own samples, one behind the other.
#[must_use]
pub fn inputs(size: usize) -> Vec<(&'static str, String)> {
    let rows = formats::all().filter(|row| !row.samples.is_empty());
    rows.map(|row| (row.name, repeated(row.samples[0].text, size))).collect()
}

/// A sample many times: the records of a document inside it, lines and other documents as they are.
fn repeated(sample: &str, size: usize) -> String {
    let list = sample.find('[').zip(sample.rfind(']')).filter(|(open, _)| {
        let before = sample[..*open].trim();
        // A stamp in brackets is no list.
        let holds_objects = sample[open + 1..].trim_start().starts_with('{');
        let is_member = before.starts_with('{') && before.ends_with(':') && !before.contains(',');
        holds_objects && (before.is_empty() || is_member)
    });
    let (before, record, between, behind) = match list {
        Some((open, close)) => (&sample[..=open], &sample[open + 1..close], ",", &sample[close..]),
        None => ("", sample, if sample.ends_with('\n') { "" } else { "\n" }, ""),
    };
    let count = size / (record.len() + 1) + 1;
    format!("{before}{}{behind}", vec![record; count].join(between))
}

/// One input, ready to be read again and again.
pub struct Decoding {
    sniffed: Sniffed,
    table: Arc<FieldTable>,
}

impl Decoding {
    /// An input told to be of a format. Every field is wanted.
    #[must_use]
    pub fn new(format: &str, text: &str) -> Decoding {
        let declared = formats::declared::builtin();
        let sniffed = sniff::with_declared(&Head::new(text, true), Some(format), &declared);
        Decoding { sniffed, table: Arc::new(testing::everything()) }
    }

    /// Cuts it into blocks; gives how many bytes they cover.
    #[must_use]
    pub fn cut(&self, bytes: &[u8]) -> u64 {
        let mut cutter = formats::cutter(&self.sniffed, &ReadOptions::default());
        let (mut pending, mut covered) = (bytes.to_vec(), 0);
        while let Some(block) = cutter.cut(&mut pending, crate::model::limits::BLOCK, true) {
            covered += block.input_bytes;
        }
        covered
    }

    /// Reads it; gives how many records it has and how many of them were refused.
    #[must_use]
    pub fn read(&self, bytes: &[u8]) -> (usize, usize) {
        let options = ReadOptions::default();
        let mut cutter = formats::cutter(&self.sniffed, &options);
        let decoder = formats::decoder(&self.sniffed, &self.table, &options);
        let (mut pending, mut scratch) = (bytes.to_vec(), Scratch::default());
        let (mut records, mut refused) = (0, 0);
        while let Some(block) = cutter.cut(&mut pending, crate::model::limits::BLOCK, true) {
            decoder.decode(&block, &mut scratch, &mut |decoded| match decoded {
                Decoded::Event(_) => records += 1,
                Decoded::Refused { .. } => refused += 1,
                Decoded::Glance(_) | Decoded::Blank(_) | Decoded::Header(_) | Decoded::Damaged(_) => {}
            });
        }
        (records, refused)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_measured_is_read_and_not_refused() {
        for (name, text) in inputs(4_000) {
            let decoding = Decoding::new(name, &text);
            assert_eq!(decoding.cut(text.as_bytes()), text.len() as u64, "{name}");
            let (records, refused) = decoding.read(text.as_bytes());
            assert!(records > 0 && refused == 0, "{name}: {records} records, {refused} refused");
        }
    }
}
