//! `logsentry version`.

use crate::cli::args::VersionArgs;
use crate::cli::exit::Exit;
use crate::cli::output::unless_closed;
use crate::scan;
use serde::Serialize;
use std::io::{self, Write};

pub(crate) fn run(args: &VersionArgs) -> Exit {
    let version = env!("CARGO_PKG_VERSION");
    let commit = Some(env!("BUILT_FROM")).filter(|c| !c.is_empty());
    let target = env!("BUILT_FOR");
    let text = if args.json {
        let (detection, correlation) = scan::builtin_counts();
        let rules = RulesShape { detection, correlation };
        let shape = VersionShape { name: "logsentry", version, commit, target, rules };
        serde_json::to_string(&shape).expect("shapes of ours are JSON")
    } else {
        let built = commit.map_or_else(String::new, |c| format!(" ({})", c.get(..12).unwrap_or(c)));
        format!("logsentry {version}{built} {target}")
    };
    match unless_closed(writeln!(io::stdout().lock(), "{text}")) {
        Ok(()) => Exit::Clean,
        Err(_) => Exit::Output,
    }
}

#[derive(Serialize)]
struct VersionShape<'a> {
    name: &'static str,
    version: &'a str,
    commit: Option<&'a str>,
    target: &'a str,
    rules: RulesShape,
}

#[derive(Serialize)]
struct RulesShape {
    detection: usize,
    correlation: usize,
}
