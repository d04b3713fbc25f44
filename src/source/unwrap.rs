//! Takes compressions off an input, layer by layer, and says what is inside.

use super::meter::Meter;
use super::{Bytes, OPENERS, tar, zip};
use crate::model::limits;
use std::io::{self, BufRead, Read};

/// What unpacking may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Bounds {
    /// Containers inside each other.
    pub(crate) nesting: usize,
    /// Members of one archive, those of archives inside it included.
    pub(crate) members: usize,
    /// Unpacked bytes per stored byte, once [`limits::RATIO_FREE`] bytes were unpacked.
    pub(crate) ratio: usize,
    /// Unpacked bytes of one input, all its compressions together.
    pub(crate) unpacked: Option<u64>,
    /// Bytes of an archive that must be held in memory.
    pub(crate) held: u64,
    /// Whether contents are hashed while they are read.
    pub(crate) hashed: bool,
}

impl Default for Bounds {
    fn default() -> Bounds {
        Bounds {
            nesting: limits::NESTING,
            members: limits::MEMBERS,
            ratio: limits::RATIO,
            unpacked: None,
            held: limits::HELD_ARCHIVE as u64,
            hashed: false,
        }
    }
}

/// What was under the compressions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Inside {
    /// A log, or nothing we know.
    Log,
    Tar,
    Zip,
}

/// A reader whose compressions were taken off.
pub(super) struct Unwrapped {
    pub(super) reader: Bytes,
    /// What was taken off, outermost first; an archive inside counts as the last.
    pub(super) layers: Vec<&'static str>,
    /// When the content was last changed, as the innermost container says: seconds since 1970.
    pub(super) changed: Option<i64>,
    pub(super) inside: Inside,
}

/// Enough of an input to know what it is.
const HEAD: usize = 512;

/// Takes all compressions off. `outside` are the containers it stands in already.
pub(super) fn unwrap(reader: Bytes, outside: &[&'static str], meter: &Meter, most: usize) -> io::Result<Unwrapped> {
    let mut layers = outside.to_vec();
    let mut changed = None;
    let mut reader = Ahead::new(reader);
    loop {
        let head = reader.head.as_slice();
        let inside = match () {
            () if zip::knows(head) => Inside::Zip,
            () if tar::knows(head) => Inside::Tar,
            () => Inside::Log,
        };
        let opener = OPENERS.iter().find(|o| (o.knows)(head));
        if layers.len() >= most && (opener.is_some() || inside != Inside::Log) {
            let words = format!("more than {most} containers inside each other (--max-depth)");
            return Err(io::Error::new(io::ErrorKind::InvalidData, words));
        }
        let Some(opener) = opener else {
            match inside {
                Inside::Log => {}
                Inside::Tar => layers.push("tar"),
                Inside::Zip => layers.push("zip"),
            }
            return Ok(Unwrapped { reader: Box::new(reader), layers, changed, inside });
        };
        layers.push(opener.name);
        changed = (opener.changed)(head).or(changed);
        reader = Ahead::new(meter.over((opener.open)(Box::new(reader))));
    }
}

/// A reader whose first bytes were looked at.
struct Ahead {
    head: Vec<u8>,
    at: usize,
    /// What happened while looking: told when the head was read.
    failure: Option<io::Error>,
    inner: Bytes,
}

impl Ahead {
    fn new(mut inner: Bytes) -> Ahead {
        let mut head = Vec::with_capacity(HEAD);
        let failure = inner.by_ref().take(HEAD as u64).read_to_end(&mut head).err();
        Ahead { head, at: 0, failure, inner }
    }
}

impl BufRead for Ahead {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        match self.head.get(self.at..) {
            Some(head) if !head.is_empty() => Ok(head),
            _ => match self.failure.take() {
                Some(failure) => Err(failure),
                None => self.inner.fill_buf(),
            },
        }
    }

    fn consume(&mut self, amount: usize) {
        if self.at < self.head.len() { self.at += amount } else { self.inner.consume(amount) }
    }
}

impl Read for Ahead {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.fill_buf()?.read(buffer)?;
        self.consume(n);
        Ok(n)
    }
}
