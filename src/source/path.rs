//! How inputs are called: the same on every machine, without anybody's home directory.

use std::collections::{HashMap, HashSet};
use std::ffi::OsStr;
use std::fmt::Write as _;
use std::path::{Component, Path, PathBuf};

/// Turns paths into the names reports show (the same in every format).
///
/// A file below the root is shown relative to it. A file outside is shown as the last component of the
/// argument that led to it, plus the path below; two arguments that would share a first segment are
/// told apart by `~2`.
pub(crate) struct Shower {
    root: PathBuf,
    rewrites: Vec<(String, String)>,
    taken: HashMap<String, PathBuf>,
}

impl Shower {
    /// Shows paths relative to `root` (an absolute path). `rewrites` replaces prefixes of real paths.
    pub(crate) fn new(root: &Path, rewrites: Vec<(String, String)>) -> Shower {
        let root = root.canonicalize().unwrap_or_else(|_| root.to_path_buf());
        Shower { root, rewrites, taken: HashMap::new() }
    }

    /// The shown name of `path`, which was reached through the argument `argument`.
    pub(crate) fn show(&mut self, path: &Path, argument: &Path) -> String {
        let real = path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
        let text = text(&real);
        for (from, to) in &self.rewrites {
            if let Some(rest) = text.strip_prefix(from.as_str()) {
                return format!("{to}{rest}").trim_start_matches('/').to_owned();
            }
        }
        if let Ok(below) = real.strip_prefix(&self.root) {
            return joined(below);
        }
        let base = argument.canonicalize().unwrap_or_else(|_| argument.to_path_buf());
        let below = real.strip_prefix(&base).map(joined).unwrap_or_default();
        let name = base.file_name().map_or_else(|| "root".to_owned(), component);
        let first = self.unique(&name, &base);
        if below.is_empty() { first } else { format!("{first}/{below}") }
    }

    fn unique(&mut self, name: &str, base: &Path) -> String {
        for n in 1_u32.. {
            let candidate = if n == 1 { name.to_owned() } else { format!("{name}~{n}") };
            match self.taken.get(&candidate) {
                Some(owner) if owner != base => {}
                Some(_) => return candidate,
                None => {
                    self.taken.insert(candidate.clone(), base.to_path_buf());
                    return candidate;
                }
            }
        }
        name.to_owned()
    }
}

fn joined(path: &Path) -> String {
    let parts: Vec<String> = path
        .components()
        .filter_map(|c| match c {
            Component::Normal(part) => Some(component(part)),
            _ => None,
        })
        .collect();
    parts.join("/")
}

fn text(path: &Path) -> String {
    let text = component(path.as_os_str());
    if std::path::MAIN_SEPARATOR == '\\' { text.replace('\\', "/") } else { text }
}

/// The name of a member of the archive `archive`: `archive!/member`. What would lead out of the archive is left out of the
/// name; members of one name are told apart by `~2`.
pub(super) fn member(archive: &str, name: &[u8], taken: &mut HashSet<String>) -> String {
    let name = spelt(name);
    let parts: Vec<&str> = name.split('/').filter(|part| !matches!(*part, "" | "." | "..")).collect();
    let mut shown = format!("{archive}!/{}", parts.join("/"));
    let plain = shown.len();
    for n in 2_u32.. {
        if taken.insert(shown.clone()) {
            break;
        }
        shown.truncate(plain);
        // Writing to a String cannot fail.
        let _ = write!(shown, "~{n}");
    }
    shown
}

/// Bytes that are not UTF-8 are spelt `%XX`.
fn component(part: &OsStr) -> String {
    spelt(part.as_encoded_bytes())
}

fn spelt(bytes: &[u8]) -> String {
    let mut shown = String::new();
    for chunk in bytes.utf8_chunks() {
        shown.push_str(chunk.valid());
        for byte in chunk.invalid() {
            // Writing to a String cannot fail.
            let _ = write!(shown, "%{byte:02X}");
        }
    }
    shown
}

/// The path that is shown like this because some of its bytes are not UTF-8; a `%` of its own is not told from such a byte.
#[cfg(unix)]
pub(crate) fn unspelt(shown: &str) -> Option<PathBuf> {
    use std::os::unix::ffi::OsStringExt;
    let mut bytes = Vec::with_capacity(shown.len());
    let mut rest = shown;
    while let Some((before, behind)) = rest.split_once('%') {
        bytes.extend_from_slice(before.as_bytes());
        let digits =
            behind.get(..2).filter(|two| two.bytes().all(|b| b.is_ascii_digit() || (b'A'..=b'F').contains(&b)));
        let byte = digits.and_then(|two| u8::from_str_radix(two, 16).ok()).filter(|byte| !byte.is_ascii());
        bytes.push(byte.unwrap_or(b'%'));
        rest = if byte.is_some() { behind.get(2..).unwrap_or_default() } else { behind };
    }
    bytes.extend_from_slice(rest.as_bytes());
    (bytes != shown.as_bytes()).then(|| PathBuf::from(std::ffi::OsString::from_vec(bytes)))
}

