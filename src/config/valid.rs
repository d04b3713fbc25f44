//! From layers to a configuration that holds no nonsense.

use super::{Choice, ConfigError, RawConfig, RawSarif, choice};
use crate::model::stamp::Zone;
use crate::model::{Level, limits};
use figment::Figment;
use figment::providers::Serialized;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// What a scan should do. [`Config::default`] is what `logsentry scan` does without any option.
#[derive(Clone, Debug)]
#[non_exhaustive]
#[expect(clippy::struct_excessive_bools, reason = "options that do not depend on each other")]
pub struct Config {
    /// Alerts below are counted but not shown.
    pub min_severity: Level,
    /// The gate: an alert at or above it makes the scan fail.
    pub fail_on: Option<Level>,
    /// Whether the built-in rules run.
    pub use_builtin_rules: bool,
    /// Files and directories of rules to load besides.
    pub rule_paths: Vec<PathBuf>,
    /// Rules that are not reported: identity, id or exact title.
    pub exclude_rules: Vec<String>,
    /// Which rules are loaded at all.
    pub choice: Choice,
    /// Levels that take the place of those the rules state: identity, id or exact title, and level.
    pub levels: Vec<(String, Level)>,
    /// Format of all inputs; `None` looks at their content.
    pub input_format: Option<String>,
    /// Encoding of inputs without a byte order mark; `None`: UTF-8, or UTF-16 where the content shows it.
    pub encoding: Option<String>,
    /// How lines make records in text logs, as `--multiline` takes it.
    pub multiline: Option<String>,
    /// Files of formats declared in YAML.
    pub formats: Vec<PathBuf>,
    /// Which events count, as `--time` takes it.
    pub time: Option<String>,
    /// Patterns of the logs that are read; none: all.
    pub include: Vec<String>,
    /// Patterns of the files, folders, archives and members that are left out.
    pub exclude: Vec<String>,
    /// Files that say where fields stand.
    pub mappings: Vec<PathBuf>,
    /// Containers inside each other.
    pub max_depth: usize,
    /// Members of one archive.
    pub max_members: usize,
    /// Unpacked bytes for each packed one, behind the first 64 MiB.
    pub max_ratio: usize,
    /// Unpacked bytes of one input.
    pub max_unpacked: Option<usize>,
    /// Bytes of an archive that must be held in memory.
    pub max_held: usize,
    /// Values of placeholders (`expand`) in rules.
    pub placeholders: BTreeMap<String, Vec<String>>,
    /// What is blanked in reports.
    pub redaction: Redaction,
    /// Reports to write beside the primary one, by format.
    pub reports: Vec<(String, PathBuf)>,
    /// SARIF only.
    pub sarif: SarifOptions,
    /// Prefixes of real paths and what reports show instead.
    pub path_rewrites: Vec<(String, String)>,
    /// Year of year-less stamps.
    pub year: Option<i16>,
    /// Zone of stamps that name none, as `+02:00` or an IANA name; UTC unless told.
    pub timezone: Option<String>,
    /// The same for some hosts.
    pub host_timezones: BTreeMap<String, String>,
    /// RFC 3339; stands in for the clock wherever a scan would need one.
    pub reference_time: Option<String>,
    /// Rules that cannot be loaded refuse the scan; unparsed and cut records make it incomplete.
    pub strict: bool,
    /// Nothing to scan is fine.
    pub allow_empty: bool,
    /// Worker threads; `None` takes one a core. Never changes a result.
    pub threads: Option<usize>,
    /// Sample events kept with each alert.
    pub samples: usize,
    /// Alerts kept in full.
    pub max_alerts: usize,
    /// Bytes for waiting hits, keys and windows of correlations.
    pub correlation_memory: usize,
    /// Unpacked bytes a block of work holds. Never changes a result.
    pub block_size: usize,
    /// What reports call standard input.
    pub stdin_name: String,
    /// Compute the SHA-256 of every input.
    pub hash_inputs: bool,
    /// Evaluate rules without any shortcut. Never changes a result.
    pub reference_engine: bool,
    /// Where reports of this run go: never read as inputs.
    pub outputs: Vec<PathBuf>,
    /// An earlier report of ours, JSON or SARIF: the alerts it holds are known and count for nothing.
    pub baseline: Option<PathBuf>,
    /// Matches to put aside, each entry with a reason and an end.
    pub ignore_file: Option<PathBuf>,
    /// Whether alerts are listed one by one, by any report of the run. Where they are not, less is kept of them.
    pub lists_alerts: bool,
    /// Collect what a baseline of this scan holds.
    pub wants_baseline: bool,
    /// The configuration file this came from.
    pub file: Option<PathBuf>,
}

