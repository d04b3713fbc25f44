//! `logsentry formats`.

use crate::cli::args::FormatsArgs;
use crate::cli::exit::Exit;
use crate::cli::output::unless_closed;
use crate::formats::FORMATS;
use crate::model::show::{Shown, cut};
use std::io::{self, Write};

pub(crate) fn run(args: &FormatsArgs) -> Exit {
    let text = if args.format == "json" { json() } else { table() };
    match unless_closed(io::stdout().lock().write_all(text.as_bytes())) {
        Ok(()) => Exit::Clean,
        Err(_) => Exit::Output,
    }
}

fn json() -> String {
    let rows: Vec<_> = FORMATS
        .iter()
        .map(|f| {
            let example = f.samples.first().map(|s| s.text);
            serde_json::json!({"name": f.name, "summary": f.summary, "spec": f.spec, "example": example})
        })
        .collect();
    format!("{:#}\n", serde_json::Value::from(rows))
}

fn table() -> String {
    let mut table = comfy_table::Table::new();
    table.load_style(comfy_table::presets::NOTHING);
    table.set_header(["NAME", "WHAT IT IS", "EXAMPLE"]);
    for format in FORMATS {
        let example = format.samples.first().map_or("", |s| s.text);
        table.add_row([format.name, format.summary, &cut(&Shown(example).to_string(), 60)]);
    }
    format!("{}\n", table.trim_fmt())
}
