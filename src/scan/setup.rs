//! Everything that is decided before the first byte is read. It may refuse; nothing after it does.

use super::bursts::Redactions;
use super::look::{self, Context};
use super::newest::newest;
use super::period::{self, Period, Window};
use super::wanted::Wanted;
use super::{RunInfo, SetupError, choice, mapping, rule_files};
use crate::config::{self, Config};
use crate::correlate;
use crate::detect::{Engine, Kind, Options, Redaction};
use crate::formats;
use crate::formats::multiline::Multiline;
use crate::formats::recode::Encoding;
use crate::model::stamp::{Zone, Zones};
use crate::model::{AlertKind, Asks, Excuse, Feed, FormatId, Level, LogSource, Problem, ProblemKind, RuleId, RuleInfo};
use crate::redact::Redactor;
use crate::sigma::{self, Diagnostic, LoadOptions, Loaded, RuleMeta, Ruleset, Severity};
use crate::taxonomy::{Declaration, Frozen, Taxonomy};
use crate::triage::Suppressions;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Loaded rules and what became of the rest.
pub(super) struct Rules {
    pub(super) set: Ruleset,
    pub(super) infos: Arc<[RuleInfo]>,
    pub(super) excluded: Vec<RuleId>,
    pub(super) diagnostics: Vec<Diagnostic>,
    /// Documents that could not be loaded.
    pub(super) rejected: u64,
    /// Rules that were loaded and not chosen.
    pub(super) left_out: u64,
    /// Names in the configuration that mean no rule.
    pub(super) unknown: Vec<String>,
    /// `-r` rules and the built-in rules they replace.
    pub(super) replaced: Vec<(String, String)>,
    pub(super) problems: Vec<Problem>,
}

/// Loads the rules a configuration asks for.
pub(super) fn rules(config: &Config) -> Result<Rules, SetupError> {
    let texts = rule_files::texts(config)?;
    let loaded = sigma::load(&texts, &LoadOptions { placeholders: config.placeholders.clone() });
    let errors: Vec<&Diagnostic> = loaded.diagnostics.iter().filter(|d| d.severity == Severity::Error).collect();
    refuse_unloadable(config, &loaded, &errors)?;
    let mut problems = Vec::new();
    for (path, count, first) in by_file(&errors) {
        let message = super::placeless(first);
        problems.push(Problem {
            path,
            kind: ProblemKind::RuleRejected,
            count,
            first: vec![first.line],
            message,
            incomplete: false,
        });
    }
    let rejected = rejected_documents(&errors);
    let Loaded { rules: mut set, diagnostics, replaced, .. } = loaded;
    let mut unknown = choice::change_levels(&mut set, &config.levels);
    let mut excluded = Vec::new();
    for id in &config.exclude_rules {
        let found = set.find(id);
        if found.is_empty() {
            if config.strict {
                return Err(SetupError::UnknownExclude { id: id.clone() });
            }
            let message = format!("--exclude-rule {id:?} names no loaded rule");
            let kind = ProblemKind::UnknownExclude;
            problems.push(Problem {
                path: String::new(),
                kind,
                count: 1,
                first: Vec::new(),
                message,
                incomplete: false,
            });
        }
        excluded.extend(found.into_iter().filter_map(|n| u32::try_from(n).ok()).map(RuleId));
    }
    excluded.sort_unstable();
    excluded.dedup();
    let infos = infos(&set, &excluded);
    let mut rules =
        Rules { set, infos, excluded, diagnostics, rejected, left_out: 0, unknown: Vec::new(), replaced, problems };
    if !config.choice.is_everything() {
        let loaded = rules.infos.len();
        let chosen = choice::chosen(&rules.set, &config.choice);
        unknown.extend(choice::unknown(&rules.set, &config.choice));
        rules.narrow(&chosen);
        if rules.infos.is_empty() && loaded > 0 {
            return Err(SetupError::NothingChosen { loaded });
        }
        rules.left_out = (loaded - rules.infos.len()) as u64;
    }
    rules.unknown = unknown;
    Ok(rules)
}

