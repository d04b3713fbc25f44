//! `logsentry fields`.

use crate::cli::args::ListArgs;
use crate::cli::exit::Exit;
use crate::cli::output::unless_closed;
use crate::model::show::cut;
use crate::scan::{self, FieldShape};
use std::io::{self, Write};

pub(crate) fn run(args: &ListArgs) -> Exit {
    let fields = scan::fields();
    let text = if args.format == "json" { json(&fields) } else { table(&fields) };
    match unless_closed(io::stdout().lock().write_all(text.as_bytes())) {
        Ok(()) => Exit::Clean,
        Err(_) => Exit::Output,
    }
}

fn json(fields: &[FieldShape]) -> String {
    format!("{}\n", serde_json::to_string_pretty(fields).expect("shapes of ours are JSON"))
}

fn table(fields: &[FieldShape]) -> String {
    let mut table = comfy_table::Table::new();
    table.load_style(comfy_table::presets::NOTHING);
    table.set_header(["FIELD", "TYPE", "WHAT IT IS", "STANDS FOR", "GIVEN BY"]);
    for field in fields {
        let given_by = if field.gathers.is_empty() { products(field).join(" ") } else { field.gathers.join(" ") };
        let row = [&field.name, field.kind, &field.means, &cut(&names(field).join(" "), 48), &cut(&given_by, 40)];
        table.add_row(row);
    }
    format!("{}\nThe whole lists: logsentry fields --format json\n", table.trim_fmt())
}

/// Every other name, those that hold for all logs first.
fn names(field: &FieldShape) -> Vec<&str> {
    let mut names: Vec<&str> = Vec::new();
    let everywhere = field.synonyms.iter().chain(&field.sigma).copied();
    for name in everywhere.chain(field.aliases.values().flatten().map(String::as_str)) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// The kinds of logs without their subdivisions.
fn products(field: &FieldShape) -> Vec<&str> {
    let mut products: Vec<&str> =
        field.given_by.iter().map(|kind| kind.split_once('/').map_or(kind.as_str(), |(product, _)| product)).collect();
    products.sort_unstable();
    products.dedup();
    products
}
