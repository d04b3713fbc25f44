//! xz (the format of XZ Utils, version 1.2 of its description), all streams of a file.
//!
//! Bare `.lzma` is left out: it has no magic number and no checksum.

use super::{Bytes, Opener};
use lzma_rust2::XzReader;
use std::io::{self, BufReader, Read};

pub(crate) const OPENER: Opener = Opener { name: "xz", knows, changed: |_| None, open };

const MAGIC: [u8; 6] = [0xFD, b'7', b'z', b'X', b'Z', 0];

/// What a decoder may hold, in KiB: a dictionary of 64 MiB, which `xz -9` asks for, and the tables beside it.
const MEMORY: u32 = 80 << 10;

fn knows(head: &[u8]) -> bool {
    head.starts_with(&MAGIC)
}

fn open(inner: Bytes) -> Bytes {
    let streams = Streams { reader: XzReader::new_mem_limit(inner, true, MEMORY) };
    Box::new(BufReader::with_capacity(1 << 16, streams))
}

struct Streams {
    reader: XzReader<Bytes>,
}

impl Read for Streams {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.reader.read(buffer).map_err(|error| io::Error::new(error.kind(), format!("broken xz data: {error}")))
    }
}

#[cfg(test)]
mod tests {
    use super::super::members::testing::unpacked;
    use super::*;

    /// `printf one | xz -6e`, and the same for two.
    const ONE: &[u8] = include_bytes!("../../tests/containers/one.xz");
    const TWO: &[u8] = include_bytes!("../../tests/containers/two.xz");

    #[test]
    fn streams_follow_each_other() {
        let padded = [ONE, &[0; 8], TWO, &[0; 4]].concat();
        assert!(knows(ONE));
        assert_eq!(unpacked(open, &padded), (b"onetwo".to_vec(), false));
        let garbage = [ONE, b"garbage "].concat();
        assert_eq!(unpacked(open, &garbage), (b"one".to_vec(), true));
    }

    #[test]
    fn damage_is_an_error_after_the_data() {
        for cut in 1..ONE.len() {
            let (given, failed) = unpacked(open, &ONE[..cut]);
            assert!(failed && b"one".starts_with(&given), "{cut}");
        }
        let mut wrong = ONE.to_vec();
        for at in 0..wrong.len() {
            wrong[at] ^= 1;
            assert!(unpacked(open, &wrong).1, "{at}");
            wrong[at] ^= 1;
        }
    }
}
