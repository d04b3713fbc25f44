//! `logsentry verify`: whether the inputs of a report are still the same.

use super::setup;
use crate::cli::args::VerifyArgs;
use crate::cli::exit::Exit;
use crate::cli::output::unless_closed;
use crate::cli::sandbox::{self, Needs};
use crate::cli::terminal;
use crate::config::{Config, RawConfig};
use crate::model::show::{self, Shown};
use crate::scan::{Fate, SetupError, Verified, verify};
use std::fmt::Write as _;
use std::io::{self, Write};
use std::path::PathBuf;

pub(crate) fn run(args: &VerifyArgs) -> Exit {
    let verified = configuration(args).and_then(|config| {
        // Where the inputs lie is what the report says: everything may be read, and nothing written.
        sandbox::enter(&args.sandbox, &Needs::to_read(vec![PathBuf::from("/")]), false);
        verify(&args.report, &config, &setup::run_info().directory)
    });
    let verified = match verified {
        Ok(verified) => verified,
        Err(error) => return setup::refused(&error),
    };
    let mut text = String::new();
    let mut counts = [0_u64; 4];
    for one in &verified {
        let (at, word, why) = words(&one.fate);
        counts[at] += 1;
        if !args.quiet || one.fate != Fate::Same {
            line(&mut text, word, one, why);
        }
    }
    if let Err(error) = unless_closed(io::stdout().lock().write_all(text.as_bytes())) {
        terminal::error(&format!("standard output: {}", show::why(&error)));
        return Exit::Output;
    }
    let [same, changed, missing, unhashed] = counts;
    if !args.quiet {
        let sum = format!("{same} same, {changed} changed, {missing} missing, {unhashed} not hashed");
        terminal::line("summary", &sum);
    }
    if same == verified.len() as u64 { Exit::Clean } else { Exit::Input }
}

fn configuration(args: &VerifyArgs) -> Result<Config, SetupError> {
    let mut flags = RawConfig::default();
    flags.sarif.get_or_insert_default().root.clone_from(&args.root);
    let mut config = setup::configuration(&args.config, flags)?;
    if args.root.is_some() {
        // Whoever says where the paths begin says it of all of them.
        config.path_rewrites.clear();
    }
    Ok(config)
}

/// Which of the four it is, the word for it, and why.
fn words(fate: &Fate) -> (usize, &'static str, Option<&str>) {
    match fate {
        Fate::Same => (0, "same", None),
        Fate::Changed(why) => (1, "changed", Some(why)),
        Fate::Missing(why) => (2, "missing", Some(why)),
        Fate::NotHashed(why) => (3, "not hashed", Some(why)),
    }
}

/// One line an input, whatever it is called.
fn line(text: &mut String, word: &str, one: &Verified, why: Option<&str>) {
    let through = one.through.as_ref().map(|archive| format!("through {archive}"));
    let told: Vec<&str> = through.as_deref().into_iter().chain(why).collect();
    let told = if told.is_empty() { String::new() } else { format!(" ({})", told.join("; ")) };
    let told = format!("{}{told}", one.path);
    // Writing to a String cannot fail.
    let _ = writeln!(text, "{word:<10} {}", Shown(&told));
}
