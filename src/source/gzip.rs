//! gzip (RFC 1952), all members of a file.

use super::members::{Member, unpack};
use super::{Bytes, Opener};
use flate2::bufread::GzDecoder;
use std::io;

pub(crate) const OPENER: Opener = Opener { name: "gzip", knows, changed, open: unpack::<GzDecoder<Bytes>> };

const MAGIC: [u8; 3] = [0x1F, 0x8B, 8];

fn knows(head: &[u8]) -> bool {
    head.starts_with(&MAGIC)
}

/// MTIME (RFC 1952 section 2.3.1): 0 says nothing.
fn changed(head: &[u8]) -> Option<i64> {
    let bytes: [u8; 4] = head.get(4..8)?.try_into().ok()?;
    Some(i64::from(u32::from_le_bytes(bytes))).filter(|seconds| *seconds != 0)
}

impl Member for GzDecoder<Bytes> {
    const NAME: &'static str = "gzip";

    fn begins(byte: u8) -> bool {
        byte == MAGIC[0]
    }

    fn start(rest: Bytes) -> io::Result<Result<Self, Bytes>> {
        Ok(Ok(GzDecoder::new(rest)))
    }

    /// The decoder compares sum and size itself.
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
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        packed.write_all(text).unwrap();
        packed.finish().unwrap()
    }

    #[test]
    fn members_follow_each_other() {
        check_members(OPENER.open, member);
    }

    #[test]
    fn the_header_may_say_when_the_content_was_changed() {
        assert_eq!(changed(&[0x1F, 0x8B, 8, 0, 1, 2, 0, 0, 0, 3]), Some(0x0201));
        assert_eq!(changed(&member(b"")), None);
    }
}
