//! The logs inside an archive, one after the other: members of archives inside it, too, compressions taken off.
//!
//! What is read in one pass comes in the order it is stored. A member lives until the next one is asked for. Two walks
//! over the same archive give the same members under the same names.

use super::hash::{Counting, Tally};
use super::meter::Meter;
use super::tar::{self, Tar};
use super::unwrap::{Bounds, Inside, unwrap};
use super::zip::{self, Bulk, Zip};
use super::{Bytes, Stream, path};
use crate::model::show;
use std::collections::HashSet;
use std::io::{BufReader, Read};
use std::sync::{Arc, Mutex, PoisonError};

/// An archive being walked through.
pub(crate) struct Walk {
    /// Archives inside each other, the innermost last.
    levels: Vec<Level>,
    meter: Meter,
    bounds: Bounds,
    /// How many members were met.
    met: usize,
    names: HashSet<String>,
}

struct Level {
    /// What the archive is called.
    shown: String,
    /// The containers down to this archive, outermost first.
    layers: Vec<&'static str>,
    entries: Entries,
}

enum Entries {
    Tar(Arc<Mutex<Tar>>),
    Zip(Arc<Zip>, usize),
}

/// What a walk comes across.
pub(crate) enum Step {
    /// A log.
    Member(Member),
    /// A member that is not read.
    Skipped {
        /// What it is called.
        shown: String,
        /// Why, as part of a sentence.
        why: String,
        /// Whether something is missing from the result because of it.
        incomplete: bool,
    },
    /// A member nobody wants.
    LeftOut,
    /// An archive that ended before its end.
    Broken {
        /// What the archive is called.
        shown: String,
        /// Why, as part of a sentence.
        why: String,
        /// Whether it happened inside the member before, whose reader says so itself when it is read to the end.
        inside: bool,
    },
}

/// A log inside an archive.
pub(crate) struct Member {
    /// `archive!/member`.
    pub(crate) shown: String,
    /// Its content.
    pub(crate) stream: Stream,
    /// Size as stored in the archive.
    pub(crate) size: u64,
}

/// What an archive says about its next member.
struct Met {
    name: Vec<u8>,
    size: u64,
    changed: Option<i64>,
    content: Content,
}

enum Content {
    Folder,
    File(Bytes),
    Other { why: String, incomplete: bool },
}

impl Walk {
    /// Starts at the first member of the tar archive in `reader`.
    pub(super) fn tar(shown: String, reader: Bytes, layers: Vec<&'static str>, meter: Meter, bounds: Bounds) -> Walk {
        let entries = Entries::Tar(Arc::new(Mutex::new(Tar::new(reader))));
        Walk::new(Level { shown, layers, entries }, meter, bounds)
    }

    /// Starts at the first member of a zip archive.
    pub(super) fn zip(shown: String, zip: Zip, layers: Vec<&'static str>, meter: Meter, bounds: Bounds) -> Walk {
        Walk::new(Level { shown, layers, entries: Entries::Zip(Arc::new(zip), 0) }, meter, bounds)
    }

    fn new(level: Level, meter: Meter, bounds: Bounds) -> Walk {
        Walk { levels: vec![level], meter, bounds, met: 0, names: HashSet::new() }
    }

    /// Goes on to the next member, whatever was left of the one before. `excludes` says of a name that nobody wants it.
    pub(crate) fn next(&mut self, excludes: &dyn Fn(&str) -> bool) -> Option<Step> {
        loop {
            let level = self.levels.last_mut()?;
            let met = match level.entries.next() {
                Ok(Some(met)) => met,
                Ok(None) => {
                    self.levels.pop();
                    continue;
                }
                Err((why, inside)) => {
                    let shown = level.shown.clone();
                    self.levels.pop();
                    return Some(Step::Broken { shown, why, inside });
                }
            };
            let reader = match met.content {
                Content::Folder => continue,
                Content::File(reader) => Ok(reader),
                Content::Other { why, incomplete } => Err((why, incomplete)),
            };
            let shown = path::member(&level.shown, &met.name, &mut self.names);
            if self.met == self.bounds.members {
                let why = format!("more than {} members: the rest is left out (--max-members)", self.bounds.members);
                let shown = self.levels.drain(..).next().map_or(shown, |outermost| outermost.shown);
                return Some(Step::Broken { shown, why, inside: false });
            }
            self.met += 1;
            if excludes(&shown) {
                return Some(Step::LeftOut);
            }
            match reader {
                Err((why, incomplete)) => return Some(Step::Skipped { shown, why, incomplete }),
                Ok(reader) => match self.enter(&shown, reader, met.size, met.changed) {
                    Ok(Some(member)) => return Some(Step::Member(member)),
                    Ok(None) => {}
                    Err(why) => return Some(Step::Skipped { shown, why, incomplete: true }),
                },
            }
        }
    }