/// Paths are text here.
#[cfg(not(unix))]
pub(crate) fn unspelt(_: &str) -> Option<PathBuf> {
    None
}

/// The name without rotation and date marks: what stays the same when logs rotate. Compression suffix
/// off, then `.1` to `.999`, then `-YYYYMMDD`, `.YYYY-MM-DD` or `_YYYYMMDD`. An archive and its member each lose theirs.
pub(crate) fn logical(shown: &str) -> String {
    shown.split("!/").map(unmarked).collect::<Vec<_>>().join("!/")
}

fn unmarked(shown: &str) -> &str {
    let mut name = shown;
    for suffix in [".gz", ".zst", ".bz2", ".xz"] {
        name = name.strip_suffix(suffix).unwrap_or(name);
    }
    if let Some((stem, number)) = name.rsplit_once('.') {
        let is_rotation = (1..=3).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_digit());
        if is_rotation && number.parse::<u16>().is_ok_and(|n| n >= 1) && !stem.is_empty() && !stem.ends_with('/') {
            name = stem;
        }
    }
    without_date(name).unwrap_or(name)
}

fn without_date(name: &str) -> Option<&str> {
    let is_date = |text: &str, dashes: bool| {
        let bytes = text.as_bytes();
        bytes
            .iter()
            .enumerate()
            .all(|(at, b)| if dashes && (at == 4 || at == 7) { *b == b'-' } else { b.is_ascii_digit() })
    };
    for (separators, length, dashes) in [(&b"-_"[..], 8, false), (&b"."[..], 10, true)] {
        let at = name.len().checked_sub(length + 1)?;
        let (Some(mark), Some(date)) = (name.as_bytes().get(at), name.get(at + 1..)) else { continue };
        if separators.contains(mark) && is_date(date, dashes) && at > 0 {
            return name.get(..at);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rotation_and_date_marks_are_no_part_of_a_logical_source() {
        for (shown, want) in [
            ("logs/auth.log", "logs/auth.log"),
            ("logs/auth.log.1", "logs/auth.log"),
            ("logs/auth.log.12.gz", "logs/auth.log"),
            ("messages-20240612", "messages"),
            ("messages-20240612.gz", "messages"),
            ("app.2024-06-12", "app"),
            ("app_20240612.1", "app"),
            ("release-1.2.3", "release-1.2"),
            ("x.1000", "x.1000"),
            (".1", ".1"),
            ("a.log.0", "a.log.0"),
            ("bundle.zip!/var/log/auth.log.2.gz", "bundle.zip!/var/log/auth.log"),
            ("logs-20240612.gz!/a.log.1!/b-20240612", "logs!/a.log!/b"),
        ] {
            assert_eq!(logical(shown), want, "{shown}");
        }
    }

    #[test]
    fn members_cannot_name_what_lies_outside() {
        let mut taken = HashSet::new();
        let mut show = |name: &[u8]| member("a.zip", name, &mut taken);
        assert_eq!(show(b"var/log/x"), "a.zip!/var/log/x");
        assert_eq!(show(b"../../etc/./passwd"), "a.zip!/etc/passwd");
        assert_eq!(show(b"/etc/passwd"), "a.zip!/etc/passwd~2");
        assert_eq!(show(b"etc/passwd"), "a.zip!/etc/passwd~3");
        assert_eq!(show(b"caf\xe9"), "a.zip!/caf%E9");
    }

    #[cfg(unix)]
    #[test]
    fn bytes_that_were_spelt_are_bytes_again() {
        use std::os::unix::ffi::OsStrExt;
        for (shown, want) in
            [("caf%E9", Some(&b"caf\xe9"[..])), ("50%/%C3x", Some(b"50%/\xc3x")), ("a%20b", None), ("%", None)]
        {
            assert_eq!(unspelt(shown).as_deref().map(|path| path.as_os_str().as_bytes()), want, "{shown}");
        }
    }

    #[test]
    fn outside_the_root_the_last_component_of_the_argument_starts_the_name() {
        let mut shower = Shower::new(Path::new("/nowhere/project"), vec![("/mnt/case/".into(), "case/".into())]);
        let show = |s: &mut Shower, path: &str, argument: &str| s.show(Path::new(path), Path::new(argument));
        assert_eq!(show(&mut shower, "/nowhere/project/logs/a.log", "logs"), "logs/a.log");
        assert_eq!(show(&mut shower, "/vv/log/nginx/access.log", "/vv/log/nginx"), "nginx/access.log");
        assert_eq!(show(&mut shower, "/other/nginx/access.log", "/other/nginx"), "nginx~2/access.log");
        assert_eq!(show(&mut shower, "/vv/log/nginx/error.log", "/vv/log/nginx"), "nginx/error.log");
        assert_eq!(show(&mut shower, "/mnt/case/x.log", "/mnt/case/x.log"), "case/x.log");
    }
}
