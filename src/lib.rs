#![doc = include_str!("README.md")]
#![cfg_attr(
    test,
    allow(
        clippy::disallowed_methods,
        clippy::print_stderr,
        reason = "tests ask where the corpora are, and say when they go without"
    )
)]

mod analyzer;
mod cli;
mod config;
mod correlate;
mod detect;
mod formats;
#[cfg(feature = "fuzzing")]
pub mod fuzzing;
mod model;
mod redact;
mod report;
mod scan;
mod score;
mod sigma;
mod source;
mod taxonomy;
mod triage;

pub use analyzer::{AlertView, Analysis, Analyzer};
#[doc(hidden)]
pub use cli::main;
pub use config::{Choice, Config, ConfigError, Redaction, SarifOptions};
pub use model::Level;
pub use scan::SetupError;
pub use triage::TriageError;
