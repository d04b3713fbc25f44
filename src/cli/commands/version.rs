//! `logsentry version`.

use crate::cli::args::VersionArgs;
use crate::cli::exit::Exit;
use crate::cli::output::unless_closed;
use crate::scan;
use std::io::{self, Write};

pub(crate) fn run(args: &VersionArgs) -> Exit {
    let version = env!("CARGO_PKG_VERSION");
    let commit = Some(env!("LOGSENTRY_COMMIT")).filter(|c| !c.is_empty());
    let target = env!("LOGSENTRY_TARGET");
    let text = if args.json {
        let (detection, correlation) = scan::builtin_counts();
        serde_json::json!({
            "name": "logsentry", "version": version, "commit": commit, "target": target,
            "rules": {"detection": detection, "correlation": correlation},
        })
        .to_string()
    } else {
        let built = commit.map_or_else(String::new, |c| format!(" ({})", c.get(..12).unwrap_or(c)));
        format!("logsentry {version}{built} {target}")
    };
    match unless_closed(writeln!(io::stdout().lock(), "{text}")) {
        Ok(()) => Exit::Clean,
        Err(_) => Exit::Output,
    }
}
