//! What several commands do first: layers of configuration, the clock, the current directory.

use crate::cli::args::{ConfigArgs, ReadArgs, RuleArgs};
use crate::cli::exit::Exit;
use crate::cli::terminal;
use crate::config::{self, Config, ConfigError, Layer, RawConfig};
use crate::model::show;
use crate::report;
use crate::scan::{self, RunInfo, SetupError};
use std::collections::BTreeMap;
use std::env;
use std::path::{Path, PathBuf};

/// One configuration from file, environment and flags.
pub(super) fn configuration(args: &ConfigArgs, flags: RawConfig) -> Result<Config, ConfigError> {
    #[expect(clippy::disallowed_methods, reason = "cli is the room that may look at the environment")]
    let environment = config::environment(env::vars_os())?;
    for name in &environment.unknown {
        terminal::warning(&format!("{name} is no variable logsentry knows; it is ignored"));
    }
    let file = match (&args.config, args.no_config) {
        (_, true) => None,
        (Some(path), _) => Some(path.clone()),
        (None, _) => environment.config.clone().or_else(|| config::search(&current_directory())),
    };
    let mut layers = Vec::new();
    if let Some(path) = &file {
        layers.push((Layer::File(path.clone()), config::file_layer(path)?));
    }
    layers.push((Layer::Environment, environment.layer));
    layers.push((Layer::Flags, flags));
    for (layer, raw) in &layers {
        // Each by itself, so that a mistake is told where it was made.
        config::checked(raw.clone(), layer)?;
        if let Layer::File(path) = layer {
            names_of_formats(raw, path)?;
        }
    }
    let raw: Vec<RawConfig> = layers.into_iter().map(|(_, raw)| raw).collect();
    let mut config = config::checked(config::merged(&raw), &Layer::Flags)?;
    config.file = file;
    Ok(config)
}

/// What a file calls formats: told with the file and the key, where a flag would be refused as it is.
fn names_of_formats(raw: &RawConfig, path: &Path) -> Result<(), ConfigError> {
    let bad = |key: &str, value: &str, what, expected| {
        let origin = format!("{}: {key}", path.display());
        Err(ConfigError::Value { origin, value: value.to_owned(), what, expected })
    };
    // A file that declares formats may name one of them; that is looked at when they are loaded.
    if let Some(name) = raw.input_format.as_deref().filter(|name| *name != "auto" && raw.formats.is_none())
        && let Err(nearest) = scan::is_format(name)
    {
        let nearest = nearest.map_or_else(String::new, |nearest| format!("; did you mean {nearest}?"));
        return bad("input_format", name, "format", format!("`logsentry formats` lists them{nearest}"));
    }
    let known = report::names();
    match raw.reports.iter().flat_map(|reports| reports.keys()).find(|name| !known.contains(&name.as_str())) {
        Some(name) => bad("reports", name, "report format", format!("use {}", known.join(", "))),
        None => Ok(()),
    }
}

/// The ignore file that is there without being named.
pub(super) fn nearest_ignore_file() -> Option<PathBuf> {
    config::search_ignore_file(&current_directory())
}

/// The layer of flags that say which rules count.
pub(super) fn rule_flags(args: &RuleArgs, flags: &mut RawConfig) -> Result<(), ConfigError> {
    flags.rule_paths = some(&args.rules);
    flags.exclude_rules = some(&args.exclude_rule);
    flags.rule_level = some(&args.rule_level);
    flags.rule_status = some(&args.rule_status);
    flags.rule_tag = some(&args.rule_tag);
    flags.rule_product = some(&args.rule_product);
    flags.use_builtin_rules = args.no_builtin.then_some(false);
    flags.placeholders = args.placeholders.as_deref().map(placeholders).transpose()?;
    Ok(())
}

