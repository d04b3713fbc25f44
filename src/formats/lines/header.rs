//! Header lines: followed by the cutter, carried with a block, taken up again by the decoder.

use super::Readers;
use crate::formats::YearTrack;
use crate::formats::text::Text;
use crate::model::{Carry, Header};
use std::sync::Arc;

/// What travels with a block of a format that has headers.
struct Carried {
    year: YearTrack,
    header: Arc<Header>,
}

/// What a decoder must know from before a block.
pub(super) fn carry(readers: &Readers, year: YearTrack, header: &Arc<Header>) -> Carry {
    match readers.header {
        Some(_) => Carry::new(Carried { year, header: Arc::clone(header) }),
        None => Carry::new(year),
    }
}

/// What was carried: the year, if one was, and the header.
pub(super) fn carried(carry: &Carry) -> (Option<YearTrack>, Arc<Header>) {
    match carry.get::<Carried>() {
        Some(Carried { year, header }) => (Some(*year), Arc::clone(header)),
        None => (carry.get::<YearTrack>().copied(), Arc::default()),
    }
}

impl Readers {
    /// Whether a line is one of a header.
    pub(super) fn is_header(&self, body: &[u8]) -> bool {
        self.header.is_some_and(|header| (header.is)(body))
    }

    /// Takes in what a header line says.
    pub(super) fn read_header(&self, body: &[u8], header: &mut Arc<Header>) {
        if let Some(shape) = self.header {
            let text = Text::clean(body).text;
            (shape.read)(text.strip_suffix('\r').unwrap_or(&text), Arc::make_mut(header));
        }
    }
}
