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
    /// Where reading broke off: told once what stood before was given, and again whenever somebody goes on reading.
    failure: Option<(io::ErrorKind, String)>,
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
    Ok(Stream { reader, ahead: Vec::new(), tally, unpacked: 0, failure: None, container, stored_at })
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
        if let Some((kind, words)) = &self.failure {
            return Err(io::Error::new(*kind, words.clone()));
        }
        let before = into.len();
        while into.len() - before < max {
            let buffer = match self.reader.fill_buf() {
                Ok(buffer) => buffer,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                // Readers need not fail twice: an error that is not kept would be lost for good.
                Err(error) => {
                    self.failure = Some((error.kind(), error.to_string()));
                    break;
                }
            };
            let n = buffer.len().min(max - (into.len() - before));
            if n == 0 {
                break;
            }
            into.extend_from_slice(&buffer[..n]);
            self.reader.consume(n);
            self.unpacked += n as u64;
            if let Err(error) = self.check_ratio() {
                self.failure = Some((error.kind(), error.to_string()));
                break;
            }
        }
        match &self.failure {
            Some((kind, words)) if into.len() == before => Err(io::Error::new(*kind, words.clone())),
            _ => Ok(into.len() - before),
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn packed(text: &[u8]) -> Vec<u8> {
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        packed.write_all(text).unwrap();
        packed.finish().unwrap()
    }

    /// All that can be read, and whether it ended with an error.
    fn read(bytes: Vec<u8>) -> (Vec<u8>, bool) {
        let tally = Tally::new(false);
        let raw: Bytes = Box::new(Counting { inner: BufReader::new(io::Cursor::new(bytes)), tally: tally.clone() });
        let mut stream = unwrap_layers(raw, tally).unwrap();
        let mut all = Vec::new();
        loop {
            match stream.read(&mut all, 1 << 20) {
                Ok(0) => return (all, false),
                Ok(_) => {}
                Err(_) => {
                    assert!(stream.read(&mut all, 1).is_err(), "it must not look like the end afterwards");
                    return (all, true);
                }
            }
        }
    }

    #[test]
    fn damage_behind_the_data_is_told_after_the_data() {
        for size in [100, 3 << 20] {
            let text: Vec<u8> = (0..size).map(|n: u32| b'a' + (n % 23) as u8).collect();
            let whole = packed(&text);
            assert_eq!(read(whole.clone()), (text.clone(), false));
            let mut wrong_sum = whole.clone();
            let at = wrong_sum.len() - 8;
            wrong_sum[at] ^= 1;
            let mut wrong_size = whole.clone();
            let at = wrong_size.len() - 1;
            wrong_size[at] ^= 1;
            let garbage = [whole.clone(), b"garbage".to_vec()].concat();
            for damaged in [wrong_sum, wrong_size, garbage] {
                let (given, failed) = read(damaged);
                assert!(failed && given == text, "{size}: {} bytes", given.len());
            }
            let (given, failed) = read(whole[..whole.len() / 2].to_vec());
            assert!(failed && text.starts_with(&given));
        }
    }
}
