//! One input as a stream of unpacked bytes.

use super::hash::{Counting, Tally};
use super::{Bytes, Found, OPENERS, Place};
use crate::model::limits;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};

/// Why an input gives nothing.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OpenError {
    /// The system refused.
    #[error("cannot be opened: {0}")]
    Io(#[from] io::Error),
}

/// One input, unpacked.
pub(crate) struct Stream {
    reader: Bytes,
    /// Unpacked bytes given back by [`Stream::unread`], read first.
    ahead: Vec<u8>,
    tally: Tally,
    unpacked: u64,
    /// What it was wrapped in, outermost first: `gzip`, `gzip+gzip`.
    pub(crate) container: Option<String>,
    /// When the content was last changed, as the innermost container says: seconds since 1970.
    pub(crate) stored_at: Option<i64>,
}

/// Opens an input and takes its compressions off.
pub(crate) fn open(found: &Found, hashed: bool) -> Result<Stream, OpenError> {
    let tally = Tally::new(hashed);
    let raw: Bytes = match &found.place {
        Place::File(path) => {
            Box::new(Counting { inner: BufReader::with_capacity(1 << 18, File::open(path)?), tally: tally.clone() })
        }
        Place::Stdin => {
            Box::new(Counting { inner: BufReader::with_capacity(1 << 18, io::stdin()), tally: tally.clone() })
        }
    };
    unwrap_layers(raw, tally)
}

fn unwrap_layers(mut reader: Bytes, tally: Tally) -> Result<Stream, OpenError> {
    let mut layers: Vec<&str> = Vec::new();
    let mut stored_at = None;
    loop {
        let head = peek(&mut reader)?;
        let Some(opener) = OPENERS.iter().find(|o| (o.knows)(head)) else { break };
        if layers.len() == limits::NESTING {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                format!("more than {} compressions inside each other", limits::NESTING),
            )
            .into());
        }
        layers.push(opener.name);
        stored_at = (opener.changed)(head).or(stored_at);
        reader = (opener.open)(reader);
    }
    let container = (!layers.is_empty()).then(|| layers.join("+"));
    Ok(Stream { reader, ahead: Vec::new(), tally, unpacked: 0, container, stored_at })
}

/// The first bytes, without taking them. A broken container shows its error when it is read.
fn peek(reader: &mut Bytes) -> io::Result<&[u8]> {
    match reader.fill_buf() {
        Ok(_) => reader.fill_buf(),
        Err(error) if error.kind() == io::ErrorKind::Interrupted => reader.fill_buf(),
        Err(error) => Err(error),
    }
}

impl Stream {
    /// Appends up to `max` unpacked bytes to `into`; 0 means the end. What could be read before an
    /// error is given first.
    pub(crate) fn read(&mut self, into: &mut Vec<u8>, max: usize) -> io::Result<usize> {
        if !self.ahead.is_empty() {
            let n = max.min(self.ahead.len());
            into.extend(self.ahead.drain(..n));
            return Ok(n);
        }
        let before = into.len();
        while into.len() - before < max {
            let buffer = match self.reader.fill_buf() {
                Ok(buffer) => buffer,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(_) if into.len() > before => break,
                Err(error) => return Err(error),
            };
            let n = buffer.len().min(max - (into.len() - before));
            if n == 0 {
                break;
            }
            into.extend_from_slice(&buffer[..n]);
            self.reader.consume(n);
            self.unpacked += n as u64;
            self.check_ratio()?;
        }
        Ok(into.len() - before)
    }

    /// Gives bytes back: they are read again first.
    pub(crate) fn unread(&mut self, bytes: &[u8]) {
        self.ahead.splice(0..0, bytes.iter().copied());
    }

    /// Bytes of the input as stored that were read so far.
    pub(crate) fn stored_bytes(&self) -> u64 {
        self.tally.bytes()
    }

    /// Reads what is left of the stored bytes (behind the end of the data) and gives the hash of all of
    /// them, when it was asked for.
    pub(crate) fn finish(mut self) -> (u64, Option<String>) {
        if self.tally.hex().is_some() {
            // What cannot be read any more was already reported while it was scanned.
            let mut sink = [0_u8; 1 << 14];
            while matches!(self.reader.read(&mut sink), Ok(n) if n > 0) {}
        }
        (self.tally.bytes(), self.tally.hex())
    }

    fn check_ratio(&self) -> io::Result<()> {
        let packed = self.tally.bytes().max(1);
        if self.container.is_some() && self.unpacked > limits::RATIO_FREE && self.unpacked / packed > limits::RATIO {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                format!("unpacks to more than {} times its size: stopped", limits::RATIO),
            ));
        }
        Ok(())
    }
}
