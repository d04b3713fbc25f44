//! The `LOGSENTRY_*` variables, read one by one.
//!
//! figment's own environment provider would take `1` for an integer, `a,b` for one text and an empty
//! variable for a value; here an empty variable counts as unset, lists split as their users write them,
//! and yes/no words are booleans.

use super::{ConfigError, RawConfig, RawRedact};
use std::ffi::OsString;
use std::path::PathBuf;

/// What the variables say: a layer, and the configuration file they name.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Environment {
    pub(crate) layer: RawConfig,
    pub(crate) config: Option<PathBuf>,
    /// Variables with our prefix that mean nothing.
    pub(crate) unknown: Vec<String>,
}

/// Reads the pairs whose name starts with `LOGSENTRY_`.
pub(crate) fn environment(pairs: impl Iterator<Item = (OsString, OsString)>) -> Result<Environment, ConfigError> {
    let mut found = Environment::default();
    for (name, value) in pairs {
        let Some(name) = name.to_str().filter(|n| n.starts_with("LOGSENTRY_")) else { continue };
        if value.is_empty() {
            continue;
        }
        match name {
            "LOGSENTRY_BASELINE" => found.layer.baseline = Some(PathBuf::from(value)),
            "LOGSENTRY_CONFIG" => found.config = Some(PathBuf::from(value)),
            "LOGSENTRY_RULE_PATHS" => found.layer.rule_paths = Some(std::env::split_paths(&value).collect()),
            _ => text_variable(name, &value.to_string_lossy(), &mut found)?,
        }
    }
    found.unknown.sort();
    Ok(found)
}

fn text_variable(name: &str, value: &str, found: &mut Environment) -> Result<(), ConfigError> {
    let layer = &mut found.layer;
    match name {
        "LOGSENTRY_MIN_SEVERITY" => layer.min_severity = Some(value.to_owned()),
        "LOGSENTRY_FAIL_ON" => layer.fail_on = Some(value.to_owned()),
        "LOGSENTRY_USE_BUILTIN_RULES" => layer.use_builtin_rules = Some(boolean(name, value)?),
        "LOGSENTRY_EXCLUDE_RULES" => {
            let rules = value.split(',').map(str::trim).filter(|r| !r.is_empty()).map(str::to_owned);
            layer.exclude_rules = Some(rules.collect());
        }
        "LOGSENTRY_REDACT" => layer.redact = Some(RawRedact { mode: Some(value.to_owned()), patterns: None }),
        _ => found.unknown.push(name.to_owned()),
    }
    Ok(())
}

fn boolean(name: &str, value: &str) -> Result<bool, ConfigError> {
    match value.trim().to_ascii_lowercase().as_str() {
        "1" | "true" | "yes" | "on" => Ok(true),
        "0" | "false" | "no" | "off" => Ok(false),
        _ => Err(ConfigError::Value {
            origin: name.to_owned(),
            value: value.to_owned(),
            what: "yes or no",
            expected: "use 1, 0, true, false, yes, no, on or off".to_owned(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(name: &str, value: &str) -> Result<Environment, ConfigError> {
        environment([(OsString::from(name), OsString::from(value))].into_iter())
    }

    #[test]
    fn words_and_digits_are_booleans() {
        for (word, want) in [("1", true), ("no", false), ("ON", true), ("0", false), ("False", false), ("yes", true)] {
            let layer = read("LOGSENTRY_USE_BUILTIN_RULES", word).unwrap().layer;
            assert_eq!(layer.use_builtin_rules, Some(want), "{word}");
        }
        assert!(read("LOGSENTRY_USE_BUILTIN_RULES", "maybe").is_err());
    }

    #[test]
    fn lists_split_as_their_users_write_them() {
        let layer = read("LOGSENTRY_EXCLUDE_RULES", "a, b,,123").unwrap().layer;
        assert_eq!(layer.exclude_rules, Some(vec!["a".to_owned(), "b".to_owned(), "123".to_owned()]));
        let joined = std::env::join_paths(["/a", "/b"]).unwrap();
        let layer = environment([(OsString::from("LOGSENTRY_RULE_PATHS"), joined)].into_iter()).unwrap().layer;
        assert_eq!(layer.rule_paths, Some(vec![PathBuf::from("/a"), PathBuf::from("/b")]));
    }

    #[test]
    fn an_empty_variable_counts_as_unset() {
        assert_eq!(read("LOGSENTRY_MIN_SEVERITY", "").unwrap(), Environment::default());
        assert_eq!(read("LOGSENTRY_CONFIG", "").unwrap(), Environment::default());
        assert_eq!(read("LOGSENTRY_BASELINE", "").unwrap(), Environment::default());
    }

    #[test]
    fn other_variables_are_none_of_our_business() {
        assert_eq!(read("HOME", "/root").unwrap(), Environment::default());
        assert_eq!(read("LOGSENTRY_FIAL_ON", "x").unwrap().unknown, ["LOGSENTRY_FIAL_ON"]);
    }
}
