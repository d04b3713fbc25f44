//! Parts of binary logs that could not be read, counted with the numbers of their chunks.

use crate::model::{ProblemKind, SourceId};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// How many numbers of chunks are told.
const TOLD: usize = 8;

/// What is missing of each input.
#[derive(Debug, Default)]
pub(super) struct Damages {
    /// How often, and the first chunks.
    counted: BTreeMap<(SourceId, &'static str), (u64, Vec<u64>)>,
}

impl Damages {
    /// Adds those of a block.
    pub(super) fn add(&mut self, source: SourceId, damages: &[(&'static str, u64)]) {
        for (what, chunk) in damages {
            let (count, chunks) = self.counted.entry((source, what)).or_default();
            *count += 1;
            if chunks.len() < TOLD && chunks.last() != Some(chunk) {
                chunks.push(*chunk);
            }
        }
    }

    /// One problem for each kind of damage: its input, kind, text and count.
    pub(super) fn take(&mut self) -> Vec<(SourceId, ProblemKind, String, u64)> {
        let counted = std::mem::take(&mut self.counted).into_iter();
        let told = counted
            .map(|((source, what), (count, chunks))| (source, ProblemKind::Unreadable, sentence(what, &chunks), count));
        told.collect()
    }
}

fn sentence(what: &str, chunks: &[u64]) -> String {
    let mut text = format!("{what} (");
    text.push_str(if chunks.len() == 1 { "chunk " } else { "chunks " });
    for (n, chunk) in chunks.iter().enumerate() {
        let separator = if n == 0 { "" } else { ", " };
        write!(text, "{separator}{chunk}").expect("writing to memory");
    }
    text.push_str(if chunks.len() < TOLD { ")" } else { ", …)" });
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn damages_are_counted_with_the_first_chunks_they_lie_in() {
        let mut damages = Damages::default();
        damages.add(SourceId(1), &[("a record is damaged", 3), ("a record is damaged", 3), ("the log breaks off", 4)]);
        damages.add(SourceId(0), &(1..20).map(|n| ("a chunk is damaged", n)).collect::<Vec<_>>());
        let kind = ProblemKind::Unreadable;
        let want = [
            (SourceId(0), kind, "a chunk is damaged (chunks 1, 2, 3, 4, 5, 6, 7, 8, …)".to_owned(), 19),
            (SourceId(1), kind, "a record is damaged (chunk 3)".to_owned(), 2),
            (SourceId(1), kind, "the log breaks off (chunk 4)".to_owned(), 1),
        ];
        assert_eq!(damages.take(), want);
        assert_eq!(damages.take(), []);
    }
}
