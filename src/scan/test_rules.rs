//! `rules test`: which events of a file match which rules of a file.

use super::{RunInfo, SetupError, rule_files};
use crate::correlate::{self, Correlator};
use crate::detect::{Engine, Options, RawView, Redaction, Worker};
use crate::formats::{self, Decoded, Head, ReadOptions};
use crate::model::stamp::Zone;
use crate::model::{AlertKind, Asks, Event, FieldTable, Findings, RuleId, Scratch, TagSet, Time, View};
use crate::sigma::{self, Diagnostic, LoadOptions, RuleMeta};
use crate::taxonomy::Taxonomy;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

/// What testing gave.
pub(crate) struct Tested {
    /// The matches and alerts, one entry a rule.
    pub(crate) expect: Value,
    /// What is wrong with the rules.
    pub(crate) diagnostics: Vec<Diagnostic>,
}
