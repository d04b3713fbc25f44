//! All integration tests, linked once.
#![expect(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "tests run the binary and look at their environment"
)]

#[cfg(target_os = "linux")]
mod action;
mod architecture;
mod benign;
mod cli;
mod containers;
mod corpora;
mod dependencies;
mod effort;
mod examples;
mod exits;
mod explain;
#[cfg(target_os = "linux")]
mod faults;
mod fingerprints;
mod formats;
mod invariance;
mod library;
mod readme;
mod rules;
#[cfg(target_os = "linux")]
mod runners;
#[cfg(target_os = "linux")]
mod sarif;
mod schemas;
mod selection;
mod sigma_page;
mod skimmed;
mod support;
mod triage;
mod verify;
#[cfg(target_os = "linux")]
mod walk;
mod workflows;
