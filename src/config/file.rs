//! The configuration file: where it is looked for, and how it is read.
//!
//! It is never looked for in the scanned paths: a log directory is evidence and could bring a
//! configuration that mutes rules.

use super::{ConfigError, RawConfig};
use crate::model::show;
use std::fs;
use std::path::{Path, PathBuf};

const NAMES: [&str; 2] = [".logsentry.yml", ".logsentry.yaml"];
const IGNORE_NAMES: [&str; 2] = [".logsentryignore.yml", ".logsentryignore.yaml"];

/// Looks for the file in `directory`, then upwards to the top of a git work tree; outside of one, only in
/// `directory`.
pub(crate) fn search(directory: &Path) -> Option<PathBuf> {
    nearest(directory, &NAMES)
}

/// Looks for an ignore file where [`search`] looks.
pub(crate) fn search_ignore_file(directory: &Path) -> Option<PathBuf> {
    nearest(directory, &IGNORE_NAMES)
}

fn nearest(directory: &Path, names: &[&str]) -> Option<PathBuf> {
    let top = directory.ancestors().find(|d| d.join(".git").exists()).unwrap_or(directory);
    for place in directory.ancestors() {
        if let Some(file) = names.iter().map(|name| place.join(name)).find(|file| file.is_file()) {
            return Some(file);
        }
        if place == top {
            break;
        }
    }
    None
}

/// Reads a file as a layer; relative paths in it become relative to where the file stands.
pub(crate) fn file_layer(path: &Path) -> Result<RawConfig, ConfigError> {
    let text = fs::read_to_string(path)
        .map_err(|why| ConfigError::Unreadable { path: path.to_path_buf(), why: show::why(&why) })?;
    let mut layer = parse(path, &text)?;
    let base = path.parent().unwrap_or_else(|| Path::new(""));
    rebase(&mut layer, base);
    Ok(layer)
}

fn parse(path: &Path, text: &str) -> Result<RawConfig, ConfigError> {
    if text.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with('#')) {
        return Ok(RawConfig::default());
    }
    serde_yaml::from_str(text).map_err(|error| {
        let line = error.location().map(|l| l.line() as u64);
        let why = error.to_string();
        match unknown_field(&why) {
            Some((key, nearest)) => ConfigError::UnknownKey { path: path.to_path_buf(), line, key, nearest },
            None => ConfigError::Syntax { path: path.to_path_buf(), line, why },
        }
    })
}

/// serde words an unknown field as "unknown field `x`, expected one of `a`, `b`": the names in it.
fn unknown_field(why: &str) -> Option<(String, Option<String>)> {
    let (_, names) = why.split_once("unknown field `")?;
    let mut quoted = names.split('`').step_by(2).map(str::to_owned);
    let key = quoted.next()?;
    let nearest = quoted
        .filter(|known| !known.is_empty() && !known.starts_with([',', ' ']))
        .map(|known| (strsim::damerau_levenshtein(&key, &known), known))
        .min()
        .filter(|(distance, known)| *distance <= 2.max(known.len() / 3))
        .map(|(_, known)| known);
    Some((key, nearest))
}

fn rebase(layer: &mut RawConfig, base: &Path) {
    let mend = |path: &mut PathBuf| {
        if path.is_relative() && path.as_os_str() != "-" {
            *path = base.join(&*path);
        }
    };
    layer.rule_paths.iter_mut().flatten().for_each(mend);
    layer.formats.iter_mut().flatten().for_each(mend);
    layer.mappings.iter_mut().flatten().for_each(mend);
    layer.reports.iter_mut().flat_map(|reports| reports.values_mut()).for_each(mend);
    layer.baseline.iter_mut().for_each(mend);
    layer.ignore_file.iter_mut().for_each(mend);
    layer.sarif.iter_mut().filter_map(|sarif| sarif.root.as_mut()).for_each(mend);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Result<RawConfig, String> {
        parse(Path::new(".logsentry.yml"), text).map_err(|e| e.to_string())
    }

    #[test]
    fn an_unknown_key_names_its_line_and_the_nearest_key() {
        let error = parsed("fail_on: high\nmin_severty: low\n").unwrap_err();
        assert!(error.contains("unknown key `min_severty`: did you mean `min_severity`?"), "{error}");
        assert!(error.starts_with(".logsentry.yml:2"), "{error}");
        let error = parsed("sarif: {rooot: x}\n").unwrap_err();
        assert!(error.contains("did you mean `root`?"), "{error}");
        let error = parsed("colour_scheme: dark\n").unwrap_err();
        assert!(!error.contains("did you mean"), "{error}");
    }

    #[test]
    fn an_empty_file_is_an_empty_layer() {
        assert_eq!(parsed("# nothing set\n\n"), Ok(RawConfig::default()));
    }

    #[test]
    fn paths_are_relative_to_the_file() {
        let mut layer = parsed("rule_paths: [rules/, /abs]\nreports: {sarif: out.sarif}\nbaseline: b.json\n").unwrap();
        rebase(&mut layer, Path::new("/case"));
        assert_eq!(layer.rule_paths, Some(vec![PathBuf::from("/case/rules/"), PathBuf::from("/abs")]));
        assert_eq!(layer.baseline, Some(PathBuf::from("/case/b.json")));
        assert_eq!(layer.reports.unwrap()["sarif"], PathBuf::from("/case/out.sarif"));
    }
}
