//! What the suites share: running the binary, folders that vanish, the place of the corpora.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

/// Every format of `--format`.
pub(crate) const FORMATS: [&str; 11] =
    ["console", "json", "jsonl", "matches", "csv", "sarif", "html", "github", "markdown", "gitlab", "junit"];

/// The binary under test.
pub(crate) const BINARY: &str = env!("CARGO_BIN_EXE_logsentry");

/// What a run gave.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ran {
    pub(crate) fn new(output: &Output) -> Ran {
        Ran {
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// Standard output as JSON.
    #[track_caller]
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|e| panic!("{e}: {}\n{}", self.stdout, self.stderr))
    }

    /// Standard output as lines of JSON.
    #[track_caller]
    pub(crate) fn lines(&self) -> Vec<serde_json::Value> {
        self.stdout.lines().map(|l| serde_json::from_str(l).unwrap_or_else(|e| panic!("{e}: {l}"))).collect()
    }

    /// Fails unless the run ended with this code.
    #[track_caller]
    pub(crate) fn with_code(self, code: i32) -> Ran {
        assert_eq!(self.code, Some(code), "stdout: {}\nstderr: {}", self.stdout, self.stderr);
        self
    }
}

/// The binary in `directory`, with an environment that says nothing. `LOGSENTRY` names another one: the one in the container.
pub(crate) fn command(directory: &Path) -> Command {
    program(&binary(), directory)
}

/// The binary under test, or the one `LOGSENTRY` names.
pub(crate) fn binary() -> String {
    std::env::var("LOGSENTRY").unwrap_or_else(|_| BINARY.to_owned())
}

/// A program in `directory`, with an environment that says nothing to the binary it may start.
pub(crate) fn program(name: &str, directory: &Path) -> Command {
    let mut command = Command::new(name);
    command.current_dir(directory).stdin(Stdio::null());
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy().into_owned();
        if name.starts_with("LOGSENTRY_")
            || ["NO_COLOR", "CI", "GITHUB_ACTIONS", "TF_BUILD", "CLICOLOR_FORCE", "FORCE_COLOR"]
                .contains(&name.as_str())
        {
            command.env_remove(name);
        }
    }
    command
}

/// Runs the binary in `directory`.
pub(crate) fn run_in(directory: &Path, args: &[&str]) -> Ran {
    Ran::new(&command(directory).args(args).output().expect("the binary was built"))
}

/// Runs the binary at the top of the checkout.
pub(crate) fn run(args: &[&str]) -> Ran {
    run_in(&root(), args)
}

/// Runs the binary and gives it `input` on standard input.
pub(crate) fn run_with_input(directory: &Path, args: &[&str], input: &[u8]) -> Ran {
    let mut child = command(directory)
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary was built");
    let mut stdin = child.stdin.take().expect("it was piped");
    let input = input.to_vec();
    let writer = std::thread::spawn(move || drop(stdin.write_all(&input)));
    let output = child.wait_with_output().expect("it was started");
    writer.join().expect("writing does not panic");
    Ran::new(&output)
}

/// The top of the checkout.
pub(crate) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// `Cargo.toml` as people wrote it: a package has a form of cargo's own under that name, and this one beside it.
pub(crate) fn manifest() -> String {
    let written = root().join("Cargo.toml.orig");
    let path = if written.exists() { written } else { root().join("Cargo.toml") };
    fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display())).replace("\r\n", "\n")
}

/// The corpora, or one line that says they were left out.
pub(crate) fn corpora(suite: &str) -> Option<PathBuf> {
    let Some(place) = std::env::var_os("CORPORA_DIR") else {
        eprintln!("{suite}: left out, CORPORA_DIR is not set");
        return None;
    };
    let place = PathBuf::from(place);
    assert!(place.is_dir(), "CORPORA_DIR names {}, which is no folder", place.display());
    Some(place)
}

/// A folder of its own that vanishes.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new() -> Folder {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let n = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{}-{n}", std::process::id()));
        fs::create_dir_all(&path).expect("the target folder can be written");
        Folder(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// Writes a file below the folder and gives its path.
    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.join(name);
        fs::create_dir_all(path.parent().expect("it is below the folder")).expect("the folder can be written");
        fs::write(&path, content).expect("the folder can be written");
        path
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.0.join(name)).unwrap_or_else(|e| panic!("{name}: {e}"))
    }

    pub(crate) fn run(&self, args: &[&str]) -> Ran {
        run_in(&self.0, args)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

/// All files below a folder, sorted.
pub(crate) fn files(folder: &Path) -> Vec<PathBuf> {
    let mut waiting = vec![folder.to_path_buf()];
    let mut found = Vec::new();
    while let Some(folder) = waiting.pop() {
        for entry in fs::read_dir(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display())) {
            let path = entry.expect("the folder can be read").path();
            if path.is_dir() { waiting.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    found
}
