//! `logsentry schema`, `completions` and `man`: what other programs want to know about this one.

use crate::cli::args::{Cli, CompletionsArgs, ManArgs, SchemaArgs};
use crate::cli::exit::Exit;
use crate::cli::output::unless_closed;
use crate::cli::terminal;
use crate::{config, report, triage};
use clap::CommandFactory;
use std::io::{self, Write};

pub(crate) fn schema(args: &SchemaArgs) -> Exit {
    let schema = match args.of.as_str() {
        "config" => config::schema(),
        "report" => report::schema(),
        _ => triage::schema(),
    };
    let mut text = serde_json::to_string_pretty(&schema).expect("schemas are JSON");
    text.push('\n');
    print(text.as_bytes())
}

pub(crate) fn completions(args: &CompletionsArgs) -> Exit {
    let mut text = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "logsentry", &mut text);
    print(&text)
}

pub(crate) fn manual(args: &ManArgs) -> Exit {
    let mut all = Cli::command();
    all.build();
    let page = match &args.command {
        None => all,
        Some(name) => {
            let Some(command) = all.find_subcommand(name) else {
                terminal::error(&format!("{name:?} is no command; `logsentry --help` lists them"));
                return Exit::Usage;
            };
            command.clone()
        }
    };
    let mut text = Vec::new();
    match clap_mangen::Man::new(page).render(&mut text) {
        Ok(()) => print(&text),
        Err(_) => Exit::Output,
    }
}

fn print(text: &[u8]) -> Exit {
    match unless_closed(io::stdout().lock().write_all(text)) {
        Ok(()) => Exit::Clean,
        Err(_) => Exit::Output,
    }
}
