//! zip archives (APPNOTE 6.3): the directory at the end says what there is; members are read alone, in any order.
//!
//! The crate reads the directory, which keeps members of one name apart. Contents are read here: the crate's reader
//! borrows the archive, and ours must live on its own. Methods: stored, deflate, bzip2, zstd, xz. Left out, with the
//! reason: encryption, other methods, archives in several volumes.

use super::hash::{Counting, Tally};
use super::{Bytes, bzip2, xz, zstd};
use flate2::Crc;
use flate2::bufread::DeflateDecoder;
use std::fs::File;
use std::io::{self, BufReader, Cursor, Read, Seek, SeekFrom};
use std::path::PathBuf;
use std::sync::Arc;
use zip::CompressionMethod;
use zip::read::Config;
use zip::unstable::read::ZipIterable;

/// Whether an input is an archive: a first member, an empty directory, or the mark of a split one.
pub(super) fn knows(head: &[u8]) -> bool {
    [b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08"].iter().any(|magic| head.starts_with(*magic))
}

/// Where an archive's bytes are.
#[derive(Clone, Debug)]
pub(super) enum Bulk {
    File(PathBuf),
    Held(Arc<Vec<u8>>),
}

impl Bulk {
    fn open(&self) -> io::Result<Box<dyn Seekable>> {
        Ok(match self {
            Bulk::File(path) => Box::new(BufReader::new(File::open(path)?)),
            Bulk::Held(bytes) => Box::new(Cursor::new(Held(Arc::clone(bytes)))),
        })
    }
}

/// Lets a cursor own its share of the bytes.
struct Held(Arc<Vec<u8>>);

impl AsRef<[u8]> for Held {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

trait Seekable: Read + Seek + Send {}
impl<T: Read + Seek + Send> Seekable for T {}

/// An archive's directory.
#[derive(Debug)]
pub(crate) struct Zip {
    bulk: Bulk,
    pub(super) entries: Vec<Entry>,
    /// Why the directory ended before its end.
    pub(super) broken: Option<String>,
}

/// One member.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) name: Vec<u8>,
    pub(super) size: u64,
    /// Seconds since 1970; zip stamps are local times of a zone nobody knows, here read as UTC.
    pub(super) changed: Option<i64>,
    pub(super) kind: Kind,
    packed: u64,
    sum: u32,
    header: u64,
    method: CompressionMethod,
}

/// What a member is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    File,
    Folder,
    /// Nothing that is read, and does not count as lost: what it is.
    Other(&'static str),
    /// A file that cannot be read: why.
    Closed(&'static str),
}

impl Zip {
    /// Reads the directory, at most one member more than `most`.
    pub(super) fn directory(bulk: Bulk, most: usize) -> io::Result<Zip> {
        let failed = |error: zip::result::ZipError| io::Error::new(io::ErrorKind::InvalidData, format!("zip: {error}"));
        let mut archive = ZipIterable::try_new(bulk.open()?, Config::default()).map_err(failed)?;
        let (mut entries, mut broken) = (Vec::new(), None);
        for entry in archive.files().map_err(failed)?.take(most.saturating_add(1)) {
            match entry {
                Ok(entry) => entries.push(Entry {
                    name: entry.name_raw().to_vec(),
                    size: entry.size(),
                    changed: entry.last_modified().and_then(seconds),
                    kind: kind(entry.is_dir(), entry.unix_mode(), entry.encrypted(), entry.compression()),
                    packed: entry.compressed_size(),
                    sum: entry.crc32(),
                    header: entry.header_start(),
                    method: entry.compression(),
                }),
                Err(error) => broken = Some(format!("zip: {error}")),
            }
        }
        Ok(Zip { bulk, entries, broken })
    }

    /// Whether it is a document of an Office program, which is a zip archive and no log.
    pub(super) fn is_office(&self) -> bool {
        self.entries.iter().take(64).any(|entry| {
            entry.name == b"[Content_Types].xml"
                || (entry.name == b"mimetype" && entry.method == CompressionMethod::Stored)
        })
    }

    /// The size of a member, as the directory has it.
    pub(super) fn size(&self, at: usize) -> u64 {
        self.entries.get(at).map_or(0, |entry| entry.size)
    }

    /// The content of a member; what is read of the archive for it goes to `tally`.
    pub(super) fn open(&self, at: usize, tally: Tally) -> io::Result<Bytes> {
        let entry = self.entries.get(at).ok_or_else(|| damaged("no such member"))?;
        let mut archive = self.bulk.open()?;
        let mut header = [0; 30];
        archive.seek(SeekFrom::Start(entry.header))?;
        archive.read_exact(&mut header)?;
        let length =
            |at: usize| header.get(at..at + 2).map_or(0, |b| b.iter().rev().fold(0, |n, b| n << 8 | i64::from(*b)));
        if !header.starts_with(b"PK\x03\x04") {
            return Err(damaged("the directory points at no member"));
        }
        // Lengths of name and extra field; those in the directory may differ.
        archive.seek(SeekFrom::Current(length(26) + length(28)))?;
        let packed = BufReader::with_capacity(1 << 16, archive.take(entry.packed));
        let packed: Bytes = Box::new(Counting { inner: packed, tally });
        let inner: Box<dyn Read + Send> = match entry.method {
            CompressionMethod::Stored => packed,
            CompressionMethod::Deflated => Box::new(DeflateDecoder::new(packed)),
            CompressionMethod::BZIP2 => (bzip2::OPENER.open)(packed),
            CompressionMethod::ZSTD => (zstd::OPENER.open)(packed),
            _ => (xz::OPENER.open)(packed),
        };
        let checked = Checked { inner, left: entry.size, sum: entry.sum, crc: Crc::new() };
        Ok(Box::new(BufReader::with_capacity(1 << 16, checked)))
    }
}

/// What a member is, by its Unix type if it has one.
fn kind(is_folder: bool, unix_mode: Option<u32>, is_encrypted: bool, method: CompressionMethod) -> Kind {
    const FILE_TYPE: u32 = 0o170_000;
    match unix_mode.map_or(0, |mode| mode & FILE_TYPE) {
        _ if is_folder => Kind::Folder,
        0o120_000 => Kind::Other("a symbolic link"),
        0o010_000 => Kind::Other("a FIFO"),
        0o020_000 | 0o060_000 => Kind::Other("a device"),
        0o140_000 => Kind::Other("a socket"),
        _ if is_encrypted || method == CompressionMethod::AES => Kind::Closed("encrypted"),
        _ if is_known(method) => Kind::File,
        _ => Kind::Closed("packed by a method that is not read"),
    }
}

fn is_known(method: CompressionMethod) -> bool {
    use CompressionMethod as Is;
    [Is::Stored, Is::Deflated, Is::BZIP2, Is::ZSTD, Is::XZ].contains(&method)
}

fn seconds(time: zip::DateTime) -> Option<i64> {
    let (year, month, day) = (i64::from(time.year()), i64::from(time.month()), i64::from(time.day()));
    // 1980-01-01 00:00 is how writers say that they do not know.
    if !time.is_valid() || (year, month, day) == (1980, 1, 1) {
        return None;
    }
    // Days since 1970 by Howard Hinnant's `days_from_civil`, for years of this era.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let of_era = year.rem_euclid(400);
    let of_year = (153 * month + 2) / 5 + day - 1;
    let days = year.div_euclid(400) * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468;
    Some(days * 86_400 + i64::from(time.hour()) * 3_600 + i64::from(time.minute()) * 60)
}

/// Holds a content against what the directory says: no byte more, none less, and the sum.
struct Checked {
    inner: Box<dyn Read + Send>,
    left: u64,
    sum: u32,
    crc: Crc,
}

impl Read for Checked {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        if n == 0 && !buffer.is_empty() {
            return match (self.left, self.crc.sum() == self.sum) {
                (0, true) => Ok(0),
                (0, false) => Err(damaged("the checksum of the zip member does not fit")),
                _ => Err(io::Error::new(
                    io::ErrorKind::UnexpectedEof,
                    "the zip member is shorter than the directory says",
                )),
            };
        }
        self.left = (self.left.checked_sub(n as u64))
            .ok_or_else(|| damaged("the zip member is longer than the directory says"))?;
        self.crc.update(buffer.get(..n).unwrap_or_default());
        Ok(n)
    }
}

fn damaged(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use zip::write::SimpleFileOptions;

    pub(in crate::source) fn packed(members: &[(&str, &str)]) -> Vec<u8> {
        let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (at, (name, text)) in members.iter().enumerate() {
            let method = if at % 2 == 0 { CompressionMethod::Deflated } else { CompressionMethod::Stored };
            let options = SimpleFileOptions::default().compression_method(method);
            writer.start_file(*name, options).unwrap();
            writer.write_all(text.as_bytes()).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    fn read(bytes: Vec<u8>) -> Vec<(String, Result<String, String>)> {
        let zip = Zip::directory(Bulk::Held(Arc::new(bytes)), 100).unwrap();
        let content = |at| {
            let mut text = String::new();
            let mut reader = zip.open(at, Tally::new(false)).map_err(|e| e.to_string())?;
            reader.read_to_string(&mut text).map_err(|e| e.to_string())?;
            Ok(text)
        };
        let entries = zip.entries.iter().enumerate();
        entries.map(|(at, entry)| (String::from_utf8_lossy(&entry.name).into_owned(), content(at))).collect()
    }

    /// Replaces every occurrence.
    fn renamed(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
        let mut bytes = bytes.to_vec();
        let places: Vec<usize> = memchr::memmem::find_iter(&bytes, from).collect();
        for at in places {
            bytes[at..at + to.len()].copy_from_slice(to);
        }
        bytes
    }

    #[test]
    fn members_are_read_in_the_order_of_the_directory() {
        let bytes = packed(&[("a.log", "one\n"), ("b/c.log", "two\n")]);
        assert!(knows(&bytes) && knows(&packed(&[])));
        let want = [("a.log".to_owned(), Ok("one\n".to_owned())), ("b/c.log".to_owned(), Ok("two\n".to_owned()))];
        assert_eq!(read(bytes.clone()), want);
        assert_eq!(read([b"something before".to_vec(), bytes].concat()), want);
        assert!(read(packed(&[])).is_empty());
    }

    #[test]
    fn stamps_are_taken_for_utc() {
        let at = |year, month, day| seconds(zip::DateTime::from_date_and_time(year, month, day, 22, 13, 0).unwrap());
        assert_eq!(at(2023, 11, 14), Some(1_699_999_980));
        assert_eq!(at(2024, 2, 29), Some(1_709_244_780));
        assert_eq!(at(1980, 1, 1), None);
    }

    #[test]
    fn members_of_one_name_are_all_read() {
        let bytes = renamed(&packed(&[("a.log", "one"), ("b.log", "two")]), b"b.log", b"a.log");
        let want = [("a.log".to_owned(), Ok("one".to_owned())), ("a.log".to_owned(), Ok("two".to_owned()))];
        assert_eq!(read(bytes), want);
    }

    #[test]
    fn a_member_that_is_not_what_the_directory_says_is_an_error() {
        let bytes = packed(&[("x", ""), ("a.log", "stored as it is")]);
        let wrong = renamed(&bytes, b"stored as", b"storeb as");
        assert_eq!(read(wrong)[1].1, Err("the checksum of the zip member does not fit".to_owned()));
        assert!(Zip::directory(Bulk::Held(Arc::new(bytes[..bytes.len() / 2].to_vec())), 9).is_err());
    }
}
