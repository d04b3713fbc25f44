#![doc = include_str!("README.md")]

mod analyzer;
mod cli;
mod config;
mod correlate;
mod detect;
mod formats;
mod model;
mod redact;
mod report;
mod scan;
mod score;
mod sigma;
mod source;
mod taxonomy;

pub use analyzer::{AlertView, Analysis, Analyzer};
#[doc(hidden)]
pub use cli::main;
pub use config::{Config, ConfigError, Redaction, SarifOptions};
pub use model::Level;
pub use scan::SetupError;
