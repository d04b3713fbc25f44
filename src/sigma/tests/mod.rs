//! The language as a whole, from text to rules.
#![allow(
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "tests read corpora where an environment variable says, time themselves, and say what they left out"
)]

mod corpora;
mod detections;
mod documents;
mod references;

use super::{Diagnostic, Expr, LoadOptions, Loaded, SourceText, load};

/// Loads texts as files of the user, named by their first word.
fn load_files(files: &[(&str, &str)]) -> Loaded {
    let sources: Vec<SourceText> = files
        .iter()
        .map(|(path, text)| SourceText {
            shown: (*path).to_owned(),
            text: (*text).to_owned(),
            builtin: path.starts_with("builtin:"),
        })
        .collect();
    load(&sources, &LoadOptions::default())
}

fn load_text(text: &str) -> Loaded {
    load_files(&[("rules/test file.yml", text)])
}

/// A detection rule: its head lines, then the identifiers `s` and `t`.
fn rule(head: &str) -> String {
    format!("title: A rule\n{head}\nlogsource: {{category: test}}\ndetection:\n  s: {{a: 1}}\n  condition: s\n")
}

/// A correlation over `rules` with more lines of its own.
fn correlation(head: &str, inner: &str) -> String {
    format!("title: A correlation\n{head}\ncorrelation:\n{}", indented(inner))
}

fn indented(lines: &str) -> String {
    lines.lines().flat_map(|line| ["  ", line, "\n"]).collect()
}

fn join(documents: &[String]) -> String {
    documents.join("---\n")
}

/// `code at line document` of every diagnostic.
fn told(loaded: &Loaded) -> Vec<String> {
    let one = |d: &Diagnostic| format!("{} {} {} {}", d.code.name(), d.at, d.line, d.document);
    loaded.diagnostics.iter().map(one).collect()
}

fn identities(loaded: &Loaded) -> Vec<&str> {
    loaded.rules.metas().map(|meta| meta.identity.as_str()).collect()
}

/// An expression with the numbers of its operands.
fn shown(expr: &Expr) -> String {
    let joined = |parts: &[Expr], by: &str| parts.iter().map(shown).collect::<Vec<_>>().join(by);
    match expr {
        Expr::And(parts) => format!("({})", joined(parts, " & ")),
        Expr::Or(parts) => format!("({})", joined(parts, " | ")),
        Expr::Not(inner) => format!("!{}", shown(inner)),
        Expr::Selection(index) => index.to_string(),
        Expr::Never => "never".to_owned(),
    }
}