/// The layer of flags that say how inputs are read.
pub(super) fn read_flags(args: &ReadArgs, flags: &mut RawConfig) {
    flags.input_format.clone_from(&args.input_format);
    flags.encoding.clone_from(&args.encoding);
    flags.multiline.clone_from(&args.multiline);
    flags.formats = some(&args.format_file);
    flags.include = some(&args.include);
    flags.exclude = some(&args.exclude);
    flags.mappings = some(&args.mapping);
    flags.max_depth = args.max_depth;
    flags.max_members = args.max_members;
    flags.max_ratio = args.max_ratio;
    flags.max_unpacked.clone_from(&args.max_unpacked);
    flags.max_held.clone_from(&args.max_held);
    if args.year.is_some() || args.tz.is_some() {
        flags.syslog = Some(config::RawSyslog { year: args.year, timezone: args.tz.clone(), host_timezones: None });
    }
    if args.sarif_root.is_some() {
        flags.sarif.get_or_insert_default().root.clone_from(&args.sarif_root);
    }
}

/// What of [`ReadArgs`] no configuration file can say.
pub(super) fn read_extras(args: &ReadArgs, config: &mut Config) {
    config.reference_time.clone_from(&args.reference_time);
    config.time.clone_from(&args.time);
    if let Some(name) = &args.stdin_name {
        config.stdin_name.clone_from(name);
    }
}

/// The clock, unless `--reference-time` stands in for it, and where we are.
pub(super) fn run_info() -> RunInfo {
    RunInfo { now: now(), directory: current_directory() }
}

/// The clock, to the millisecond. One that shows no year of four digits is as good as none.
#[expect(clippy::disallowed_methods, reason = "cli is the room that may read the clock")]
pub(super) fn now() -> jiff::Timestamp {
    let now = jiff::Timestamp::try_from(std::time::SystemTime::now()).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    now.round(jiff::Unit::Millisecond).unwrap_or(now)
}

fn current_directory() -> PathBuf {
    env::current_dir().unwrap_or_else(|_| PathBuf::from("."))
}

/// Reads a table of placeholder values: names to one value or a list.
pub(super) fn placeholders(path: &Path) -> Result<BTreeMap<String, Vec<String>>, ConfigError> {
    #[derive(serde::Deserialize)]
    #[serde(untagged)]
    enum Values {
        One(String),
        Many(Vec<String>),
    }
    let unreadable = |why: String| ConfigError::Unreadable { path: path.to_path_buf(), why };
    let text = std::fs::read_to_string(path).map_err(|e| unreadable(show::why(&e)))?;
    let table: BTreeMap<String, Values> = serde_yaml::from_str(&text).map_err(|error| ConfigError::Syntax {
        path: path.to_path_buf(),
        line: error.location().map(|l| l.line() as u64),
        why: format!("{error}; expected names with a list of values each"),
    })?;
    let list = |values| match values {
        Values::One(value) => vec![value],
        Values::Many(values) => values,
    };
    Ok(table.into_iter().map(|(name, values)| (name, list(values))).collect())
}

/// Everything a command still reads once its configuration is known.
pub(super) fn read_by(config: &Config, inputs: &[PathBuf]) -> Vec<PathBuf> {
    let lists = [inputs, &config.rule_paths, &config.formats, &config.mappings];
    let single = [&config.baseline, &config.ignore_file];
    lists.into_iter().flatten().chain(single.into_iter().flatten()).cloned().collect()
}

/// Says why nothing was done, and the code for it.
pub(super) fn refused(error: &SetupError) -> Exit {
    terminal::error(&error.to_string());
    match error {
        SetupError::RulePath { .. }
        | SetupError::NoRules { .. }
        | SetupError::NothingChosen { .. }
        | SetupError::RejectedRules { .. } => Exit::Rules,
        SetupError::Events { .. } | SetupError::NoSuchRecord { .. } => Exit::Input,
        SetupError::Config(_)
        | SetupError::Triage(_)
        | SetupError::Report { .. }
        | SetupError::UnknownExclude { .. }
        | SetupError::UnknownFormat { .. }
        | SetupError::UnknownRule { .. }
        | SetupError::AmbiguousRule { .. }
        | SetupError::ReferenceTime { .. }
        | SetupError::Period { .. }
        | SetupError::FormatFile { .. }
        | SetupError::PeriodOfPipe
        | SetupError::Glob { .. }
        | SetupError::Encoding { .. }
        | SetupError::Multiline { .. }
        | SetupError::Mapping { .. }
        | SetupError::Pattern { .. } => Exit::Usage,
    }
}

/// A repeatable flag that was not given leaves the layer below alone.
fn some<T: Clone>(list: &[T]) -> Option<Vec<T>> {
    (!list.is_empty()).then(|| list.to_vec())
}
