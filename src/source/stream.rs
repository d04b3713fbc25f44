//! One input as a stream of unpacked bytes, or as the archive it turns out to be.

use super::hash::{Counting, Promised, Tally};
use super::meter::Meter;
use super::unwrap::{Bounds, Inside, unwrap};
use super::walk::{OFFICE, Walk, held, not_followed};
use super::zip::{self, Bulk, Kind, Zip};
use super::{Bytes, Found, OPENERS, Place, Step, path, tar};
use crate::model::show;
use std::collections::HashSet;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::sync::Arc;

/// Why an input gives nothing.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OpenError {
    /// The system refused.
    #[error("cannot be opened: {}", show::why(.0))]
    Io(#[from] io::Error),
    /// A container that is not read.
    #[error("{0}")]
    Closed(String),
    /// A kind of container that is no log.
    #[error("{0}")]
    NoLog(&'static str),
}

/// What an input turned out to be.
pub(crate) enum Opened {
    /// A log.
    Log(Stream),
    /// An archive that is read in one pass, and what it is wrapped in.
    Archive(Walk, String),
    /// A zip archive whose members can be opened one by one: these, and what is not read of it.
    Members(Vec<Found>, Vec<Step>),
}

/// One input, unpacked.
pub(crate) struct Stream {
    reader: Bytes,
    /// Unpacked bytes given back by [`Stream::unread`], read first.
    ahead: Vec<u8>,
    tally: Tally,
    /// Where reading broke off: told once what stood before was given, and again whenever somebody goes on reading.
    failure: Option<(io::ErrorKind, String)>,
    /// Where all its stored bytes can be had once more, should reading break off before their end.
    whole: Option<Found>,
    /// What it was wrapped in, outermost first: `gzip`, `gzip+tar`.
    pub(crate) container: Option<String>,
    /// When the content was last changed, as the innermost container says: seconds since 1970.
    pub(crate) stored_at: Option<i64>,
}

/// Opens an input and takes its compressions off. An archive from a pipe is taken into memory: its place
/// changes.
pub(crate) fn open(found: &mut Found, bounds: &Bounds) -> Result<Opened, OpenError> {
    let stored = Tally::new(bounds.hashed && !matches!(found.place, Place::Zipped(..)));
    let promised = found.promised;
    let buffered = |file| io::Result::Ok(BufReader::with_capacity(1 << 18, Promised::new(file, promised)?));
    let counted = |inner: Bytes| -> Bytes { Box::new(Counting { inner, tally: stored.clone() }) };
    let raw = match &found.place {
        Place::File(path) => counted(Box::new(buffered(File::open(path)?)?)),
        Place::Held(bytes) => counted(Box::new(Cursor::new(Shared(Arc::clone(bytes))))),
        Place::Zipped(zip, at) => return zipped(found, zip, *at, bounds),
        Place::Stdin | Place::Pipe(_) => {
            let pipe: Bytes = match &found.place {
                Place::Pipe(path) => Box::new(BufReader::with_capacity(1 << 18, File::open(path)?)),
                _ => Box::new(BufReader::with_capacity(1 << 18, io::stdin())),
            };
            match piped(pipe, bounds)? {
                Piped::Log(reader) => counted(reader),
                Piped::Archive(bytes) => {
                    found.place = Place::Held(Arc::new(bytes));
                    return open(found, bounds);
                }
            }
        }
    };
    let meter = Meter::new(stored.clone(), bounds);
    let inner = unwrap(raw, &[], &meter, bounds.nesting)?;
    match (inner.inside, &found.place) {
        (Inside::Zip, Place::File(path)) if inner.layers.len() == 1 => {
            members(found, Zip::directory(Bulk::File(path.clone()), bounds.members)?, bounds)
        }
        (Inside::Zip, Place::Held(bytes)) if inner.layers.len() == 1 => {
            members(found, Zip::directory(Bulk::Held(Arc::clone(bytes)), bounds.members)?, bounds)
        }
        _ => {
            let mut opened = opened(found, inner, stored, meter, bounds)?;
            if let (Opened::Log(stream), Place::File(_) | Place::Held(_)) = (&mut opened, &found.place) {
                stream.whole = Some(found.clone());
            }
            Ok(opened)
        }
    }
}

/// A log or an archive that is read in one pass.
fn opened(
    found: &Found,
    inner: super::unwrap::Unwrapped,
    tally: Tally,
    meter: Meter,
    bounds: &Bounds,
) -> Result<Opened, OpenError> {
    let (shown, container) = (found.shown.clone(), inner.layers.join("+"));
    Ok(match inner.inside {
        Inside::Log => Opened::Log(Stream::new(inner.reader, tally, &inner.layers, inner.changed)),
        Inside::Tar => Opened::Archive(Walk::tar(shown, inner.reader, inner.layers, meter, *bounds), container),
        Inside::Zip => {
            let zip = held(inner.reader, bounds).map_err(OpenError::Closed)?;
            Opened::Archive(Walk::zip(shown, zip, inner.layers, meter, *bounds), container)
        }
    })
}

/// A member of a zip archive.
fn zipped(found: &Found, zip: &Zip, at: usize, bounds: &Bounds) -> Result<Opened, OpenError> {
    // Members are opened in any order: each has what the ones before it in the directory leave.
    let before = zip.entries.iter().take(at).map(|entry| entry.size).fold(0, u64::saturating_add);
    let left = bounds.unpacked.map(|most| most.saturating_sub(before));
    let packed = Tally::default();
    let meter = Meter::new(packed.clone(), &Bounds { unpacked: left, ..*bounds });
    let content = meter.over(zip.open(at, packed)?);
    let tally = Tally::new(bounds.hashed);
    let raw = Box::new(Counting { inner: content, tally: tally.clone() });
    let mut inner = unwrap(raw, &["zip"], &meter, bounds.nesting)?;
    inner.changed = inner.changed.or(zip.entries.get(at).and_then(|entry| entry.changed));
    opened(found, inner, tally, meter, bounds)
}

/// The members of a zip archive, each a place of its own.
fn members(found: &Found, zip: Zip, bounds: &Bounds) -> Result<Opened, OpenError> {
    if zip.is_office() {
        return Err(OpenError::NoLog(OFFICE));
    }
    let (mut inside, mut steps, mut names) = (Vec::new(), Vec::new(), HashSet::new());
    let zip = Arc::new(zip);
    let files = zip.entries.iter().enumerate().filter(|(_, entry)| entry.kind != Kind::Folder);
    for (n, (at, entry)) in files.enumerate() {
        if n == bounds.members {
            let why = format!("more than {} members: the rest is left out (--max-members)", bounds.members);
            steps.push(Step::Broken { shown: found.shown.clone(), why, inside: false });
            break;
        }
        let shown = path::member(&found.shown, &entry.name, &mut names);
        match entry.kind {
            Kind::File | Kind::Folder => {
                inside.push(Found { place: Place::Zipped(Arc::clone(&zip), at), shown, named: false, promised: 0 });
            }
            Kind::Other(what) => steps.push(Step::Skipped { shown, why: not_followed(what), incomplete: false }),
            Kind::Closed(why) => steps.push(Step::Skipped { shown, why: format!("{why}: not read"), incomplete: true }),
        }
    }
    if let Some(why) = zip.broken.clone() {
        steps.push(Step::Broken { shown: found.shown.clone(), why, inside: false });
    }
    Ok(Opened::Members(inside, steps))
}

/// What comes from standard input or another pipe.
enum Piped {
    Log(Bytes),
    Archive(Vec<u8>),
}

/// How much of a compressed pipe is unpacked to see whether an archive is inside: more than the largest block of bzip2.
const PIPE_HEAD: u64 = 2 << 20;

/// Looks whether an archive comes, which must be read more than once.
fn piped(mut pipe: Bytes, allowed: &Bounds) -> Result<Piped, OpenError> {
    let mut head = Vec::new();
    pipe.by_ref().take(512).read_to_end(&mut head)?;
    if zip::knows(&head) || tar::knows(&head) || OPENERS.iter().any(|opener| (opener.knows)(&head)) {
        pipe.by_ref().take(PIPE_HEAD).read_to_end(&mut head)?;
        let bounds = Bounds::default();
        let meter = Meter::new(Tally::default(), &bounds);
        let inner = unwrap(Box::new(Cursor::new(head.clone())), &[], &meter, usize::MAX)?;
        if inner.inside != Inside::Log {
            let more = allowed.held.saturating_add(1).saturating_sub(head.len() as u64);
            pipe.by_ref().take(more).read_to_end(&mut head)?;
            if head.len() as u64 > allowed.held {
                let most = allowed.held;
                let words = format!("an archive of more than {most} bytes from a pipe: name the file (--max-held)");
                return Err(OpenError::Closed(words));
            }
            return Ok(Piped::Archive(head));
        }
    }
    Ok(Piped::Log(Box::new(Cursor::new(head).chain(pipe))))
}

/// Size and hash of an input as stored, for those nobody reads to their end: archives, what is no log, what breaks off.
pub(crate) fn digest(found: &Found, hashed: bool) -> io::Result<(u64, Option<String>)> {
    let tally = Tally::new(hashed);
    let inner: Bytes = match &found.place {
        Place::File(path) if !hashed => return Ok((std::fs::metadata(path)?.len(), None)),
        Place::File(path) => Box::new(BufReader::with_capacity(1 << 18, File::open(path)?)),
        Place::Held(bytes) => Box::new(Cursor::new(Shared(Arc::clone(bytes)))),
        Place::Zipped(zip, at) => zip.open(*at, Tally::default())?,
        Place::Stdin | Place::Pipe(_) => Box::new(io::empty()),
    };
    io::copy(&mut Counting { inner, tally: tally.clone() }, &mut io::sink())?;
    Ok((tally.bytes(), tally.hex()))
}

/// Lets a cursor own its share of the bytes.
struct Shared(Arc<Vec<u8>>);

impl AsRef<[u8]> for Shared {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl Stream {
    /// A log whose containers were taken off; `tally` counts its content as stored.
    pub(super) fn new(reader: Bytes, tally: Tally, layers: &[&'static str], stored_at: Option<i64>) -> Stream {
        let container = (!layers.is_empty()).then(|| layers.join("+"));
        Stream { reader, ahead: Vec::new(), tally, failure: None, whole: None, container, stored_at }
    }

    /// Appends up to `max` unpacked bytes to `into`; 0 means the end. What could be read before an
    /// error is given first.
    pub(crate) fn read(&mut self, into: &mut Vec<u8>, max: usize) -> io::Result<usize> {
        self.pass(max, &mut |bytes| into.extend_from_slice(bytes))
    }

    /// Shows up to `max` unpacked bytes, piece by piece, and gives how many; 0 means the end. As [`Stream::read`] otherwise.
    pub(crate) fn pass(&mut self, max: usize, see: &mut dyn FnMut(&[u8])) -> io::Result<usize> {
        if !self.ahead.is_empty() {
            let n = max.min(self.ahead.len());
            see(&self.ahead[..n]);
            self.ahead.drain(..n);
            return Ok(n);
        }
        if let Some((kind, words)) = &self.failure {
            return Err(io::Error::new(*kind, words.clone()));
        }
        let mut passed = 0;
        while passed < max {
            let buffer = match self.reader.fill_buf() {
                Ok(buffer) => buffer,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                // Readers need not fail twice: an error that is not kept would be lost for good.
                Err(error) => {
                    self.failure = Some((error.kind(), error.to_string()));
                    break;
                }
            };
            let n = buffer.len().min(max - passed);
            if n == 0 {
                break;
            }
            see(&buffer[..n]);
            passed += n;
            self.reader.consume(n);
        }
        match &self.failure {
            Some((kind, words)) if passed == 0 => Err(io::Error::new(*kind, words.clone())),
            _ => Ok(passed),
        }
    }

    /// Gives bytes back: they are read again first.
    pub(crate) fn unread(&mut self, bytes: &[u8]) {
        self.ahead.splice(0..0, bytes.iter().copied());
    }

    /// What was given back and not read again.
    pub(crate) fn ahead(&self) -> &[u8] {
        &self.ahead
    }

    /// Bytes of the input as stored that were read so far.
    pub(crate) fn stored_bytes(&self) -> u64 {
        self.tally.bytes()
    }

    /// Size as stored and, when it was asked for, the hash of all stored bytes: those behind the end of the data and those
    /// behind a break are read for it. What broke off and cannot be had again has no hash; one of a part would be none.
    pub(crate) fn finish(mut self) -> (u64, Option<String>) {
        let is_hashed = self.tally.hex().is_some();
        let mut sink = [0_u8; 1 << 14];
        while is_hashed && self.failure.is_none() {
            match self.reader.read(&mut sink) {
                Ok(0) => break,
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => self.failure = Some((error.kind(), error.to_string())),
            }
        }
        if self.failure.is_none() {
            return (self.tally.bytes(), self.tally.hex());
        }
        let again = self.whole.as_ref().and_then(|found| digest(found, is_hashed).ok());
        again.unwrap_or_else(|| (self.tally.bytes(), None))
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
        let mut found = Found { place: Place::Held(Arc::new(bytes)), shown: String::new(), named: true, promised: 0 };
        let Ok(Opened::Log(mut stream)) = open(&mut found, &Bounds::default()) else { panic!("it is a log") };
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
    fn what_breaks_off_is_hashed_to_its_end() {
        // Hardly compressible, so that the break is far from the end for every buffer.
        let mut state = 1_u64;
        let next = |_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 56) as u8
        };
        let text: Vec<u8> = (0..2 << 20).map(next).collect();
        let whole = packed(&text);
        let half = whole.get(..whole.len() / 2).unwrap().to_vec();
        let garbage = [whole.clone(), vec![b'x'; 1 << 20]].concat();
        let mut broken = whole.clone();
        broken[1 << 20..][..64].fill(0xFF);
        for bytes in [whole, half, garbage, broken] {
            let mut found =
                Found { place: Place::Held(Arc::new(bytes)), shown: String::new(), named: true, promised: 0 };
            let want = digest(&found, true).unwrap();
            let bounds = Bounds { hashed: true, ..Bounds::default() };
            let Ok(Opened::Log(mut stream)) = open(&mut found, &bounds) else { panic!("it is a log") };
            let mut all = Vec::new();
            while matches!(stream.read(&mut all, 1 << 20), Ok(n) if n > 0) {}
            assert_eq!(stream.finish(), want);
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
