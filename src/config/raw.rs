//! The shape of `.logsentry.yml`: everything optional, nothing checked yet. All layers share it.

use serde::{Deserialize, Deserializer, Serialize};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// One layer of configuration.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default, expecting = "keys and values, like `fail_on: high`")]
pub(crate) struct RawConfig {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) min_severity: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) fail_on: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) use_builtin_rules: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) rule_paths: Option<Vec<PathBuf>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) exclude_rules: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "one_or_many")]
    pub(crate) rule_level: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "one_or_many")]
    pub(crate) rule_status: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "one_or_many")]
    pub(crate) rule_tag: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "one_or_many")]
    pub(crate) rule_product: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) levels: Option<BTreeMap<String, String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) input_format: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) encoding: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) multiline: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) include: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) exclude: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) max_depth: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) max_members: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) max_ratio: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) max_unpacked: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) placeholders: Option<BTreeMap<String, Vec<String>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) redact: Option<RawRedact>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reports: Option<BTreeMap<String, PathBuf>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) sarif: Option<RawSarif>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) path_rewrites: Option<BTreeMap<String, String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) syslog: Option<RawSyslog>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) strict: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) allow_empty: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) threads: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) samples: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) max_alerts: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) correlation_memory: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) baseline: Option<PathBuf>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ignore_file: Option<PathBuf>,
}

/// A word, or a list of words.
fn one_or_many<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Vec<String>>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged, expecting = "a word or a list of words")]
    enum Words {
        One(String),
        Many(Vec<String>),
    }
    Ok(Option::<Words>::deserialize(from)?.map(|words| match words {
        Words::One(word) => vec![word],
        Words::Many(words) => words,
    }))
}

/// `redact:` of a layer.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default, expecting = "a map, like {mode: off}")]
pub(crate) struct RawRedact {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) mode: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) patterns: Option<Vec<String>>,
}

/// `sarif:` of a layer.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default, expecting = "a map, like {root: .}")]
pub(crate) struct RawSarif {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) root: Option<PathBuf>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) category: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) max_results: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) snippets: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) rules: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) include_suppressed: Option<bool>,
}

/// `syslog:` of a layer.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default, expecting = "a map, like {year: 2026}")]
pub(crate) struct RawSyslog {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) year: Option<i16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) timezone: Option<String>,
}
