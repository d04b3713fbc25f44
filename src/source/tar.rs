//! tar archives (POSIX ustar and pax, GNU, and the nameless one of before): members as they come, on one reader.
//!
//! Only regular files are read. Sparse files (GNU's, old and new) are left out: what they store is not what they hold.
//! A member that is cut off says so; the crate's own reader would end it in silence.

use super::Bytes;
use crate::model::limits;
use std::io::{self, BufRead, Read};
use std::sync::{Arc, Mutex, PoisonError};
use tar::{EntryType, Header, PaxExtensions};

/// The length of a header, and what everything is rounded up to.
const BLOCK: usize = 512;

/// Whether an input begins with a member: by the magic number behind the first name, or by a sum that is right.
pub(super) fn knows(head: &[u8]) -> bool {
    let Some(block) = head.get(..BLOCK) else { return false };
    head.get(257..262) == Some(b"ustar") || (block.first().is_some_and(|b| *b > b' ') && is_summed(block))
}

/// Whether a block holds nothing.
fn is_blank(block: &[u8; BLOCK]) -> bool {
    block.iter().all(|b| *b == 0)
}

/// Whether a header's sum is right.
fn is_summed(block: &[u8]) -> bool {
    // The sum takes its own place for blanks.
    let sum: u32 =
        block.iter().zip(0..).map(|(b, at)| u32::from(if (148..156).contains(&at) { b' ' } else { *b })).sum();
    block.len() == BLOCK && Header::from_byte_slice(block).cksum().is_ok_and(|said| said == sum)
}

/// What a header says.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) name: Vec<u8>,
    pub(super) kind: Kind,
    pub(super) size: u64,
    /// Seconds since 1970.
    pub(super) changed: Option<i64>,
}

/// What a member is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    File,
    Folder,
    /// Nothing that is read: what it is.
    Other(&'static str),
}

/// An archive being read.
pub(super) struct Tar {
    inner: Bytes,
    /// How many members were begun.
    number: u64,
    /// Bytes of the current member not read yet, and what fills its last block up.
    left: u64,
    padding: u64,
    /// Reading failed inside a member, and its reader was told.
    is_told: bool,
}

/// Why an archive ended before its end.
#[derive(Debug)]
pub(super) struct Broken {
    pub(super) error: io::Error,
    /// Whether it happened inside the data of the member before.
    pub(super) inside: bool,
}

/// Reads the member that has its turn; a member whose turn is over is at its end.
pub(super) struct Content {
    tar: Arc<Mutex<Tar>>,
    number: u64,
}

impl Tar {
    pub(super) fn new(inner: Bytes) -> Tar {
        Tar { inner, number: 0, left: 0, padding: 0, is_told: false }
    }

    /// Goes on to the next member, whatever was left of the one before.
    pub(super) fn next(&mut self) -> Result<Option<Entry>, Broken> {
        if self.is_told {
            return Ok(None);
        }
        let rest = self.left.saturating_add(std::mem::take(&mut self.padding));
        let is_cut = self.left > 0;
        self.left = 0;
        self.skip(rest).map_err(|error| Broken { error, inside: is_cut })?;
        self.header().map_err(|error| Broken { error, inside: false })
    }

    /// Reads headers up to one of a member.
    fn header(&mut self) -> io::Result<Option<Entry>> {
        let mut long = Long::default();
        loop {
            let Some(block) = self.block()? else { return Ok(None) };
            if is_blank(&block) {
                // Two of them are the end mark, or one and nothing behind it.
                if self.block()?.is_some_and(|next| !is_blank(&next)) {
                    return Err(damaged("zeros stand where a tar header should be"));
                }
                // What comes behind the end mark is padding; reading it lets compressions check their sums.
                io::copy(&mut self.inner, &mut io::sink())?;
                return Ok(None);
            }
            if !is_summed(&block) {
                return Err(damaged("the sum of a tar header is wrong"));
            }
            let header = Header::from_byte_slice(&block);
            let size = header.entry_size().map_err(|_| damaged("the size in a tar header is no number"))?;
            match header.entry_type() {
                EntryType::GNULongName => long.name = Some(until_nul(self.short(size)?)),
                EntryType::GNULongLink | EntryType::XGlobalHeader => {
                    self.short(size)?;
                }
                EntryType::XHeader => long.pax(&self.short(size)?),
                kind => return self.entry(&block, kind, size, long).map(Some),
            }
        }
    }

