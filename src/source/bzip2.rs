//! bzip2, all streams of a file (as `pbzip2` and concatenation write them).

use super::members::{Member, unpack};
use super::{Bytes, Opener};
use bzip2::bufread::BzDecoder;
use std::io;

pub(crate) const OPENER: Opener = Opener { name: "bzip2", knows, changed: |_| None, open: unpack::<BzDecoder<Bytes>> };

/// `BZh`, the block size in 100 kB, then a block (pi) or the end of an empty stream (its square root).
fn knows(head: &[u8]) -> bool {
    let is_marker = |marker: &[u8]| marker == [0x31, 0x41, 0x59, 0x26] || marker == [0x17, 0x72, 0x45, 0x38];
    head.starts_with(b"BZh") && matches!(head.get(3), Some(b'1'..=b'9')) && head.get(4..8).is_some_and(is_marker)
}

impl Member for BzDecoder<Bytes> {
    const NAME: &'static str = "bzip2";

    fn begins(byte: u8) -> bool {
        byte == b'B'
    }

    fn start(rest: Bytes) -> io::Result<Result<Self, Bytes>> {
        Ok(Ok(BzDecoder::new(rest)))
    }

    /// The decoder compares sums itself.
    fn end(self) -> io::Result<Bytes> {
        Ok(self.into_inner())
    }
}

#[cfg(test)]
mod tests {
    use super::super::members::testing::check_members;
    use super::*;
    use std::io::Write;

    fn member(text: &[u8]) -> Vec<u8> {
        let mut packed = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
        packed.write_all(text).unwrap();
        packed.finish().unwrap()
    }

    #[test]
    fn streams_follow_each_other() {
        check_members(OPENER.open, member);
    }

    #[test]
    fn text_that_begins_like_it_is_text() {
        assert!(knows(&member(b"x")) && knows(&member(b"")));
        assert!(!knows(b"BZh9 is how bzip2 begins"));
    }
}
