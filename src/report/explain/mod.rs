//! `logsentry explain`: why a rule holds or does not, for people (80 columns) and as JSON.
//!
//! Texts from events and rules pass `console::shown` here and `json_text` there, like those of every report. What the
//! tree means is decided where it is made; nothing is judged here.

mod json;
mod text;

use super::Options;
use crate::model::Explanation;
use std::io::{self, Write};

/// One row of [`EXPLAINERS`].
pub(crate) struct Explainer {
    /// `explain --format`.
    pub(crate) name: &'static str,
    /// Writes the answer.
    pub(crate) write: fn(&Explanation, &Options, &mut dyn Write) -> io::Result<()>,
}

/// The formats of `logsentry explain`, the default first.
pub(crate) static EXPLAINERS: &[Explainer] =
    &[Explainer { name: "console", write: text::write }, Explainer { name: "json", write: json::write }];
