//! Report files: checked before the scan, written whole or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// Bytes held back of what goes to the end of a file, so that it gets there in one piece: no page is longer.
const SUMMARY: usize = 1 << 20;

/// What a report or a stream is written in at a time.
const BUFFER: usize = 64 << 10;

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
    /// A file that others write to as well (a job summary): the report goes to its end.
    End(PathBuf),
}

impl Target {
    /// `-` is standard output, and so is what the system calls it.
    pub(crate) fn new(path: &Path) -> Target {
        let is_stdout =
            ["-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"].iter().any(|name| path.as_os_str() == *name);
        if is_stdout { Target::Stdout } else { Target::Path(path.to_path_buf()) }
    }

    /// A file whose content stays.
    pub(crate) fn at_the_end(path: &Path) -> Target {
        Target::End(path.to_path_buf())
    }

    /// Whether reports may share it: a device takes everything.
    pub(crate) fn is_device(&self) -> bool {
        matches!(self, Target::Path(path) if fs::metadata(path).is_ok_and(|meta| !meta.is_file() && !meta.is_dir()))
    }

    /// Whether a file is there already.
    pub(crate) fn is_there(&self) -> bool {
        matches!(self, Target::Path(path) if path.exists())
    }

    /// The file, and the one beside it that is written first.
    pub(crate) fn files(&self) -> Vec<PathBuf> {
        match self {
            Target::Stdout => Vec::new(),
            Target::Path(path) => vec![path.clone(), beside(path)],
            Target::End(path) => vec![path.clone()],
        }
    }

    /// What tells targets apart: two spellings of one file are one.
    pub(crate) fn identity(&self) -> Option<PathBuf> {
        let (Target::Path(path) | Target::End(path)) = self else { return None };
        let real = fs::canonicalize(path).ok().or_else(|| {
            let parent = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
            Some(fs::canonicalize(parent).ok()?.join(path.file_name()?))
        });
        Some(real.unwrap_or_else(|| path.clone()))
    }

    /// Whether a report could be written there, before the work is done. Creates missing parents; leaves
    /// no file behind.
    pub(crate) fn check(&self) -> io::Result<()> {
        let (Target::Path(path) | Target::End(path)) = self else { return Ok(()) };
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

    /// Begins a report: in a file beside the target that takes its place when it is finished. What is not
    /// a regular file is written in place.
    pub(crate) fn begin(&self) -> io::Result<Pending> {
        let path = match self {
            Target::Stdout => {
                return Ok(Pending { out: Out::Stdout(BufWriter::with_capacity(BUFFER, io::stdout())), place: None });
            }
            Target::End(path) => {
                let file = OpenOptions::new().append(true).create(true).open(path)?;
                return Ok(Pending { out: Out::File(BufWriter::with_capacity(SUMMARY, file)), place: None });
            }
            Target::Path(path) => path,
        };
        let Some(path) = replaceable(path) else {
            return Ok(Pending { out: Out::File(BufWriter::with_capacity(BUFFER, in_place(path)?)), place: None });
        };
        let temporary = beside(&path);
        register(&temporary);
        match File::create(&temporary) {
            Ok(file) => {
                Ok(Pending { out: Out::File(BufWriter::with_capacity(BUFFER, file)), place: Some((temporary, path)) })
            }
            Err(error) => {
                unregister(&temporary, |_| ());
                // A single writable file in a folder that takes no other (a file mounted into a container). Whatever else
                // keeps a file from being made would keep the report from being whole, and the old one would be gone.
                if !matches!(error.kind(), io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem) {
                    return Err(error);
                }
                let out = OpenOptions::new().write(true).truncate(true).open(&path).map_err(|_| error)?;
                Ok(Pending { out: Out::File(BufWriter::with_capacity(BUFFER, out)), place: None })
            }
        }
    }
}

/// A report being written. Dropped without [`Pending::finish`], it leaves nothing behind.
pub(crate) struct Pending {
    out: Out,
    /// The file being written and the one it will become.
    place: Option<(PathBuf, PathBuf)>,
}

enum Out {
    Stdout(BufWriter<io::Stdout>),
    File(BufWriter<File>),
}

impl Pending {
    /// Puts the report in place. Where the target cannot be replaced (a single file mounted into a
    /// container), it is overwritten.
    pub(crate) fn finish(mut self) -> io::Result<()> {
        unless_closed(self.flush())?;
        let Some((temporary, path)) = self.place.take() else { return Ok(()) };
        let renamed = unregister(&temporary, |from| fs::rename(from, &path));
        if renamed.is_ok() {
            return Ok(());
        }
        let copied = File::open(&temporary).and_then(|mut from| {
            let mut place = in_place(&path)?;
            // The old report is gone; half of the new one must not be taken for it.
            io::copy(&mut from, &mut place).or_else(|error| place.set_len(0).and(Err(error)))
        });
        let removed = fs::remove_file(&temporary);
        copied.map(drop).and(removed)
    }
}

impl Write for Pending {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.out {
            Out::Stdout(out) => out.write(bytes),
            Out::File(out) => out.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.out {
            Out::Stdout(out) => out.flush(),
            Out::File(out) => out.flush(),
        }
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        if let Some((temporary, _)) = self.place.take() {
            // The failure that led here is what gets reported.
            unregister(&temporary, |path| drop(fs::remove_file(path)));
        }
    }
}

/// The file a report may take the place of: behind a link, what it leads to. `None` for devices, pipes and the like, and
/// for `/dev/stdout` wherever it leads: the link must stay.
fn replaceable(path: &Path) -> Option<PathBuf> {
    let Ok(meta) = fs::symlink_metadata(path) else { return Some(path.to_path_buf()) };
    if !meta.is_symlink() {
        return meta.is_file().then(|| path.to_path_buf());
    }
    let is_of_the_system = ["/dev", "/proc"].iter().any(|top| path.starts_with(top));
    let real = fs::canonicalize(path).ok().filter(|_| !is_of_the_system)?;
    fs::metadata(&real).is_ok_and(|meta| meta.is_file()).then_some(real)
}

fn in_place(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create(true).truncate(true).open(path)
}

/// A reader that has seen enough (`| head`) is no error.
pub(crate) fn unless_closed(result: io::Result<()>) -> io::Result<()> {
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
    fn what_goes_to_the_end_of_a_file_leaves_what_is_there() {
        let folder = std::env::temp_dir().join("logsentry-append-test");
        fs::create_dir_all(&folder).unwrap();
        let path = folder.join("summary.md");
        fs::write(&path, "one\n").unwrap();
        let mut out = Target::at_the_end(&path).begin().unwrap();
        out.write_all(b"two\n").unwrap();
        out.finish().unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "one\ntwo\n");
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_failed_report_leaves_the_old_one() {
        let folder = std::env::temp_dir().join("logsentry-output-test");
        fs::create_dir_all(&folder).unwrap();
        let path = folder.join("report.json");
        let target = Target::new(&path);
        let mut first = target.begin().unwrap();
        first.write_all(b"old").unwrap();
        first.finish().unwrap();
        let mut second = target.begin().unwrap();
        second.write_all(b"half").unwrap();
        drop(second);
        assert_eq!(fs::read_to_string(&path).unwrap(), "old");
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
        fs::remove_dir_all(folder).unwrap();
    }
}