impl Rules {
    /// Leaves out what is not wanted, by `RuleId`; gives the new number of every rule that was there.
    pub(super) fn narrow(&mut self, wanted: &[bool]) -> Vec<Option<usize>> {
        let numbers = self.set.narrow(wanted);
        let new = |id: &RuleId| numbers.get(id.0 as usize).copied().flatten();
        self.excluded =
            self.excluded.iter().filter_map(new).filter_map(|n| u32::try_from(n).ok()).map(RuleId).collect();
        self.infos = infos(&self.set, &self.excluded);
        numbers
    }
}

fn refuse_unloadable(config: &Config, loaded: &Loaded, errors: &[&Diagnostic]) -> Result<(), SetupError> {
    if config.strict
        && let Some(first) = errors.first()
    {
        return Err(SetupError::RejectedRules { count: rejected_documents(errors), first: super::mistake(first) });
    }
    let users = loaded.rules.metas().filter(|meta| !meta.builtin).count();
    if !config.rule_paths.is_empty() && users == 0 {
        let paths: Vec<String> = config.rule_paths.iter().map(|p| p.display().to_string()).collect();
        let first = errors.first().map(|d| super::mistake(d));
        return Err(SetupError::NoRules { paths: paths.join(", "), first });
    }
    Ok(())
}

fn rejected_documents(errors: &[&Diagnostic]) -> u64 {
    let mut documents: Vec<_> = errors.iter().map(|d| (d.path.as_str(), d.document)).collect();
    documents.sort_unstable();
    documents.dedup();
    documents.len() as u64
}

/// Mistakes by file: how many, and the first.
fn by_file<'d>(errors: &[&'d Diagnostic]) -> Vec<(String, u64, &'d Diagnostic)> {
    let mut files: Vec<(String, u64, &Diagnostic)> = Vec::new();
    for error in errors {
        match files.last_mut() {
            Some((path, count, _)) if *path == error.path => *count += 1,
            _ => files.push((error.path.clone(), 1, error)),
        }
    }
    files
}

fn infos(set: &Ruleset, excluded: &[RuleId]) -> Arc<[RuleInfo]> {
    let names: Vec<String> = set.metas().map(|meta| meta.identity.clone()).collect();
    let silenced_by = |at: usize| {
        let silencers = set.silenced_by.get(at).map_or(&[][..], Vec::as_slice);
        silencers.iter().filter_map(|n| names.get(*n).cloned()).collect::<Vec<String>>()
    };
    let mut infos = Vec::with_capacity(names.len());
    for rule in &set.rules {
        infos.push(RuleInfo { logsource: rule.logsource.clone(), ..info(&rule.meta, AlertKind::Detection) });
    }
    for correlation in &set.correlations {
        infos.push(RuleInfo {
            group_by: correlation.group_by.clone(),
            timespan: Some(correlation.timespan_text.clone()),
            ..info(&correlation.meta, AlertKind::Correlation)
        });
    }
    for (at, info) in infos.iter_mut().enumerate() {
        info.silenced_by = silenced_by(at);
        info.excluded = u32::try_from(at).is_ok_and(|n| excluded.contains(&RuleId(n)));
    }
    infos.into()
}

fn info(meta: &RuleMeta, kind: AlertKind) -> RuleInfo {
    RuleInfo {
        id: meta.identity.clone(),
        uuid: meta.other_name().map(str::to_owned),
        title: meta.title.clone(),
        level: meta.level.unwrap_or(Level::Medium),
        kind,
        status: meta.status.clone(),
        logsource: LogSource::default(),
        tags: meta.tags.clone(),
        techniques: meta.techniques(),
        tactics: meta.tactics(),
        file: meta.file.clone(),
        description: meta.description.clone(),
        references: meta.references.clone(),
        falsepositives: meta.falsepositives.clone(),
        remediation: meta.remediation.clone(),
        group_by: Vec::new(),
        timespan: None,
        excluded: false,
        silenced_by: Vec::new(),
    }
}

