//! Counts and, when asked, hashes the bytes of an input as stored.

use sha2::{Digest, Sha256};
use std::io::{self, BufRead, Read};
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
