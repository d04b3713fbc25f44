//! logsentry: an offline scanner for security logs.
#![allow(dead_code, reason = "the rooms are being furnished")]

mod formats;
mod model;
mod sigma;

pub use model::Level;
