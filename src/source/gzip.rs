//! gzip (RFC 1952), all members of a file.
//!
//! Members are read one by one, because what follows the last one decides: zeros are padding, anything
//! else is garbage and said so after all data was given.

use super::{Bytes, Opener};
use flate2::bufread::GzDecoder;
use std::io::{self, BufRead, BufReader, Read};

pub(crate) const OPENER: Opener = Opener { name: "gzip", knows, changed, open };

const MAGIC: [u8; 3] = [0x1F, 0x8B, 8];

fn knows(head: &[u8]) -> bool {
    head.starts_with(&MAGIC)
}

/// MTIME (RFC 1952 section 2.3.1): 0 says nothing.
fn changed(head: &[u8]) -> Option<i64> {
    let bytes: [u8; 4] = head.get(4..8)?.try_into().ok()?;
    Some(i64::from(u32::from_le_bytes(bytes))).filter(|seconds| *seconds != 0)
}

fn open(inner: Bytes) -> Bytes {
    Box::new(BufReader::with_capacity(1 << 16, Members { state: State::Member(Box::new(GzDecoder::new(inner))) }))
}

/// Reads member after member.
struct Members {
    state: State,
}

enum State {
    Member(Box<GzDecoder<Bytes>>),
    Done,
}

impl Read for Members {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let State::Member(member) = &mut self.state else { return Ok(0) };
            let n = member.read(buffer)?;
            if n > 0 || buffer.is_empty() {
                return Ok(n);
            }
            let State::Member(member) = std::mem::replace(&mut self.state, State::Done) else { return Ok(0) };
            let mut rest = member.into_inner();
            match after_member(&mut rest)? {
                Next::Member => self.state = State::Member(Box::new(GzDecoder::new(rest))),
                Next::End => return Ok(0),
            }
        }
    }
}

enum Next {
    Member,
    End,
}

/// What follows a member: another one, padding up to the end, or garbage.
fn after_member(rest: &mut Bytes) -> io::Result<Next> {
    loop {
        let seen = rest.fill_buf()?;
        match seen.iter().position(|b| *b != 0) {
            None if seen.is_empty() => return Ok(Next::End),
            None => {
                let n = seen.len();
                rest.consume(n);
            }
            Some(0) if seen[0] == MAGIC[0] => return Ok(Next::Member),
            Some(_) => {
                return Err(io::Error::new(io::ErrorKind::InvalidData, "bytes after the last gzip member are no gzip"));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn member(text: &str) -> Vec<u8> {
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        packed.write_all(text.as_bytes()).unwrap();
        packed.finish().unwrap()
    }

    #[track_caller]
    fn check(packed: Vec<u8>, want: &str, error: bool) {
        let mut text = Vec::new();
        let result = open(Box::new(io::Cursor::new(packed))).read_to_end(&mut text);
        assert_eq!(String::from_utf8_lossy(&text), want);
        assert_eq!(result.is_err(), error, "{result:?}");
    }

    #[test]
    fn all_members_are_read() {
        check([member("one "), member(""), member("two")].concat(), "one two", false);
    }

    #[test]
    fn padding_is_fine_and_garbage_is_an_error_after_the_data() {
        check([member("x"), vec![0; 1000]].concat(), "x", false);
        check([member("x"), b"garbage".to_vec()].concat(), "x", true);
    }

    #[test]
    fn a_cut_file_gives_what_is_there_and_an_error() {
        let mut packed = member("some text");
        packed.truncate(packed.len() - 4);
        check(packed, "some text", true);
    }
}
