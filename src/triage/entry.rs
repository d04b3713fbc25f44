//! The ignore file: what is put aside, why, and until when.
//!
//! A list of entries. Each names a rule and a reason, and a date unless it says that it is permanent; paths, fields and a
//! fingerprint narrow it down, and all that are given must hold. Unknown keys are errors: an entry that is misread mutes
//! the wrong thing.

use super::TriageError;
use crate::model::show;
use crate::model::{Wanted, limits};
use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;

/// One entry, checked.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    /// Identity, id or exact title.
    pub(super) rule: String,
    /// Shown paths; `None` is all of them.
    pub(super) paths: Option<GlobSet>,
    pub(super) fields: Vec<(String, Vec<Wanted>)>,
    pub(super) fingerprint: Option<String>,
    pub(super) reason: String,
    /// The last day it holds; `None` is for good.
    pub(super) expires: Option<Date>,
}

/// Reads an ignore file.
pub(super) fn open(path: &Path) -> Result<Vec<Entry>, TriageError> {
    let unreadable = |why: String| TriageError::Unreadable { path: path.to_path_buf(), why };
    let file = std::fs::File::open(path).map_err(|error| unreadable(show::why(&error)))?;
    let mut text = String::new();
    let read = file.take(limits::IGNORE_BYTES + 1).read_to_string(&mut text);
    if read.map_err(|error| unreadable(show::why(&error)))? as u64 > limits::IGNORE_BYTES {
        return Err(unreadable(format!("more than {} bytes", limits::IGNORE_BYTES)));
    }
    parse(path, &text)
}

fn parse(path: &Path, text: &str) -> Result<Vec<Entry>, TriageError> {
    if text.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with('#')) {
        return Ok(Vec::new());
    }
    let raw: Vec<RawEntry> = serde_yaml::from_str(text).map_err(|error| TriageError::Syntax {
        path: path.to_path_buf(),
        line: error.location().map(|at| at.line() as u64),
        why: error.to_string(),
    })?;
    let checked = |(n, raw): (usize, RawEntry)| {
        let rule = raw.rule.clone();
        checked(raw).map_err(|why| TriageError::Entry { path: path.to_path_buf(), entry: n + 1, rule, why })
    };
    raw.into_iter().enumerate().map(checked).collect()
}

/// What `.logsentryignore.yml` is a list of: matches to put aside, why, and until when.
#[derive(Deserialize, JsonSchema)]
#[schemars(title = "Ignore entry of logsentry")]
#[serde(deny_unknown_fields, expecting = "an entry, like {rule: …, reason: …, expires: 2026-06-30}")]
struct RawEntry {
    /// Identity, id or exact title of a rule.
    rule: String,
    /// Globs of shown paths; all of them when left out.
    #[serde(default)]
    paths: Option<Several<String>>,
    /// Field to value or values, of which one must be there; `*` and `?` are wildcards.
    #[serde(default)]
    fields: BTreeMap<String, Several<Scalar>>,
    /// One alert, by its fingerprint.
    #[serde(default)]
    fingerprint: Option<String>,
    /// Why; shown in every report.
    reason: String,
    /// The last day it holds, like 2026-06-30.
    #[serde(default)]
    expires: Option<String>,
    /// Holds for good, instead of a date.
    #[serde(default)]
    permanent: bool,
}

#[derive(Deserialize, JsonSchema)]
#[serde(untagged, expecting = "a value or a list of values")]
enum Several<T> {
    One(T),
    Many(Vec<T>),
}

impl<T> Several<T> {
    fn list(self) -> Vec<T> {
        match self {
            Several::One(one) => vec![one],
            Several::Many(many) => many,
        }
    }
}

#[derive(Deserialize, JsonSchema)]
#[serde(untagged, expecting = "text, a number, true or false")]
enum Scalar {
    Bool(bool),
    Whole(i64),
    Number(f64),
    Text(String),
}

impl Scalar {
    fn text(&self) -> String {
        match self {
            Scalar::Bool(word) => word.to_string(),
            Scalar::Whole(n) => n.to_string(),
            Scalar::Number(n) => n.to_string(),
            Scalar::Text(text) => text.clone(),
        }
    }
}

/// The JSON Schema of an ignore file.
pub(crate) fn schema() -> schemars::Schema {
    schemars::generate::SchemaSettings::draft2020_12()
        .for_deserialize()
        .into_generator()
        .into_root_schema_for::<Vec<RawEntry>>()
}