/// What is blanked before anything is reported.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Redaction {
    /// Passwords, tokens, keys, authorization, cookies; and the user's own patterns.
    Default(Vec<String>),
    /// Besides, what tells of people and of the inside of a network: e-mail addresses, telephone and card numbers, hardware
    /// addresses, the last number of inner addresses.
    Strict(Vec<String>),
    /// Nothing.
    Off,
}

/// Options of the SARIF report, some of which name paths in every report.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct SarifOptions {
    /// Reports show paths relative to this directory; unless set, to the top of the git work tree around
    /// the current directory, else to the current directory.
    pub root: Option<PathBuf>,
    /// `automationDetails.id`.
    pub category: Option<String>,
    /// Results written at most; 0 is no limit.
    pub max_results: Option<usize>,
    /// Whether log lines are left out.
    pub no_snippets: bool,
    /// Every loaded rule, not only those with results.
    pub all_rules: bool,
    /// Suppressed alerts, too.
    pub include_suppressed: bool,
}

impl Default for Config {
    fn default() -> Config {
        Config {
            min_severity: Level::Informational,
            fail_on: None,
            use_builtin_rules: true,
            rule_paths: Vec::new(),
            exclude_rules: Vec::new(),
            choice: Choice::default(),
            levels: Vec::new(),
            input_format: None,
            encoding: None,
            multiline: None,
            formats: Vec::new(),
            time: None,
            include: Vec::new(),
            exclude: Vec::new(),
            mappings: Vec::new(),
            max_depth: limits::NESTING,
            max_members: limits::MEMBERS,
            max_ratio: limits::RATIO,
            max_unpacked: None,
            max_held: limits::HELD_ARCHIVE,
            placeholders: BTreeMap::new(),
            redaction: Redaction::Default(Vec::new()),
            reports: Vec::new(),
            sarif: SarifOptions::default(),
            path_rewrites: Vec::new(),
            year: None,
            timezone: None,
            host_timezones: BTreeMap::new(),
            reference_time: None,
            strict: false,
            allow_empty: false,
            threads: None,
            samples: limits::SAMPLES,
            max_alerts: limits::ALERTS,
            correlation_memory: limits::CORRELATION_BYTES,
            block_size: limits::BLOCK,
            stdin_name: "stdin".to_owned(),
            hash_inputs: false,
            reference_engine: false,
            outputs: Vec::new(),
            baseline: None,
            ignore_file: None,
            lists_alerts: true,
            wants_baseline: false,
            file: None,
        }
    }
}

/// One configuration from layers, lowest first.
pub(crate) fn merged(layers: &[RawConfig]) -> RawConfig {
    let figment = layers.iter().fold(Figment::new(), |figment, layer| figment.merge(Serialized::defaults(layer)));
    // `admerge` would add lists up; `merge` lets the higher layer replace them, which is the promise.
    figment.extract().expect("every layer has the shape that is extracted")
}

/// Where a layer came from, and so what its keys are called.
#[derive(Clone, Debug)]
pub(crate) enum Layer {
    /// A configuration file.
    File(PathBuf),
    /// `LOGSENTRY_*` variables.
    Environment,
    /// The command line.
    Flags,
}

impl Layer {
    fn name(&self, key: &str) -> String {
        let last = if key == "redact.mode" { "redact" } else { key.rsplit('.').next().unwrap_or(key) };
        match self {
            Layer::File(path) => format!("{}: {key}", path.display()),
            Layer::Environment => format!("LOGSENTRY_{}", last.to_ascii_uppercase()),
            Layer::Flags if last == "timezone" => "--tz".to_owned(),
            Layer::Flags if key.starts_with("sarif.") => format!("--sarif-{}", last.replace('_', "-")),
            Layer::Flags => format!("--{}", last.replace('_', "-")),
        }
    }
}

