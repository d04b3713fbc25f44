//! Rules meet events: holds every event, seen through its view, against the rules it has earned.
//!
//! Setup compiles a rule set into an [`Engine`] (`compile.rs`); for each event [`Engine::observe`] finds the rules whose
//! log source the event has, evaluates them (`reference.rs`) and leaves behind folded alerts and hits for correlations.
//! What a rule means is design page `sigma-semantics.md`; what people are shown is `report.md` section 1.
//!
//! What this room leaves out: windows over time (`correlate`), field names and log sources of records (`taxonomy`).

mod answers;
mod candidates;
mod compile;
#[cfg(test)]
mod engine_tests;
mod entity;
mod evidence;
mod excuse;
mod explain;
#[cfg(test)]
mod explain_tests;
mod extent;
#[cfg(test)]
mod findings_tests;
mod fold;
mod fold_alert;
mod fold_held;
mod fold_need;
mod fold_room;
#[cfg(test)]
mod fold_tests;
mod headcount;
mod index;
mod leaf;
mod line;
mod memo;
mod needle;
mod observe;
mod pending;
mod plan;
mod raw;
mod redaction;
mod reference;
#[cfg(test)]
mod reference_tests;
mod repeat;
mod route;
mod sieve;
mod sweep;
mod template;
#[cfg(test)]
mod testing;
mod time_part;
#[cfg(test)]
mod vector_tests;
mod witness;
mod words;

pub(crate) use compile::{Engine, Kind, Options};
pub(crate) use explain::NEAREST;
pub(crate) use fold::{Before, Folds, Keep, Missing, join};
pub(crate) use fold_alert::{Kept, fingerprint, in_report_order, more_alerts, sentence};
pub(crate) use fold_need::{Needs, pair_of};
pub(crate) use headcount::Headcount;
pub(crate) use observe::Worker;
pub(crate) use raw::RawView;
pub(crate) use redaction::Redaction;
pub(crate) use sieve::Sieve;
pub(crate) use sweep::Sweep;