    fn entry(&mut self, block: &[u8; BLOCK], kind: EntryType, size: u64, long: Long) -> io::Result<Entry> {
        let header = Header::from_byte_slice(block);
        let name = long.name.unwrap_or_else(|| header.path_bytes().into_owned());
        let is_folder_name = name.ends_with(b"/");
        let kind = match kind {
            _ if long.is_sparse => Kind::Other("a sparse file"),
            EntryType::Regular if is_folder_name => Kind::Folder,
            EntryType::Regular | EntryType::Continuous => Kind::File,
            EntryType::Directory => Kind::Folder,
            EntryType::Symlink => Kind::Other("a symbolic link"),
            EntryType::Link => Kind::Other("a hard link"),
            EntryType::Char | EntryType::Block => Kind::Other("a device"),
            EntryType::Fifo => Kind::Other("a FIFO"),
            EntryType::GNUSparse => {
                self.sparse_map(block)?;
                Kind::Other("a sparse file")
            }
            // A volume's label or a part that another volume begins: no file.
            _ => Kind::Other("not a regular file"),
        };
        let size = match kind {
            // Links may name a size and have no data.
            Kind::Other("a symbolic link" | "a hard link" | "a device" | "a FIFO") => 0,
            _ => long.size.unwrap_or(size),
        };
        self.number += 1;
        self.left = size;
        self.padding = size.checked_next_multiple_of(BLOCK as u64).map_or(0, |whole| whole - size);
        let changed =
            header.mtime().ok().and_then(|seconds| i64::try_from(seconds).ok()).filter(|seconds| *seconds > 0);
        Ok(Entry { name, kind, size, changed })
    }

    /// Passes over the further blocks of an old GNU sparse header.
    fn sparse_map(&mut self, block: &[u8; BLOCK]) -> io::Result<()> {
        let mut goes_on = block.get(482).is_some_and(|b| *b != 0);
        while goes_on {
            let map = self.block()?.ok_or_else(|| cut("inside a header"))?;
            goes_on = map.get(504).is_some_and(|b| *b != 0);
        }
        Ok(())
    }

    /// The next block; nothing at the end of the input.
    fn block(&mut self) -> io::Result<Option<[u8; BLOCK]>> {
        let mut block = Vec::with_capacity(BLOCK);
        self.inner.by_ref().take(BLOCK as u64).read_to_end(&mut block)?;
        if block.is_empty() {
            return Ok(None);
        }
        block.try_into().map(Some).map_err(|_| cut("inside a header"))
    }

    /// The data of a header that says something about the next one.
    fn short(&mut self, size: u64) -> io::Result<Vec<u8>> {
        if size > limits::TAR_NAMES {
            return Err(damaged("a tar header's names are longer than a mebibyte"));
        }
        let mut data = Vec::new();
        self.inner.by_ref().take(size).read_to_end(&mut data)?;
        if (data.len() as u64) < size {
            return Err(cut("inside a header"));
        }
        self.skip(size.next_multiple_of(BLOCK as u64) - size)?;
        Ok(data)
    }

    fn skip(&mut self, bytes: u64) -> io::Result<()> {
        if io::copy(&mut self.inner.by_ref().take(bytes), &mut io::sink())? < bytes {
            Err(cut("inside a member"))
        } else {
            Ok(())
        }
    }

    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        if most == 0 {
            return Ok(0);
        }
        let read = self.inner.fill_buf().map(|seen| {
            let n = seen.len().min(most);
            if let (Some(to), Some(from)) = (buffer.get_mut(..n), seen.get(..n)) {
                to.copy_from_slice(from);
            }
            n
        });
        match read {
            Ok(n) if n > 0 => {
                self.inner.consume(n);
                self.left -= n as u64;
                Ok(n)
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Err(error),
            failed => {
                self.is_told = true;
                Err(failed.err().unwrap_or_else(|| cut("inside this member")))
            }
        }
    }
}

