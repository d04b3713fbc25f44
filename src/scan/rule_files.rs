//! The texts of rules: those compiled in, and the files a user names.

use super::SetupError;
use crate::config::Config;
use crate::model::show;
use crate::sigma::SourceText;
use rayon::prelude::*;
use std::fs;
use std::path::{Path, PathBuf};

/// The built-in rules, by path below `rules/` (`linux/x.yml`, `correlation/y.yml`).
pub(super) static BUILTIN: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/builtin_rules.rs"));

/// The texts of the built-in rules.
pub(super) fn builtin() -> Vec<SourceText> {
    let text = |(shown, text): &(&str, &str)| SourceText {
        shown: format!("builtin:{shown}"),
        text: (*text).to_owned(),
        builtin: true,
    };
    BUILTIN.iter().map(text).collect()
}

/// All texts a configuration asks for: built-in ones first, then paths in the order given, directories walked
/// in byte order.
pub(super) fn texts(config: &Config) -> Result<Vec<SourceText>, SetupError> {
    let mut texts = if config.use_builtin_rules { builtin() } else { Vec::new() };
    texts.extend(user_texts(&config.rule_paths)?);
    Ok(texts)
}

/// The texts below the paths a user names.
pub(super) fn user_texts(paths: &[PathBuf]) -> Result<Vec<SourceText>, SetupError> {
    let mut texts = Vec::new();
    for path in paths {
        let files = files(path).map_err(|why| refused(path, &why))?;
        // Collected before errors are looked at: the first in order is told, whoever met it.
        let read: Vec<_> = files.par_iter().map(|file| text(file)).collect();
        texts.extend(read.into_iter().collect::<Result<Vec<_>, _>>()?);
    }
    Ok(texts)
}

fn text(file: &Path) -> Result<SourceText, SetupError> {
    let bytes = fs::read(file).map_err(|why| refused(file, &why))?;
    let text = String::from_utf8(bytes).unwrap_or_else(|bad| String::from_utf8_lossy(bad.as_bytes()).into_owned());
    Ok(SourceText { shown: shown(file), text, builtin: false })
}

fn refused(path: &Path, why: &std::io::Error) -> SetupError {
    SetupError::RulePath { path: shown(path), why: show::why(why) }
}

/// A file is taken whatever its name; below a directory those ending in `.yml` or `.yaml`.
fn files(path: &Path) -> std::io::Result<Vec<PathBuf>> {
    if !fs::metadata(path)?.is_dir() {
        return Ok(vec![path.to_path_buf()]);
    }
    let mut found = Vec::new();
    let mut waiting = vec![path.to_path_buf()];
    while let Some(folder) = waiting.pop() {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let path = entry.path();
            if entry.file_type()?.is_dir() {
                waiting.push(path);
            } else if path.extension().is_some_and(|e| e == "yml" || e == "yaml") {
                found.push(path);
            }
        }
    }
    found.sort_by(|a, b| a.as_os_str().as_encoded_bytes().cmp(b.as_os_str().as_encoded_bytes()));
    Ok(found)
}

fn shown(path: &Path) -> String {
    let text = path.to_string_lossy();
    let text = text.strip_prefix("./").unwrap_or(&text);
    if std::path::MAIN_SEPARATOR == '\\' { text.replace('\\', "/") } else { text.to_owned() }
}
