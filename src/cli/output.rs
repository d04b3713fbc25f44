//! Report files: checked before the scan, written whole or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// Files being written that are not yet in place. An interruption removes them; while it does, nothing
/// can be put in place any more.
static UNFINISHED: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// Removes what was begun and keeps anything else from being put in place until the process ends.
pub(crate) fn abandon() -> impl Drop {
    let mut unfinished = UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner);
    for path in unfinished.drain(..) {
        // Interrupted: there is nobody left to tell that a file could not be removed.
        drop(fs::remove_file(path));
    }
    unfinished
}

/// Where a report goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// Standard output.
    Stdout,
    /// A file, or something that looks like one.
    Path(PathBuf),
}

impl Target {
    /// `-` is standard output.
    pub(crate) fn new(path: &Path) -> Target {
        if path.as_os_str() == "-" { Target::Stdout } else { Target::Path(path.to_path_buf()) }
    }

    /// Whether a report could be written there, before the work is done. Creates missing parents; leaves
    /// no file behind.
    pub(crate) fn check(&self) -> io::Result<()> {
        let Target::Path(path) = self else { return Ok(()) };
        if let Some(parent) = path.parent().filter(|p| !p.as_os_str().is_empty()) {
            fs::create_dir_all(parent)?;
        }
        match fs::metadata(path) {
            Ok(meta) if meta.is_dir() => Err(io::Error::other("is a directory")),
            Ok(_) => OpenOptions::new().write(true).open(path).map(drop),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let probe = beside(path);
                File::create(&probe)?;
                fs::remove_file(probe)
            }
            Err(error) => Err(error),
        }
    }

    /// Writes a report: into a file beside the target that then takes its place. What is not a regular
    /// file, or cannot be replaced (a single file mounted into a container), is written in place.
    pub(crate) fn write(&self, body: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
        let path = match self {
            Target::Stdout => {
                let mut out = BufWriter::new(io::stdout().lock());
                return unless_closed(body(&mut out).and_then(|()| out.flush()));
            }
            Target::Path(path) => path,
        };
        let is_special = fs::metadata(path).is_ok_and(|meta| !meta.is_file());
        if is_special {
            return in_place(path, body);
        }
        let temporary = beside(path);
        register(&temporary);
        let written = File::create(&temporary).and_then(|file| {
            let mut out = BufWriter::new(file);
            body(&mut out)?;
            out.flush()
        });
        if let Err(error) = written {
            unregister(&temporary, |_| drop(fs::remove_file(&temporary)));
            return Err(error);
        }
        match unregister(&temporary, |_| fs::rename(&temporary, path)) {
            Ok(()) => Ok(()),
            Err(_) => {
                drop(fs::remove_file(&temporary));
                in_place(path, body)
            }
        }
    }
}

fn in_place(path: &Path, body: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let file = OpenOptions::new().write(true).create(true).truncate(true).open(path)?;
    let mut out = BufWriter::new(file);
    unless_closed(body(&mut out).and_then(|()| out.flush()))
}

/// A reader that has seen enough (`| head`) is no error.
fn unless_closed(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

fn beside(path: &Path) -> PathBuf {
    let mut name = std::ffi::OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(".partial");
    path.with_file_name(name)
}

fn register(path: &Path) {
    UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner).push(path.to_path_buf());
}

/// Ends the registration and does `last` while nothing can interrupt in between.
fn unregister<T>(path: &Path, last: impl FnOnce(&Path) -> T) -> T {
    let mut unfinished = UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner);
    unfinished.retain(|p| p != path);
    last(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_report_leaves_the_old_one() {
        let folder = std::env::temp_dir().join("logsentry-output-test");
        fs::create_dir_all(&folder).unwrap();
        let path = folder.join("report.json");
        let target = Target::new(&path);
        target.write(&mut |out| out.write_all(b"old")).unwrap();
        let failed = target.write(&mut |out| {
            out.write_all(b"half")?;
            Err(io::Error::other("disk full"))
        });
        assert!(failed.is_err());
        assert_eq!(fs::read_to_string(&path).unwrap(), "old");
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
        fs::remove_dir_all(folder).unwrap();
    }
}