impl Content {
    /// The content of the member that has its turn in `tar`.
    pub(super) fn of(tar: &Arc<Mutex<Tar>>) -> Content {
        Content { tar: Arc::clone(tar), number: tar.lock().unwrap_or_else(PoisonError::into_inner).number }
    }
}

impl Read for Content {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut tar = self.tar.lock().unwrap_or_else(PoisonError::into_inner);
        if tar.number == self.number { tar.read(buffer) } else { Ok(0) }
    }
}

/// What headers before a member's own say about it.
#[derive(Default)]
struct Long {
    name: Option<Vec<u8>>,
    size: Option<u64>,
    is_sparse: bool,
}

impl Long {
    fn pax(&mut self, data: &[u8]) {
        for extension in PaxExtensions::new(data).flatten() {
            match extension.key_bytes() {
                b"path" => self.name = Some(extension.value_bytes().to_vec()),
                b"size" => self.size = extension.value().ok().and_then(|size| size.parse().ok()),
                key => self.is_sparse |= key.starts_with(b"GNU.sparse."),
            }
        }
    }
}

fn until_nul(mut name: Vec<u8>) -> Vec<u8> {
    name.truncate(memchr::memchr(0, &name).unwrap_or(name.len()));
    name
}

fn cut(place: &str) -> io::Error {
    io::Error::new(io::ErrorKind::UnexpectedEof, format!("the archive ends {place}"))
}

