//! Zstandard (RFC 8878): all frames of a file, skippable ones passed over.
//!
//! Windows of more than 128 MiB are refused, as the reference implementation does unless told; frames that need a
//! dictionary are, too.

use super::members::{Member, unpack};
use super::{Bytes, Opener};
use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};
use std::io::{self, Read};

pub(crate) const OPENER: Opener = Opener { name: "zstd", knows, changed: |_| None, open: unpack::<Frame> };

const MAGIC: [u8; 4] = [0x28, 0xB5, 0x2F, 0xFD];

/// A frame with data, or a skippable one.
fn knows(head: &[u8]) -> bool {
    let is_skippable = |magic: &[u8]| matches!(magic, [0x50..=0x5F, 0x2A, 0x4D, 0x18]);
    head.starts_with(&MAGIC) || head.get(..4).is_some_and(is_skippable)
}

/// One frame that holds data.
struct Frame {
    decoder: FrameDecoder,
    rest: Bytes,
}

impl Read for Frame {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.decoder.can_collect() == 0 && !self.decoder.is_finished() {
            self.decoder.decode_blocks(&mut self.rest, BlockDecodingStrategy::UptoBlocks(1)).map_err(broken)?;
        }
        self.decoder.read(buffer)
    }
}

impl Member for Frame {
    const NAME: &'static str = "zstd";

    fn begins(byte: u8) -> bool {
        matches!(byte, 0x28 | 0x50..=0x5F)
    }

    fn start(mut rest: Bytes) -> io::Result<Result<Frame, Bytes>> {
        let mut decoder = FrameDecoder::new();
        match decoder.init(&mut rest) {
            Ok(()) => Ok(Ok(Frame { decoder, rest })),
            Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame { length, .. })) => {
                let length = u64::from(length);
                if io::copy(&mut rest.by_ref().take(length), &mut io::sink())? < length {
                    return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the zstd file is cut"));
                }
                Ok(Err(rest))
            }
            Err(error) => Err(broken(error)),
        }
    }

    /// The decoder computes the sum and leaves comparing it to us.
    fn end(self) -> io::Result<Bytes> {
        match (self.decoder.get_checksum_from_data(), self.decoder.get_calculated_checksum()) {
            (Some(said), Some(is)) if said != is => {
                Err(io::Error::new(io::ErrorKind::InvalidData, "the checksum of a zstd frame does not fit"))
            }
            _ => Ok(self.rest),
        }
    }
}

fn broken(error: impl std::fmt::Display) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("broken zstd data: {error}"))
}

#[cfg(test)]
mod tests {
    use super::super::members::testing::{check_members, unpacked};
    use super::*;
    use ruzstd::encoding::{CompressionLevel, compress_to_vec};

    fn member(text: &[u8]) -> Vec<u8> {
        compress_to_vec(text, CompressionLevel::Fastest)
    }

    fn skippable(content: &[u8]) -> Vec<u8> {
        let length = u32::try_from(content.len()).unwrap().to_le_bytes();
        [&[0x5A, 0x2A, 0x4D, 0x18][..], &length, content].concat()
    }

    #[test]
    fn frames_follow_each_other() {
        check_members(OPENER.open, member);
    }

    #[test]
    fn skippable_frames_are_passed_over_wherever_they_stand() {
        let packed =
            [skippable(b"index"), member(b"one "), skippable(b""), member(b"two"), skippable(&[7; 99])].concat();
        assert!(knows(&packed));
        assert_eq!(unpacked(OPENER.open, &packed), (b"one two".to_vec(), false));
        assert_eq!(unpacked(OPENER.open, &packed[..packed.len() - 1]), (b"one two".to_vec(), true));
    }

    #[test]
    fn a_wrong_sum_is_an_error_after_the_data() {
        // `printf text | zstd --check`
        let mut packed = b"\x28\xb5\x2f\xfd\x04\x58\x21\x00\x00text".to_vec();
        packed.extend([0, 0, 0, 0]);
        assert_eq!(unpacked(OPENER.open, &packed), (b"text".to_vec(), true));
    }
}