/// The ignore file, for what holds on the day of the run.
pub(super) fn suppressions(
    config: &Config,
    rules: &Rules,
    reference: jiff::Timestamp,
) -> Result<Option<Suppressions>, SetupError> {
    let Some(path) = &config.ignore_file else { return Ok(None) };
    let today = reference.to_zoned(jiff::tz::TimeZone::UTC).date();
    let ids = |found: Vec<usize>| found.into_iter().filter_map(|n| u32::try_from(n).ok()).map(RuleId).collect();
    let all = Suppressions::open(path, today, &|name| ids(rules.set.find(name)))?;
    if config.strict {
        all.refuse_expired(path)?;
    }
    Ok(Some(all))
}

/// What holds events against rules: engine, names, feeds.
pub(super) struct Machine {
    pub(super) engine: Engine,
    pub(super) taxonomy: Frozen,
    pub(super) feeds: Vec<Feed>,
    pub(super) redactions: Redactions,
}

/// Compiles the rules and freezes the names they ask for.
pub(super) fn machine(
    config: &Config,
    rules: &Rules,
    excuses: Vec<Excuse>,
    reading: &Reading,
) -> Result<Machine, SetupError> {
    let taxonomy = &reading.taxonomy;
    let mut asks = Asks::default();
    let (redaction, redactions) = redactions(config)?;
    let options = Options {
        engine: if config.reference_engine { Kind::Reference } else { Kind::Indexed },
        raw: false,
        raw_text: |format| formats::format(format).is_some_and(|row| row.raw_text),
        excluded: rules.excluded.clone(),
        excuses,
        samples: if config.lists_alerts { config.samples } else { 0 },
        redaction,
    };
    let feeds = correlate::feeds(&rules.set);
    let engine = Engine::new(&rules.set, &feeds, &|source| taxonomy.needs(source), &mut asks, options);
    let taxonomy = taxonomy.freeze(&asks, engine.has_keywords(), &reading.zones, &formats::names());
    Ok(Machine { engine, taxonomy, feeds, redactions })
}

/// The two redactions of a run, for detections and for correlations: the built-in one identities are made of, and
/// the one people see.
fn redactions(config: &Config) -> Result<(Redaction, Redactions), SetupError> {
    let own = || match &config.redaction {
        config::Redaction::Default(patterns) if patterns.is_empty() => Ok(None),
        config::Redaction::Default(patterns) => Redactor::with_patterns(patterns).map(Some),
        config::Redaction::Strict(patterns) => Redactor::strict(patterns).map(Some),
        config::Redaction::Off => Ok(Some(Redactor::off())),
    };
    let pattern = |why: crate::redact::BadPattern| SetupError::Pattern {
        at: config.file.as_ref().map_or_else(String::new, |file| format!("{}: ", file.display())),
        why: why.to_string(),
    };
    let redaction = own().map_err(pattern)?.map_or_else(Redaction::default_rules, Redaction::showing);
    let redactions = Redactions { stable: Redactor::default_rules(), shown: own().map_err(pattern)? };
    Ok((redaction, redactions))
}

/// How inputs are read, worked out once.
pub(super) struct Reading {
    /// Stands in for the clock.
    pub(super) reference: jiff::Timestamp,
    /// Zones of stamps that name none.
    pub(super) zones: Zones,
    pub(super) wanted: Wanted,
    pub(super) encoding: Option<Encoding>,
    pub(super) multiline: Multiline,
    /// The declared formats inputs may be of: ours and the user's.
    pub(super) declared: Vec<FormatId>,
    /// What fields are called, the user's mappings included.
    pub(super) taxonomy: Taxonomy,
    period: Option<Period>,
}

