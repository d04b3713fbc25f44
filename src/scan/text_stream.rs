//! A stream as text: bytes as they are, or rewritten where the encoding is not one records can be cut in.

use crate::formats::recode::Recoder;
use crate::source::Stream;
use std::io;

/// An input's unpacked bytes, recoded if need be.
pub(super) struct TextStream {
    pub(super) stream: Stream,
    recoder: Option<Recoder>,
    raw: Vec<u8>,
}

impl TextStream {
    /// Reads `stream` through `recoder`.
    pub(super) fn new(stream: Stream, recoder: Option<Recoder>) -> TextStream {
        TextStream { stream, recoder, raw: Vec::new() }
    }

    /// How its bytes are rewritten from here on.
    pub(super) fn recoder(&self) -> Option<Recoder> {
        self.recoder.clone()
    }

    /// Shows about `max` bytes, piece by piece; false means the end.
    pub(super) fn pass(&mut self, max: usize, see: &mut dyn FnMut(&[u8])) -> io::Result<bool> {
        if self.recoder.is_none() {
            return self.stream.pass(max, see).map(|n| n > 0);
        }
        let mut text = Vec::new();
        let more = self.read(&mut text, max)?;
        see(&text);
        Ok(more)
    }

    /// Appends about `max` bytes to `into`; false means the end.
    pub(super) fn read(&mut self, into: &mut Vec<u8>, max: usize) -> io::Result<bool> {
        let Some(recoder) = &mut self.recoder else { return self.stream.read(into, max).map(|n| n > 0) };
        self.raw.clear();
        let more = self.stream.read(&mut self.raw, max)? > 0;
        if more {
            recoder.push(&self.raw, into);
        } else {
            recoder.finish(into);
        }
        Ok(more)
    }
}