    /// Looks into a member: a log is given, an archive becomes the innermost level.
    fn enter(&mut self, shown: &str, reader: Bytes, size: u64, changed: Option<i64>) -> Result<Option<Member>, String> {
        let layers = self.levels.last().map_or(&[][..], |level| &level.layers);
        let tally = Tally::new(self.bounds.hashed);
        let raw = Box::new(Counting { inner: reader, tally: tally.clone() });
        let inner = unwrap(raw, layers, &self.meter, self.bounds.nesting).map_err(|error| show::why(&error))?;
        let entries = match inner.inside {
            Inside::Log => {
                let stream = Stream::new(inner.reader, tally, &inner.layers, inner.changed.or(changed));
                return Ok(Some(Member { shown: shown.to_owned(), stream, size }));
            }
            Inside::Tar => Entries::Tar(Arc::new(Mutex::new(Tar::new(inner.reader)))),
            Inside::Zip => Entries::Zip(Arc::new(held(inner.reader, &self.bounds)?), 0),
        };
        self.levels.push(Level { shown: shown.to_owned(), layers: inner.layers, entries });
        Ok(None)
    }
}

/// Reads a zip archive that cannot be read from its end into memory.
pub(super) fn held(reader: Bytes, bounds: &Bounds) -> Result<Zip, String> {
    let mut bytes = Vec::new();
    reader.take(bounds.held.saturating_add(1)).read_to_end(&mut bytes).map_err(|error| show::why(&error))?;
    if bytes.len() as u64 > bounds.held {
        let most = bounds.held;
        return Err(format!("a zip archive of more than {most} bytes inside another container (--max-held)"));
    }
    let zip = Zip::directory(Bulk::Held(Arc::new(bytes)), bounds.members).map_err(|error| show::why(&error))?;
    if zip.is_office() { Err(OFFICE.to_owned()) } else { Ok(zip) }
}

/// What is said of a zip archive that is a document.
pub(super) const OFFICE: &str = "an Office document: export it as CSV";

impl Entries {
    /// The next member; or why there is none, and whether that lies inside the member before.
    fn next(&mut self) -> Result<Option<Met>, (String, bool)> {
        match self {
            Entries::Tar(tar) => {
                let next = tar.lock().unwrap_or_else(PoisonError::into_inner).next();
                let Some(entry) = next.map_err(|broken| (show::why(&broken.error), broken.inside))? else {
                    return Ok(None);
                };
                let content = match entry.kind {
                    tar::Kind::Folder => Content::Folder,
                    tar::Kind::File => {
                        Content::File(Box::new(BufReader::with_capacity(1 << 16, tar::Content::of(tar))))
                    }
                    tar::Kind::Other(what) => Content::Other { why: not_followed(what), incomplete: false },
                };
                Ok(Some(Met { name: entry.name, size: entry.size, changed: entry.changed, content }))
            }
            Entries::Zip(zip, at) => {
                let Some(entry) = zip.entries.get(*at) else {
                    // Told once: the next call finds nothing to tell.
                    let broken = std::mem::replace(at, usize::MAX) != usize::MAX;
                    return zip.broken.as_ref().filter(|_| broken).map_or(Ok(None), |why| Err((why.clone(), false)));
                };
                let content = match entry.kind {
                    zip::Kind::Folder => Content::Folder,
                    zip::Kind::Other(what) => Content::Other { why: not_followed(what), incomplete: false },
                    zip::Kind::Closed(why) => Content::Other { why: format!("{why}: not read"), incomplete: true },
                    zip::Kind::File => match zip.open(*at, Tally::default()) {
                        Ok(content) => Content::File(content),
                        Err(error) => Content::Other { why: show::why(&error), incomplete: true },
                    },
                };
                *at += 1;
                Ok(Some(Met { name: entry.name.clone(), size: entry.size, changed: entry.changed, content }))
            }
        }
    }
}

/// What is said of members that are no files.
pub(super) fn not_followed(what: &str) -> String {
    format!("{what}: not followed")
}
