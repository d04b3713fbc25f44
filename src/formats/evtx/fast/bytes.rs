//! Numbers and names of a chunk, read in place: whatever does not lie where it should is not there.

use super::RECORDS;

/// The header of a record.
pub(super) const RECORD_HEADER: usize = 24;
/// Where what records hold begins: no name and no template lies in the header of the chunk or of its first record.
pub(super) const CONTENT: usize = RECORDS + RECORD_HEADER;

/// Reads one after the other, up to an end.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cursor<'c> {
    bytes: &'c [u8],
    at: usize,
}

impl<'c> Cursor<'c> {
    /// The bytes from `at` up to `end`.
    pub(super) fn new(bytes: &'c [u8], at: usize, end: usize) -> Option<Cursor<'c>> {
        Some(Cursor { bytes: bytes.get(..end)?, at }).filter(|_| at <= end)
    }

    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// Nothing follows.
    pub(super) fn is_over(&self) -> bool {
        self.at >= self.bytes.len()
    }

    pub(super) fn take(&mut self, count: usize) -> Option<&'c [u8]> {
        let end = self.at.checked_add(count)?;
        let taken = self.bytes.get(self.at..end)?;
        self.at = end;
        Some(taken)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    pub(super) fn u8(&mut self) -> Option<u8> {
        self.array::<1>().map(|[byte]| byte)
    }

    pub(super) fn u16(&mut self) -> Option<u16> {
        self.array().map(u16::from_le_bytes)
    }

    pub(super) fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_le_bytes)
    }

    /// A number of UTF-16 units and the bytes of these.
    pub(super) fn counted(&mut self) -> Option<&'c [u8]> {
        let units = self.u16()?;
        self.take(usize::from(units) * 2)
    }
}

/// The `N` bytes at a place.
pub(super) fn array<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..)?.first_chunk().copied()
}

pub(super) fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    array(bytes, at).map(u32::from_le_bytes)
}

pub(super) fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    array(bytes, at).map(u64::from_le_bytes)
}

/// What stands before the units of a name: where the next one of its chain is, a hash, how many units there are.
const LINK: usize = 6;

/// The name at an offset of the chunk, in UTF-16, and where the next one of its chain is.
pub(super) fn name(chunk: &[u8], offset: u32) -> Option<(&[u8], u32)> {
    let at = usize::try_from(offset).ok().filter(|at| *at >= CONTENT)?;
    let next = u32_at(chunk, at)?;
    let mut cursor = Cursor::new(chunk, at + LINK, chunk.len())?;
    let name = cursor.counted()?;
    // A zero ends it.
    cursor.u16()?;
    Some((name, next))
}

/// How many bytes a name takes that stands where it is used.
pub(super) fn inline_name(units: &[u8]) -> usize {
    LINK + 2 + units.len() + 2
}
