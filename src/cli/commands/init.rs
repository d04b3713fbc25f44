//! `logsentry init`: a configuration and an ignore file in which every key is explained and none changes anything yet.

use crate::cli::args::InitArgs;
use crate::cli::exit::Exit;
use crate::cli::terminal;
use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::Path;

/// What is written: name and content.
static FILES: &[(&str, &str)] = &[
    (".logsentry.yml", include_str!("../../../.logsentry.yml.example")),
    (".logsentryignore.yml", include_str!("../../../.logsentryignore.yml.example")),
];

pub(crate) fn run(args: &InitArgs) -> Exit {
    // All or nothing: a file somebody wrote is never touched.
    if let Some((name, _)) = FILES.iter().find(|(name, _)| args.directory.join(name).symlink_metadata().is_ok()) {
        terminal::error(&format!("{} is there already", args.directory.join(name).display()));
        return Exit::Usage;
    }
    for (name, content) in FILES {
        let path = args.directory.join(name);
        if let Err(error) = create(&path, content) {
            terminal::error(&format!("{}: cannot be written: {error}", path.display()));
            return Exit::Output;
        }
        terminal::line("written", &path.display().to_string());
    }
    Exit::Clean
}

fn create(path: &Path, content: &str) -> io::Result<()> {
    OpenOptions::new().write(true).create_new(true).open(path)?.write_all(content.as_bytes())
}
