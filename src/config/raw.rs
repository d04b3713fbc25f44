//! The shape of `.logsentry.yml`: everything optional, nothing checked yet. All layers share it.

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// What `.logsentry.yml` may hold. Every key is optional; relative paths are relative to the file.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[schemars(title = "Configuration of logsentry")]
#[serde(deny_unknown_fields, default, expecting = "keys and values, like `fail_on: high`")]
pub(crate) struct RawConfig {
    /// Alerts below are counted, not shown: informational, low, medium, high or critical.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) min_severity: Option<String>,
    /// The gate: exit with 1 when an alert is this bad or worse; `none` is no gate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) fail_on: Option<String>,
    /// Whether the built-in rules run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) use_builtin_rules: Option<bool>,
    /// Files and directories of Sigma rules.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) rule_paths: Option<Vec<PathBuf>>,
    /// Rules not to report: identity, id or exact title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) exclude_rules: Option<Vec<String>>,
    /// Load rules of these levels only.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "one_or_many")]
    #[schemars(with = "Option<Words>")]
    pub(crate) rule_level: Option<Vec<String>>,
    /// Load rules of these statuses only.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "one_or_many")]
    #[schemars(with = "Option<Words>")]
    pub(crate) rule_status: Option<Vec<String>>,
    /// Load rules with one of these tags only.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "one_or_many")]
    #[schemars(with = "Option<Words>")]
    pub(crate) rule_tag: Option<Vec<String>>,
    /// Load rules about one of these products only.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "one_or_many")]
    #[schemars(with = "Option<Words>")]
    pub(crate) rule_product: Option<Vec<String>>,
    /// Severity of single rules, by identity, id or exact title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) levels: Option<BTreeMap<String, String>>,
    /// `auto`, or the format of all inputs: a name of `logsentry formats`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) input_format: Option<String>,
    /// Encoding of text inputs; by default by content.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) encoding: Option<String>,
    /// How lines become records, as `--multiline` has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) multiline: Option<String>,
    /// Globs of paths and members to scan; all others are left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) formats: Option<Vec<PathBuf>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) include: Option<Vec<String>>,
    /// Globs of paths and members to leave out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) exclude: Option<Vec<String>>,
    /// Files that say where fields stand in records of a product, category or service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) mappings: Option<Vec<PathBuf>>,
    /// Containers inside containers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) max_depth: Option<usize>,
    /// Members read of one container.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) max_members: Option<usize>,
    /// Unpacked bytes per packed byte.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) max_ratio: Option<usize>,
    /// Unpacked bytes of one input, like `10G`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) max_unpacked: Option<String>,
    /// Bytes of an archive that must be held in memory: on standard input, or a zip inside another container.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) max_held: Option<String>,
    /// Values of `|expand` placeholders in rules.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) placeholders: Option<BTreeMap<String, Vec<String>>>,
    /// What is blanked in reports.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) redact: Option<RawRedact>,
    /// Further reports: format to path.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reports: Option<BTreeMap<String, PathBuf>>,
    /// The SARIF report, and what paths are relative to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) sarif: Option<RawSarif>,
    /// Prefixes of real paths, and what reports show instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) path_rewrites: Option<BTreeMap<String, String>>,
    /// What stamps leave out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) syslog: Option<RawSyslog>,
    /// Rules that do not load, unparsed and cut records, expired and unused ignore entries are failures.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) strict: Option<bool>,
    /// Nothing to scan is fine.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) allow_empty: Option<bool>,
    /// Worker threads; never changes a result.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) threads: Option<usize>,
    /// Events kept with each alert.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) samples: Option<usize>,
    /// Alerts kept in full.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) max_alerts: Option<usize>,
    /// Memory for correlations, like `96M`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) correlation_memory: Option<String>,
    /// An earlier report or a file of `--write-baseline`: what it holds neither fails nor shows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) baseline: Option<PathBuf>,
    /// Matches to put aside; by default `.logsentryignore.yml`, here or above.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ignore_file: Option<PathBuf>,
}

/// A word, or a list of words.
#[derive(Deserialize, JsonSchema)]
#[serde(untagged, expecting = "a word or a list of words")]
enum Words {
    One(String),
    Many(Vec<String>),
}

fn one_or_many<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Vec<String>>, D::Error> {
    Ok(Option::<Words>::deserialize(from)?.map(|words| match words {
        Words::One(word) => vec![word],
        Words::Many(words) => words,
    }))
}

/// The JSON Schema of the file.
pub(crate) fn schema() -> schemars::Schema {
    schemars::generate::SchemaSettings::draft2020_12()
        .for_deserialize()
        .into_generator()
        .into_root_schema_for::<RawConfig>()
}

/// `redact:` of a layer.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default, expecting = "a map, like {mode: off}")]
pub(crate) struct RawRedact {
    /// default, strict or off.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) mode: Option<String>,
    /// Own regular expressions: the first group, else all of it, is blanked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) patterns: Option<Vec<String>>,
}

/// `sarif:` of a layer.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default, expecting = "a map, like {root: .}")]
pub(crate) struct RawSarif {
    /// Paths are shown relative to this directory.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) root: Option<PathBuf>,
    /// `automationDetails.id` of the run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) category: Option<String>,
    /// Results written at most; 0 is no limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) max_results: Option<usize>,
    /// Whether log lines are written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) snippets: Option<bool>,
    /// Rules that are listed: matched or all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) rules: Option<String>,
    /// Whether suppressed alerts are written, marked as such.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) include_suppressed: Option<bool>,
}

/// `syslog:` of a layer.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default, expecting = "a map, like {year: 2026}")]
pub(crate) struct RawSyslog {
    /// Year of stamps that have none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) year: Option<i16>,
    /// Zone of stamps that name none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) timezone: Option<String>,
    /// The same for hosts that are elsewhere, by name or address as the log writes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) host_timezones: Option<BTreeMap<String, String>>,
}
