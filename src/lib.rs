//! logsentry: an offline scanner for security logs.
#![allow(dead_code, unused_imports, reason = "the rooms are being furnished")]

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

pub use model::Level;
