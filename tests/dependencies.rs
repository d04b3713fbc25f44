//! `docs/dependencies.md`, held to `Cargo.toml`, `Cargo.lock` and `deny.toml`: every crate we ask for is argued there, nothing
//! is argued that is gone, and licences are those we allow. The counts of `unsafe` need the crates' sources:
//! `.ci/unsafe --check` takes them again.

use crate::readme::text;
use crate::support::manifest;
use std::collections::BTreeSet;

/// The rows of the table below the line that begins with `header`: cells, trimmed, without backquotes.
fn rows(page: &str, header: &str) -> Vec<Vec<String>> {
    let table = page.lines().skip_while(|line| !line.starts_with(header)).skip(2).take_while(|l| l.starts_with('|'));
    let cells = |line: &str| line.trim_matches('|').split('|').map(|c| c.trim().replace('`', "")).collect();
    table.map(cells).collect()
}

/// What `[dependencies]` and `[dev-dependencies]` name.
fn asked_for() -> BTreeSet<String> {
    let manifest = manifest();
    let mut names = BTreeSet::new();
    let linux = "\n[target.'cfg(target_os = \"linux\")'.dependencies]\n";
    for section in ["\n[dependencies]\n", linux, "\n[dev-dependencies]\n"] {
        let (_, rest) = manifest.split_once(section).expect("the section is there");
        let lines = rest.lines().take_while(|line| !line.starts_with('['));
        names.extend(lines.filter_map(|line| Some(line.split_once([' ', '.', '='])?.0.to_owned())));
    }
    names
}

#[test]
fn every_crate_we_ask_for_is_argued_and_none_that_is_gone() {
    let rows = rows(&text("docs/dependencies.md"), "| crate | what it does for us |");
    let argued: BTreeSet<String> = rows.iter().map(|row| row[0].clone()).collect();
    assert_eq!(argued.len(), rows.len(), "a crate has two rows");
    assert_eq!(argued, asked_for());
    for row in &rows {
        assert!(row.len() == 4 && row.iter().all(|cell| !cell.is_empty()), "a cell is empty: {row:?}");
    }
}

#[test]
fn licences_of_the_page_are_those_we_allow() {
    let deny = text("deny.toml");
    let (_, list) = deny.split_once("\nallow = [").expect("licences are listed");
    let allowed: BTreeSet<&str> = list.split(']').next().unwrap_or("").split('"').skip(1).step_by(2).collect();
    for row in rows(&text("docs/dependencies.md"), "| crate | what it does for us |") {
        for part in row[2].split(" AND ") {
            let any = part.trim_matches(['(', ')']).split(" OR ").any(|licence| allowed.contains(licence));
            assert!(any, "{}: {} is not among {allowed:?}", row[0], row[2]);
        }
    }
}

#[test]
fn counts_of_unsafe_are_of_the_versions_we_build() {
    let lock = text("Cargo.lock");
    let rows = rows(&text("docs/dependencies.md"), "| crate | version | lines with `unsafe` |");
    assert!(rows.len() > 10, "{} rows", rows.len());
    for row in rows {
        let entry = format!("name = \"{}\"\nversion = \"{}\"\n", row[0], row[1]);
        assert!(lock.contains(&entry), "{} {} is not what we build: .ci/unsafe --write", row[0], row[1]);
        assert!(row[2].parse::<u32>().is_ok_and(|n| n > 0), "{}: {} lines", row[0], row[2]);
    }
}
