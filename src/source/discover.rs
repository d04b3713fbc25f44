//! Finds the inputs below the paths a user named.
//!
//! Directories are walked in byte order. Links met on the way are not followed (what they point at is
//! read where it stands, or was not named); a link named by the user is. FIFOs, sockets and devices are
//! read only when named.

use super::path::Shower;
use super::zip::Zip;
use crate::model::show;
use crate::model::{Problem, ProblemKind};
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Where an input's bytes are.
#[derive(Clone, Debug)]
pub(crate) enum Place {
    /// A file.
    File(PathBuf),
    /// Standard input.
    Stdin,
    /// A pipe or a device that was named: what is read from it is gone.
    Pipe(PathBuf),
    /// An archive that came from standard input, held because it is read more than once.
    Held(Arc<Vec<u8>>),
    /// A member of a zip archive, by its place in the directory.
    Zipped(Arc<Zip>, usize),
}

impl Place {
    fn file(&self) -> Option<&Path> {
        match self {
            Place::File(path) | Place::Pipe(path) => Some(path),
            Place::Stdin | Place::Held(_) | Place::Zipped(..) => None,
        }
    }
}

/// One input that was found.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    /// Where its bytes are.
    pub(crate) place: Place,
    /// What reports call it.
    pub(crate) shown: String,
    /// Whether the user named it, as opposed to met while walking.
    pub(crate) named: bool,
    /// Its size when it was found, if it is a file: so much of it must be there when it is read.
    pub(crate) promised: u64,
}

impl Found {
    /// Size as stored; 0 where that cannot be known.
    pub(crate) fn size(&self) -> u64 {
        match &self.place {
            Place::File(path) => fs::metadata(path).map_or(0, |meta| meta.len()),
            Place::Zipped(zip, at) => zip.size(*at),
            Place::Held(bytes) => bytes.len() as u64,
            Place::Stdin | Place::Pipe(_) => 0,
        }
    }
}

/// What [`discover`] gives.
#[derive(Debug, Default)]
pub(crate) struct Discovered {
    /// The inputs, sorted by shown name.
    pub(crate) inputs: Vec<Found>,
    /// Paths that do not exist, directories that cannot be listed, links and devices left out.
    pub(crate) problems: Vec<Problem>,
}

/// Finds all inputs below `paths`; `-` is standard input, shown as `stdin_name`. Files that are `outputs` of this run are
/// left out. A file that is reached twice, by another spelling or another name, is read once.
pub(crate) fn discover(paths: &[PathBuf], outputs: &[PathBuf], stdin_name: &str, shower: &mut Shower) -> Discovered {
    let mut found = Discovered::default();
    for path in paths {
        if path.as_os_str() == "-" {
            found.inputs.push(Found { place: Place::Stdin, shown: stdin_name.to_owned(), named: true, promised: 0 });
            continue;
        }
        match fs::metadata(path) {
            Ok(meta) if meta.is_dir() => walk(path, shower, &mut found),
            Ok(meta) => found.inputs.push(Found {
                place: if meta.is_file() { Place::File(path.clone()) } else { Place::Pipe(path.clone()) },
                shown: shower.show(path, path),
                named: true,
                promised: if meta.is_file() { meta.len() } else { 0 },
            }),
            Err(error) => {
                found.problems.push(problem(
                    path.display().to_string(),
                    ProblemKind::Unreadable,
                    &show::why(&error),
                    true,
                ));
            }
        }
    }
    found.inputs.sort_by(|a, b| a.shown.as_bytes().cmp(b.shown.as_bytes()).then(b.named.cmp(&a.named)));
    let mut seen: HashMap<Identity, String> =
        outputs.iter().filter_map(|path| Some((identity(path)?, "a report of this run".to_owned()))).collect();
    let Discovered { inputs, problems } = &mut found;
    inputs.retain(|input| {
        let Some(identity) = input.place.file().and_then(identity) else { return true };
        match seen.entry(identity) {
            Entry::Vacant(free) => {
                free.insert(format!("the same file as {}", input.shown));
                true
            }
            Entry::Occupied(taken) => {
                let message = format!("{}: left out", taken.get());
                problems.push(problem(input.shown.clone(), ProblemKind::Skipped, &message, false));
                false
            }
        }
    });
    found
}

/// What tells two files apart, whatever they are called.
type Identity = (u64, u64, PathBuf);

#[cfg(unix)]
fn identity(path: &Path) -> Option<Identity> {
    use std::os::unix::fs::MetadataExt;
    let meta = fs::metadata(path).ok()?;
    Some((meta.dev(), meta.ino(), PathBuf::new()))
}

#[cfg(not(unix))]
fn identity(path: &Path) -> Option<Identity> {
    Some((0, 0, path.canonicalize().ok()?))
}

fn walk(top: &Path, shower: &mut Shower, found: &mut Discovered) {
    let mut waiting = vec![top.to_path_buf()];
    while let Some(directory) = waiting.pop() {
        let names = match listed(&directory) {
            Ok(names) => names,
            Err(error) => {
                let shown = shower.show(&directory, top);
                found.problems.push(problem(shown, ProblemKind::Unreadable, &show::why(&error), true));
                continue;
            }
        };
        for name in names.into_iter().rev() {
            let path = directory.join(name);
            match fs::symlink_metadata(&path) {
                Ok(meta) if meta.is_dir() => waiting.push(path),
                Ok(meta) if meta.is_file() => {
                    let shown = shower.show(&path, top);
                    found.inputs.push(Found { place: Place::File(path), shown, named: false, promised: meta.len() });
                }
                Ok(meta) => {
                    let what = if meta.is_symlink() { "a symbolic link" } else { "not a regular file" };
                    let shown = beside(&path, top, shower);
                    found.problems.push(problem(shown, ProblemKind::Skipped, &format!("{what}: not followed"), false));
                }
                Err(error) => {
                    let shown = beside(&path, top, shower);
                    found.problems.push(problem(shown, ProblemKind::Unreadable, &show::why(&error), true));
                }
            }
        }
    }
}

/// The name of something that must not be resolved: shown beside its directory.
fn beside(path: &Path, top: &Path, shower: &mut Shower) -> String {
    let parent = path.parent().map_or_else(String::new, |p| shower.show(p, top));
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    if parent.is_empty() { name } else { format!("{parent}/{name}") }
}

fn listed(directory: &Path) -> std::io::Result<Vec<OsString>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(directory)? {
        names.push(entry?.file_name());
    }
    names.sort_by(|a, b| a.as_encoded_bytes().cmp(b.as_encoded_bytes()));
    Ok(names)
}

fn problem(path: String, kind: ProblemKind, message: &str, incomplete: bool) -> Problem {
    Problem { path, kind, count: 1, first: Vec::new(), message: message.to_owned(), incomplete }
}
