//! Compressed data in several members (frames, streams) that follow each other: gzip, zstd, bzip2.
//!
//! Members are read one by one, because what follows the last one decides: zeros are padding, anything
//! else is garbage and said so after all data was given.

use super::Bytes;
use std::io::{self, BufRead, BufReader, Read};

/// One kind of member.
pub(super) trait Member: Read + Send + Sized {
    /// The word for the kind, in messages.
    const NAME: &'static str;

    /// Whether a member begins with this byte.
    fn begins(byte: u8) -> bool;

    /// Starts the member that begins here; `Err(rest)` inside `Ok`: it held no data and is behind us.
    fn start(rest: Bytes) -> io::Result<Result<Self, Bytes>>;

    /// Ends a member that was read to its end, checks its sum if the reader did not, and gives what follows.
    fn end(self) -> io::Result<Bytes>;
}

/// Unpacks all members of `inner`.
pub(super) fn unpack<M: Member + 'static>(inner: Bytes) -> Bytes {
    Box::new(BufReader::with_capacity(1 << 16, Members::<M> { state: State::Between(inner) }))
}

struct Members<M> {
    state: State<M>,
}

enum State<M> {
    /// At the start of a member, or behind the last one.
    Between(Bytes),
    Member(Box<M>),
    Done,
}

impl<M: Member> Read for Members<M> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            if let State::Member(member) = &mut self.state {
                let n = member.read(buffer)?;
                if n > 0 || buffer.is_empty() {
                    return Ok(n);
                }
            }
            self.state = match std::mem::replace(&mut self.state, State::Done) {
                State::Done => return Ok(0),
                State::Member(member) => State::Between(member.end()?),
                State::Between(mut rest) => {
                    if !is_member_next::<M>(&mut rest)? {
                        return Ok(0);
                    }
                    match M::start(rest)? {
                        Ok(member) => State::Member(Box::new(member)),
                        Err(rest) => State::Between(rest),
                    }
                }
            };
        }
    }
}

/// What follows a member: another one, padding up to the end, or garbage.
fn is_member_next<M: Member>(rest: &mut Bytes) -> io::Result<bool> {
    let mut is_padded = false;
    loop {
        let seen = rest.fill_buf()?;
        match seen.iter().position(|b| *b != 0) {
            None if seen.is_empty() => return Ok(false),
            None => {
                let n = seen.len();
                is_padded = true;
                rest.consume(n);
            }
            Some(0) if !is_padded && seen.first().is_some_and(|b| M::begins(*b)) => return Ok(true),
            Some(_) => {
                let words = format!("bytes after the last {0} member are no {0}", M::NAME);
                return Err(io::Error::new(io::ErrorKind::InvalidData, words));
            }
        }
    }
}

#[cfg(test)]
pub(super) mod testing {
    use super::Bytes;
    use std::io::{Cursor, Read};

    /// Everything `open` makes of `packed`, and whether it ended with an error.
    pub(in crate::source) fn unpacked(open: fn(Bytes) -> Bytes, packed: &[u8]) -> (Vec<u8>, bool) {
        let mut text = Vec::new();
        let result = open(Box::new(Cursor::new(packed.to_vec()))).read_to_end(&mut text);
        (text, result.is_err())
    }

    /// The laws of every compression: all members, padding, garbage, cuts. `member` packs one text.
    pub(in crate::source) fn check_members(open: fn(Bytes) -> Bytes, member: impl Fn(&[u8]) -> Vec<u8>) {
        let whole = [member(b"one "), member(b""), member(b"two")].concat();
        assert_eq!(unpacked(open, &whole), (b"one two".to_vec(), false), "all members are read");
        let padded = [member(b"x"), vec![0; 1000]].concat();
        assert_eq!(unpacked(open, &padded), (b"x".to_vec(), false), "padding is fine");
        let garbage = [member(b"x"), b"garbage".to_vec()].concat();
        assert_eq!(unpacked(open, &garbage), (b"x".to_vec(), true), "garbage is an error after the data");
        // Nothing that repeats: several blocks of any compression.
        let text: Vec<u8> = (0_u32..600_000).flat_map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()).collect();
        let packed = member(&text);
        let (given, failed) = unpacked(open, &packed[..packed.len() / 2]);
        assert!(failed && text.starts_with(&given) && !given.is_empty(), "a cut file gives what is there and an error");
        let (given, failed) = unpacked(open, &packed[..packed.len() - 1]);
        assert!(failed && text.starts_with(&given), "a cut file gives what is there and an error");
    }
}
