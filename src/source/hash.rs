//! Counts and, when asked, hashes the bytes of an input as stored.

use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{self, BufRead, Read, Seek};
use std::sync::{Arc, Mutex, PoisonError};

/// What was seen of an input as stored.
#[derive(Default)]
pub(super) struct Seen {
    /// Bytes read so far.
    pub(super) bytes: u64,
    /// The running hash, when somebody wants it.
    pub(super) hash: Option<Sha256>,
}

/// Shared between the reader deep inside the unpackers and whoever asks afterwards.
#[derive(Clone, Default)]
pub(super) struct Tally(Arc<Mutex<Seen>>);

impl Tally {
    /// Starts at zero.
    pub(super) fn new(hashed: bool) -> Tally {
        Tally(Arc::new(Mutex::new(Seen { bytes: 0, hash: hashed.then(Sha256::new) })))
    }

    /// Bytes read so far.
    pub(super) fn bytes(&self) -> u64 {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).bytes
    }

    /// The hash of all bytes read, in lower-case hex.
    pub(super) fn hex(&self) -> Option<String> {
        let hash = self.0.lock().unwrap_or_else(PoisonError::into_inner).hash.clone()?;
        Some(format!("{:x}", hash.finalize()))
    }

    fn add(&self, bytes: &[u8]) {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        seen.bytes += bytes.len() as u64;
        if let Some(hash) = &mut seen.hash {
            hash.update(bytes);
        }
    }
}

/// A file that must give what it held when it was found, or at least when it was opened. One that was cut meanwhile ends with an error: its end is not the
/// end of what was to be read. One that grew is read to its end.
pub(super) struct Promised {
    file: File,
    /// Bytes that are still to come.
    left: u64,
}

impl Promised {
    /// Takes the size of the file as it was, or is if that is more.
    pub(super) fn new(file: File, promised: u64) -> io::Result<Promised> {
        let left = file.metadata()?.len().max(promised);
        Ok(Promised { file, left })
    }
}

impl Read for Promised {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.file.read(buffer)?;
        self.left = self.left.saturating_sub(n as u64);
        // Some files of the system say they are longer than they are, and go on saying so.
        if n == 0 && !buffer.is_empty() && self.left > 0 {
            let (here, now) = (self.file.stream_position()?, self.file.metadata()?.len());
            if now < here.saturating_add(self.left) {
                let missing = self.left;
                return Err(io::Error::other(format!("the file was cut while it was read: {missing} bytes are gone")));
            }
        }
        Ok(n)
    }
}

/// Passes bytes through and tells the tally.
pub(super) struct Counting<R> {
    pub(super) inner: R,
    pub(super) tally: Tally,
}

impl<R: BufRead> Read for Counting<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        self.tally.add(&buffer[..n]);
        Ok(n)
    }
}

impl<R: BufRead> BufRead for Counting<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.inner.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        if let Ok(buffer) = self.inner.fill_buf() {
            self.tally.add(&buffer[..amount.min(buffer.len())]);
        }
        self.inner.consume(amount);
    }
}