/// Loads the formats a configuration names beside ours.
fn declared(config: &Config) -> Result<Vec<FormatId>, SetupError> {
    let mut ids = formats::declared::builtin();
    for path in &config.formats {
        let refused = |why: String| SetupError::FormatFile { path: path.display().to_string(), why };
        let text = std::fs::read_to_string(path).map_err(|error| refused(error.to_string()))?;
        ids.extend(formats::declared::load(&text).map_err(refused)?);
    }
    Ok(ids)
}

/// What declared formats say about names and log sources; the user's before ours.
fn declarations(declared: &[FormatId]) -> Vec<Declaration> {
    let told = |id: &FormatId| {
        let (name, row) = formats::declared::row(*id)?;
        Some(Declaration { format: *id, name, speakers: row.speakers.clone(), logsource: row.logsource.clone() })
    };
    declared.iter().rev().filter_map(told).collect()
}

fn too_many_words(config: &Config) -> SetupError {
    let path = config.formats.last().map(|path| path.display().to_string()).unwrap_or_default();
    SetupError::FormatFile { path, why: "the log sources of all formats have too many words".to_owned() }
}

/// Works out how inputs are read.
pub(super) fn reading(config: &Config, run: &RunInfo) -> Result<Reading, SetupError> {
    let declared = declared(config)?;
    look::known_format(config, &declared)?;
    let known = Taxonomy::load().declaring(declarations(&declared)).ok_or_else(|| too_many_words(config))?;
    let zones = zones(config);
    let encoding = config
        .encoding
        .as_deref()
        .map(|label| Encoding::of(label).ok_or_else(|| SetupError::Encoding { value: label.to_owned() }));
    let multiline = config.multiline.as_deref().map_or(Ok(Multiline::Auto), |text| {
        Multiline::parse(text).map_err(|why| SetupError::Multiline { value: text.to_owned(), why })
    });
    Ok(Reading {
        reference: reference(config, run)?,
        wanted: Wanted::new(&config.include, &config.exclude)?,
        encoding: encoding.transpose()?,
        multiline: multiline?,
        taxonomy: mapping::taxonomy(&known, &config.mappings)?,
        period: period::parsed(config.time.as_deref(), zones.usual())?,
        declared,
        zones,
    })
}

/// Whether what is read from a path is gone.
fn is_pipe(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|meta| !meta.is_file() && !meta.is_dir())
}

impl Reading {
    /// A period that counts from the newest event needs a second look, which a pipe does not give.
    pub(super) fn check_paths(&self, paths: &[PathBuf]) -> Result<(), SetupError> {
        let reads_pipe = paths.iter().any(|path| path.as_os_str() == "-" || is_pipe(path));
        match &self.period {
            Some(Period::Last(_)) if reads_pipe => Err(SetupError::PeriodOfPipe),
            _ => Ok(()),
        }
    }

    /// Which events count; looks for the newest one where that matters.
    pub(super) fn window(&self, context: &Context<'_>, directory: &Path, paths: &[PathBuf]) -> Option<Window> {
        let period = self.period?;
        let newest = if matches!(period, Period::Last(_)) { newest(context, directory, paths) } else { None };
        Some(period.window(newest))
    }
}

/// The zones of stamps that name none.
fn zones(config: &Config) -> Zones {
    let usual = config.timezone.as_deref().and_then(Zone::parse).unwrap_or_default();
    let of_hosts = config.host_timezones.iter();
    Zones::new(usual, of_hosts.filter_map(|(host, zone)| Some((host.clone(), Zone::parse(zone)?))))
}

/// The instant that stands in for the clock.
fn reference(config: &Config, run: &RunInfo) -> Result<jiff::Timestamp, SetupError> {
    match &config.reference_time {
        None => Ok(run.now),
        Some(text) => text.parse().map_err(|_| SetupError::ReferenceTime { value: text.clone() }),
    }
}