fn damaged(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packed(members: &[(&str, EntryType, &str)]) -> Vec<u8> {
        let mut builder = tar::Builder::new(Vec::new());
        for (name, kind, text) in members {
            let mut header = Header::new_gnu();
            header.set_entry_type(*kind);
            header.set_size(text.len() as u64);
            header.set_mtime(1_700_000_000);
            builder.append_data(&mut header, name, text.as_bytes()).unwrap();
        }
        builder.into_inner().unwrap()
    }

    /// Name, kind and content of a member.
    type Told = (String, Kind, Result<String, ()>);

    /// All members, and whether the archive broke off.
    fn members(bytes: &[u8]) -> (Vec<Told>, bool) {
        let tar = Arc::new(Mutex::new(Tar::new(Box::new(io::Cursor::new(bytes.to_vec())))));
        let mut found = Vec::new();
        loop {
            let entry = match tar.lock().unwrap().next() {
                Ok(Some(entry)) => entry,
                Ok(None) => return (found, false),
                Err(_) => return (found, true),
            };
            let mut text = String::new();
            let content = Content::of(&tar).read_to_string(&mut text).map(|_| text).map_err(|_| ());
            found.push((String::from_utf8_lossy(&entry.name).into_owned(), entry.kind, content));
        }
    }

    #[test]
    fn members_come_in_their_order_with_long_names() {
        let deep = format!("{}x.log", "d/".repeat(120));
        let bytes = packed(&[
            ("a.log", EntryType::Regular, "one\n"),
            ("folder/", EntryType::Directory, ""),
            ("pipe", EntryType::Fifo, ""),
            (&deep, EntryType::Regular, &"x".repeat(1000)),
            ("empty", EntryType::Regular, ""),
        ]);
        assert!(knows(&bytes));
        let (found, broke) = members(&bytes);
        assert!(!broke);
        let want = [
            ("a.log", Kind::File, "one\n".to_owned()),
            ("folder/", Kind::Folder, String::new()),
            ("pipe", Kind::Other("a FIFO"), String::new()),
            (deep.as_str(), Kind::File, "x".repeat(1000)),
            ("empty", Kind::File, String::new()),
        ];
        assert_eq!(found, want.map(|(name, kind, text)| (name.to_owned(), kind, Ok(text))));
    }

    #[test]
    fn a_cut_or_damaged_archive_says_so() {
        let bytes = packed(&[("a.log", EntryType::Regular, "one\n"), ("b.log", EntryType::Regular, "two\n")]);
        for (cut, told) in
            [(514, vec![Err(())]), (1024, vec![Ok("one\n".into())]), (1536 + 2, vec![Ok("one\n".into()), Err(())])]
        {
            let (found, broke) = members(&bytes[..cut]);
            assert_eq!((found.into_iter().map(|m| m.2).collect::<Vec<_>>(), broke), (told, false), "{cut}");
        }
        assert!(members(&bytes[..1100]).1);
        let mut wrong = bytes.clone();
        wrong[1024] ^= 1;
        assert_eq!((members(&wrong).0.len(), members(&wrong).1), (1, true));
    }

    #[test]
    fn a_member_nobody_read_is_passed_over() {
        let bytes = packed(&[("a", EntryType::Regular, &"x".repeat(2000)), ("b", EntryType::Regular, "two")]);
        let tar = Arc::new(Mutex::new(Tar::new(Box::new(io::Cursor::new(bytes)))));
        tar.lock().unwrap().next().unwrap();
        let mut late = Content::of(&tar);
        assert_eq!(tar.lock().unwrap().next().unwrap().unwrap().name, b"b");
        assert_eq!(late.read(&mut [0; 9]).unwrap(), 0, "its turn is over");
    }

    #[test]
    fn sparse_files_are_named_and_what_follows_is_read() {
        // As GNU tar writes them: a map that goes on in blocks of its own, and one in an extended header.
        let mut old = Header::new_gnu();
        old.set_path("old").unwrap();
        old.set_entry_type(EntryType::GNUSparse);
        old.set_size(600);
        old.as_mut_bytes()[482] = 1;
        old.set_cksum();
        let mut further = [0; BLOCK];
        further[504] = 1;
        let mut bytes = [&old.as_bytes()[..], &further, &[0; BLOCK], &[b'x'; 600], &[0; 424]].concat();
        let mut builder = tar::Builder::new(Vec::new());
        builder.append_pax_extensions([("GNU.sparse.major", &b"1"[..]), ("path", b"new")]).unwrap();
        bytes.extend(builder.into_inner().unwrap().split_at(2 * BLOCK).0);
        bytes.extend(packed(&[("named otherwise", EntryType::Regular, "map"), ("b.log", EntryType::Regular, "two\n")]));
        let (found, broke) = members(&bytes);
        let told: Vec<_> = found.iter().map(|(name, kind, _)| (name.as_str(), *kind)).collect();
        let sparse = Kind::Other("a sparse file");
        assert_eq!((told, broke), (vec![("old", sparse), ("new", sparse), ("b.log", Kind::File)], false));
        assert_eq!(found[2].2, Ok("two\n".to_owned()));
        assert!(members(&bytes[..2 * BLOCK]).1, "the map breaks off");
    }

    #[test]
    fn headers_that_say_too_much_of_the_next_end_the_archive() {
        let mut header = Header::new_gnu();
        header.set_path("././@LongLink").unwrap();
        header.set_entry_type(EntryType::GNULongName);
        for (size, data) in [(limits::TAR_NAMES + 1, 0), (2000, 1000)] {
            header.set_size(size);
            header.set_cksum();
            let bytes = [&header.as_bytes()[..], &vec![b'd'; data]].concat();
            assert_eq!(members(&bytes), (Vec::new(), true), "{size}");
        }
    }

    #[test]
    fn an_extended_header_has_the_last_word_on_name_and_size() {
        let mut builder = tar::Builder::new(Vec::new());
        builder.append_pax_extensions([("path", &b"long.log"[..]), ("size", b"4")]).unwrap();
        let mut bytes = builder.into_inner().unwrap().split_at(2 * BLOCK).0.to_vec();
        let mut header = Header::new_gnu();
        header.set_path("short").unwrap();
        header.set_size(0);
        header.set_cksum();
        bytes.extend([&header.as_bytes()[..], b"one\n", &[0; BLOCK - 4]].concat());
        bytes.extend(packed(&[("b.log", EntryType::Regular, "two\n")]));
        let told = |name: &str, text: &str| (name.to_owned(), Kind::File, Ok(text.to_owned()));
        assert_eq!(members(&bytes), (vec![told("long.log", "one\n"), told("b.log", "two\n")], false));
    }

    #[test]
    fn text_is_no_archive() {
        assert!(!knows(&[b'x'; 600]) && !knows(&[0; 1024]) && !knows(b"short"));
        let mut old = *Header::new_old().as_bytes();
        old[..5].copy_from_slice(b"a.log");
        let mut header = Header::from_byte_slice(&old).clone();
        header.set_size(0);
        header.set_cksum();
        assert!(knows(header.as_bytes()), "an archive of before the magic number");
    }
}
