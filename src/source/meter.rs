//! Watches what unpacking costs, and stops it.
//!
//! How much may be read is a matter of bytes alone, never of the sizes in which somebody asks for them: an input that is
//! stopped is stopped at the same byte in every run.

use super::Bytes;
use super::hash::Tally;
use super::unwrap::Bounds;
use crate::model::limits;
use std::io::{self, BufRead, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// What one opening of an input has cost so far.
#[derive(Clone)]
pub(super) struct Meter {
    /// Bytes as stored.
    stored: Tally,
    /// What all compressions together unpacked.
    unpacked: Arc<AtomicU64>,
    ratio: u64,
    most: Option<u64>,
}

impl Meter {
    pub(super) fn new(stored: Tally, bounds: &Bounds) -> Meter {
        Meter { stored, unpacked: Arc::default(), ratio: bounds.ratio as u64, most: bounds.unpacked }
    }

    /// Watches over what a compression unpacks.
    pub(super) fn over(&self, inner: Bytes) -> Bytes {
        Box::new(Metered { inner, meter: self.clone(), here: 0 })
    }
}

struct Metered {
    inner: Bytes,
    meter: Meter,
    /// What this compression unpacked.
    here: u64,
}

impl BufRead for Metered {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        let Metered { inner, meter, here } = self;
        let buffer = inner.fill_buf()?;
        if buffer.is_empty() {
            return Ok(buffer);
        }
        let by_ratio = meter.stored.bytes().max(1).saturating_mul(meter.ratio).max(limits::RATIO_FREE);
        let by_ratio = by_ratio.saturating_sub(*here);
        let by_size = meter.most.map_or(u64::MAX, |most| most.saturating_sub(meter.unpacked.load(Ordering::Relaxed)));
        let words = match (by_ratio, by_size) {
            (0, _) => format!("unpacks to more than {} times its size: stopped (--max-ratio)", meter.ratio),
            (_, 0) => {
                format!("unpacks to more than {} bytes: stopped (--max-unpacked)", meter.most.unwrap_or_default())
            }
            (by_ratio, by_size) => {
                let most = usize::try_from(by_ratio.min(by_size)).unwrap_or(usize::MAX);
                return Ok(buffer.get(..most).unwrap_or(buffer));
            }
        };
        Err(io::Error::new(io::ErrorKind::InvalidData, words))
    }

    fn consume(&mut self, amount: usize) {
        self.here = self.here.saturating_add(amount as u64);
        self.meter.unpacked.fetch_add(amount as u64, Ordering::Relaxed);
        self.inner.consume(amount);
    }
}

impl Read for Metered {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.fill_buf()?.read(buffer)?;
        self.consume(n);
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How much comes through when somebody reads in pieces.
    fn through(bounds: &Bounds, size: usize, piece: usize) -> (usize, bool) {
        let inner: Bytes = Box::new(io::BufReader::new(io::Cursor::new(vec![b'x'; size])));
        let mut reader = Meter::new(Tally::new(false), bounds).over(inner);
        let (mut all, mut buffer) = (0, vec![0; piece]);
        loop {
            match reader.read(&mut buffer) {
                Ok(0) => return (all, false),
                Ok(n) => all += n,
                Err(_) => return (all, true),
            }
        }
    }

    #[test]
    fn it_stops_at_the_same_byte_whatever_is_asked_for() {
        let bounds = Bounds { unpacked: Some(10_000), ..Bounds::default() };
        for piece in [1, 7, 4096, 1 << 20] {
            assert_eq!(through(&bounds, 10_000, piece), (10_000, false));
            assert_eq!(through(&bounds, 10_001, piece), (10_000, true));
        }
        let free = usize::try_from(limits::RATIO_FREE).unwrap();
        assert_eq!(through(&Bounds::default(), free + 1, 1 << 16), (free, true));
    }
}