fn checked(raw: RawEntry) -> Result<Entry, String> {
    if raw.rule.trim().is_empty() {
        return Err("names no rule".to_owned());
    }
    if raw.reason.trim().is_empty() {
        return Err("gives no reason".to_owned());
    }
    let expires = match (raw.expires, raw.permanent) {
        (Some(_), true) => return Err("is permanent and has a date: give one of the two".to_owned()),
        (None, false) => return Err("needs `expires: YYYY-MM-DD`, or `permanent: true`".to_owned()),
        (None, true) => None,
        (Some(text), false) => {
            let is_day = text.len() == "2026-06-30".len();
            let day = text.parse::<Date>().ok().filter(|_| is_day);
            Some(day.ok_or_else(|| format!("expires {text:?} is no date like 2026-06-30"))?)
        }
    };
    let fingerprint = match raw.fingerprint {
        Some(text) if text.len() == 16 && text.bytes().all(|b| b.is_ascii_hexdigit()) => {
            Some(text.to_ascii_lowercase())
        }
        Some(text) => return Err(format!("fingerprint {text:?} is not 16 hexadecimal digits")),
        None => None,
    };
    let paths = raw.paths.map(|paths| globs(&paths.list())).transpose()?;
    let mut fields = Vec::new();
    for (name, values) in raw.fields {
        let wanted: Vec<Wanted> = values.list().iter().map(|value| Wanted::new(&value.text())).collect();
        if wanted.is_empty() {
            return Err(format!("field {name:?} has no value"));
        }
        fields.push((name, wanted));
    }
    Ok(Entry { rule: raw.rule, paths, fields, fingerprint, reason: raw.reason, expires })
}

/// Patterns of shown paths: `*` stays within a folder, `**` does not; a folder's name with `/` behind is all below it.
fn globs(patterns: &[String]) -> Result<GlobSet, String> {
    if patterns.is_empty() {
        return Err("paths is empty: leave it out to mean all".to_owned());
    }
    let mut set = GlobSetBuilder::new();
    for pattern in patterns {
        let below = if pattern.ends_with('/') { "**" } else { "" };
        let text = format!("{}{below}", pattern.strip_prefix("./").unwrap_or(pattern));
        let glob = GlobBuilder::new(&text).literal_separator(true).build();
        set.add(glob.map_err(|error| format!("paths: {error}"))?);
    }
    set.build().map_err(|error| format!("paths: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Result<Vec<Entry>, String> {
        parse(Path::new("ignore.yml"), text).map_err(|error| error.to_string())
    }

    #[test]
    fn an_entry_has_a_rule_a_reason_and_an_end() {
        let text = "- rule: x\n  paths: [\"logs/**\"]\n  fields: {src_ip: 10.0.0.5, port: [22, 2222], ok: true}\n  \
                    fingerprint: A0B1C2D3E4F50617\n  reason: load test\n  expires: 2026-06-30\n\
                    - {rule: y, reason: known, permanent: true, paths: a.log}\n";
        let entries = parsed(text).expect("it is right");
        let [one, two] = entries.as_slice() else { panic!("two entries") };
        assert_eq!(one.fingerprint.as_deref(), Some("a0b1c2d3e4f50617"));
        assert_eq!((one.fields.len(), one.expires.map(|day| day.to_string())), (3, Some("2026-06-30".to_owned())));
        assert_eq!((two.expires, two.paths.is_some()), (None, true));
        assert!(parsed("# nothing yet\n").is_ok_and(|entries| entries.is_empty()));
    }

    #[test]
    fn what_is_wrong_with_an_entry_is_said() {
        let cases = [
            ("- {rule: x, expires: 2026-06-30}", "missing field `reason`"),
            ("- {reason: x, expires: 2026-06-30}", "missing field `rule`"),
            ("- {rule: x, reason: ' ', permanent: true}", "entry 1 (rule \"x\") gives no reason"),
            ("- {rule: x, reason: y}", "needs `expires: YYYY-MM-DD`, or `permanent: true`"),
            ("- {rule: x, reason: y, permanent: true, expires: 2026-06-30}", "one of the two"),
            ("- {rule: x, reason: y, expires: 30.06.2026}", "no date like 2026-06-30"),
            ("- {rule: x, reason: y, expires: 2026-02-30}", "no date like"),
            ("- {rule: x, reason: y, permanent: true, fingerprint: abc}", "not 16 hexadecimal digits"),
            ("- {rule: x, reason: y, permanent: true, paths: []}", "paths is empty"),
            ("- {rule: x, reason: y, permanent: true, paths: ['a[']}", "paths: "),
            ("- {rule: x, reason: y, permanent: true, fields: {a: []}}", "field \"a\" has no value"),
            ("- {rule: x, reason: y, permanent: true, path: a}", "unknown field `path`"),
            ("rule: x\nreason: y", "expected a sequence"),
        ];
        for (text, want) in cases {
            let error = parsed(text).expect_err(text);
            assert!(error.contains(want) && error.starts_with("ignore.yml"), "{text}: {error}");
        }
    }

    #[test]
    fn paths_are_patterns_of_folders() {
        let cases = [
            ("logs/*.log", "logs/a.log", true),
            ("logs/*.log", "logs/x/a.log", false),
            ("logs/**", "logs/x/a.log", true),
            ("./logs/", "logs/x/a.log", true),
            ("logs", "logs/a.log", false),
            ("**/a.log", "a.log", true),
            ("b.zip!/**", "b.zip!/var/log/auth.log", true),
            ("{a,b}.log", "b.log", true),
        ];
        for (pattern, path, want) in cases {
            assert_eq!(globs(&[pattern.to_owned()]).map(|set| set.is_match(path)), Ok(want), "{pattern} {path}");
        }
    }
}
