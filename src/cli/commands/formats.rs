//! `logsentry formats`.

use crate::cli::args::ListArgs;
use crate::cli::exit::Exit;
use crate::cli::output::unless_closed;
use crate::formats::{self, Format};
use crate::model::show::{Shown, cut};
use serde::Serialize;
use std::io::{self, Write};

pub(crate) fn run(args: &ListArgs) -> Exit {
    let text = if args.format == "json" { json() } else { table() };
    match unless_closed(io::stdout().lock().write_all(text.as_bytes())) {
        Ok(()) => Exit::Clean,
        Err(_) => Exit::Output,
    }
}

/// One row of `formats --format json`.
#[derive(Serialize)]
struct FormatShape {
    name: &'static str,
    summary: &'static str,
    spec: &'static str,
    example: &'static str,
}

/// A binary format has nothing to show.
fn example(format: &Format) -> &'static str {
    format.samples.first().map_or("(not text)", |sample| sample.text)
}

fn json() -> String {
    let rows =
        formats::all().map(|f| FormatShape { name: f.name, summary: f.summary, spec: f.spec, example: example(f) });
    let rows: Vec<FormatShape> = rows.collect();
    format!("{}\n", serde_json::to_string_pretty(&rows).expect("shapes of ours are JSON"))
}

fn table() -> String {
    let mut table = comfy_table::Table::new();
    table.load_style(comfy_table::presets::NOTHING);
    table.set_header(["NAME", "WHAT IT IS", "EXAMPLE"]);
    for format in formats::all() {
        table.add_row([format.name, format.summary, &cut(&Shown(example(format)).to_string(), 60)]);
    }
    format!("{}\n", table.trim_fmt())
}