/// Checks the words and ranges of a layer, or of a merged configuration whose layers were checked.
pub(crate) fn checked(raw: RawConfig, layer: &Layer) -> Result<Config, ConfigError> {
    let default = Config::default();
    let bad = |key: &str, value: &str, what, expected: String| bad_value(layer, key, value, what, expected);
    let level =
        |key: &str, word: &str| word.parse::<Level>().map_err(|error| bad(key, word, "severity", error.to_string()));
    let fail_on = match raw.fail_on.as_deref() {
        None => None,
        Some(word) if word.eq_ignore_ascii_case("none") => None,
        Some(word) => Some(level("fail_on", word)?),
    };
    let min_severity = raw.min_severity.as_deref().map_or(Ok(default.min_severity), |w| level("min_severity", w))?;
    let levels = raw.levels.iter().flatten();
    let levels = levels.map(|(rule, word)| Ok((rule.clone(), level("levels", word)?))).collect::<Result<_, _>>()?;
    let choice = chosen(&raw, &bad)?;
    no_zero(&raw, &bad)?;
    let redact = raw.redact.unwrap_or_default();
    let redaction = match redact.mode.as_deref().unwrap_or("default") {
        "default" => Redaction::Default(redact.patterns.unwrap_or_default()),
        "strict" => Redaction::Strict(redact.patterns.unwrap_or_default()),
        "off" => Redaction::Off,
        word => return Err(bad("redact.mode", word, "redaction mode", "use default, strict or off".to_owned())),
    };
    let syslog = raw.syslog.unwrap_or_default();
    let host_timezones = syslog.host_timezones.unwrap_or_default();
    let zones = syslog.timezone.iter().map(|zone| ("syslog.timezone", zone));
    let mut zones = zones.chain(host_timezones.values().map(|zone| ("syslog.host_timezones", zone)));
    if let Some((key, zone)) = zones.find(|(_, zone)| Zone::parse(zone).is_none()) {
        let expected = "use an offset like +02:00, UTC, or a name like Europe/Berlin";
        return Err(bad(key, zone, "time zone", expected.to_owned()));
    }
    let bytes = |key: &str, text: Option<&str>| {
        let wrong = |text| bad(key, text, "size", "use a number with K, M or G, like 96M".to_owned());
        text.map(|text| size(text).ok_or_else(|| wrong(text))).transpose()
    };
    let correlation_memory =
        bytes("correlation_memory", raw.correlation_memory.as_deref())?.unwrap_or(default.correlation_memory);
    let max_unpacked = bytes("max_unpacked", raw.max_unpacked.as_deref())?;
    let max_held = bytes("max_held", raw.max_held.as_deref())?.unwrap_or(default.max_held);
    Ok(Config {
        min_severity,
        fail_on,
        use_builtin_rules: raw.use_builtin_rules.unwrap_or(true),
        rule_paths: raw.rule_paths.unwrap_or_default(),
        exclude_rules: raw.exclude_rules.unwrap_or_default(),
        choice,
        levels,
        input_format: raw.input_format.filter(|f| f != "auto"),
        encoding: raw.encoding,
        multiline: raw.multiline,
        formats: raw.formats.unwrap_or_default(),
        include: raw.include.unwrap_or_default(),
        exclude: raw.exclude.unwrap_or_default(),
        mappings: raw.mappings.unwrap_or_default(),
        max_depth: raw.max_depth.unwrap_or(default.max_depth),
        max_members: raw.max_members.unwrap_or(default.max_members),
        max_ratio: raw.max_ratio.unwrap_or(default.max_ratio),
        max_unpacked,
        max_held,
        placeholders: raw.placeholders.unwrap_or_default(),
        redaction,
        reports: raw.reports.unwrap_or_default().into_iter().collect(),
        sarif: sarif(raw.sarif.unwrap_or_default(), layer)?,
        path_rewrites: raw.path_rewrites.unwrap_or_default().into_iter().collect(),
        year: syslog.year,
        timezone: syslog.timezone,
        host_timezones,
        strict: raw.strict.unwrap_or(false),
        allow_empty: raw.allow_empty.unwrap_or(false),
        threads: raw.threads,
        samples: raw.samples.unwrap_or(default.samples),
        max_alerts: raw.max_alerts.unwrap_or(default.max_alerts),
        correlation_memory,
        baseline: raw.baseline,
        ignore_file: raw.ignore_file,
        ..default
    })
}

