//! `rules check`: every mistake in some rule files.

use super::{SetupError, rule_files};
use crate::config::Config;
use crate::sigma::{self, Diagnostic, LoadOptions};
use std::path::PathBuf;

/// What checking found.
pub(crate) struct Check {
    /// Files looked at.
    pub(crate) files: usize,
    /// Documents in them.
    pub(crate) documents: usize,
    /// Rules, correlations and filters that can be loaded.
    pub(crate) loaded: usize,
    /// All mistakes, by file, document and line.
    pub(crate) diagnostics: Vec<Diagnostic>,
}

/// Checks the rules below `paths`. References may lead to built-in rules and to those of the configured rule
/// paths; what is wrong there is not listed.
pub(crate) fn check_rules(paths: &[PathBuf], config: &Config) -> Result<Check, SetupError> {
    let asked = rule_files::user_texts(paths)?;
    let mut texts = rule_files::builtin();
    texts.extend(
        rule_files::user_texts(&config.rule_paths)?.into_iter().filter(|t| asked.iter().all(|a| a.shown != t.shown)),
    );
    let options = LoadOptions { placeholders: config.placeholders.clone() };
    let without = sigma::load(&texts, &options);
    let shown: Vec<String> = asked.iter().map(|text| text.shown.clone()).collect();
    texts.extend(asked);
    let with = sigma::load(&texts, &options);
    let diagnostics = with.diagnostics.into_iter().filter(|d| shown.contains(&d.path)).collect();
    Ok(Check {
        files: with.files - without.files,
        documents: with.documents - without.documents,
        loaded: with.loaded - without.loaded,
        diagnostics,
    })
}