/// Refuses 0 where one is the least.
fn no_zero(raw: &RawConfig, bad: &impl Fn(&str, &str, &'static str, String) -> ConfigError) -> Result<(), ConfigError> {
    let numbers = [
        ("samples", raw.samples),
        ("max_alerts", raw.max_alerts),
        ("threads", raw.threads),
        ("max_depth", raw.max_depth),
        ("max_members", raw.max_members),
        ("max_ratio", raw.max_ratio),
    ];
    match numbers.into_iter().find(|(_, number)| *number == Some(0)) {
        Some((key, _)) => Err(bad(key, "0", "number of them", "use a number from 1 on".to_owned())),
        None => Ok(()),
    }
}

/// Which rules a layer chooses; `bad` makes the error of a key, a word, what it should have been, and what is accepted.
fn chosen(
    raw: &RawConfig,
    bad: &dyn Fn(&str, &str, &'static str, String) -> ConfigError,
) -> Result<Choice, ConfigError> {
    let levels = raw.rule_level.as_deref().map(choice::levels).transpose();
    let statuses = raw.rule_status.as_deref().map(choice::statuses).transpose();
    Ok(Choice {
        levels: levels.map_err(|(word, expected)| bad("rule_level", &word, "severity", expected))?,
        statuses: statuses.map_err(|(word, expected)| bad("rule_status", &word, "status", expected))?,
        tags: raw.rule_tag.as_deref().map(choice::any),
        products: raw.rule_product.as_deref().map(choice::any),
    })
}

/// Checks `sarif:`.
fn sarif(sarif: RawSarif, layer: &Layer) -> Result<SarifOptions, ConfigError> {
    let all_rules = match sarif.rules.as_deref().unwrap_or("matched") {
        "matched" => false,
        "all" => true,
        word => return Err(bad_value(layer, "sarif.rules", word, "choice of rules", "use matched or all".to_owned())),
    };
    if let Some(root) = sarif.root.as_ref().filter(|root| !root.is_dir()) {
        return Err(bad_value(
            layer,
            "sarif.root",
            &root.display().to_string(),
            "directory",
            "name one that is there".to_owned(),
        ));
    }
    Ok(SarifOptions {
        root: sarif.root,
        category: sarif.category,
        max_results: sarif.max_results,
        no_snippets: sarif.snippets == Some(false),
        all_rules,
        include_suppressed: sarif.include_suppressed == Some(true),
    })
}

fn bad_value(layer: &Layer, key: &str, value: &str, what: &'static str, expected: String) -> ConfigError {
    ConfigError::Value { origin: layer.name(key), value: value.to_owned(), what, expected }
}

/// `96M`, `64K`, `1G` or bytes.
fn size(text: &str) -> Option<usize> {
    let text = text.trim();
    let (digits, shift) = match text.as_bytes().last()?.to_ascii_uppercase() {
        b'K' => (&text[..text.len() - 1], 10),
        b'M' => (&text[..text.len() - 1], 20),
        b'G' => (&text[..text.len() - 1], 30),
        _ => (text, 0),
    };
    digits.parse::<usize>().ok()?.checked_mul(1 << shift).filter(|n| *n > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_in_a_higher_layer_replaces_the_lower_one() {
        let low = RawConfig {
            exclude_rules: Some(vec!["a".into(), "b".into()]),
            fail_on: Some("low".into()),
            ..RawConfig::default()
        };
        let high = RawConfig { exclude_rules: Some(vec!["123".into()]), ..RawConfig::default() };
        let config = checked(merged(&[low, high]), &Layer::Flags).unwrap();
        assert_eq!(config.exclude_rules, ["123"]);
        assert_eq!(config.fail_on, Some(Level::Low));
    }

    #[test]
    fn none_takes_a_gate_away() {
        let raw = RawConfig { fail_on: Some("none".into()), ..RawConfig::default() };
        assert_eq!(checked(raw, &Layer::Flags).unwrap().fail_on, None);
    }

    #[test]
    fn words_that_mean_nothing_are_refused_with_what_was_expected() {
        for raw in [
            RawConfig { min_severity: Some("urgent".into()), ..RawConfig::default() },
            RawConfig { correlation_memory: Some("much".into()), ..RawConfig::default() },
            RawConfig {
                syslog: Some(crate::config::RawSyslog { timezone: Some("Nowhere/Town".into()), ..Default::default() }),
                ..RawConfig::default()
            },
        ] {
            let error = checked(raw, &Layer::Flags).unwrap_err().to_string();
            assert!(error.contains("use ") || error.contains("expected"), "{error}");
        }
    }

    #[test]
    fn sizes_have_units() {
        assert_eq!(size("96M"), Some(96 << 20));
        assert_eq!(size("1g"), Some(1 << 30));
        assert_eq!(size("4096"), Some(4096));
        assert_eq!(size("-1"), None);
        assert_eq!(size("99999999999G"), None);
    }
}
