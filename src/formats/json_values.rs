//! JSON objects one after another: indented over several lines, or glued together.

use super::json::frames::Framer;
use super::json::scan::Watch;
use super::json::shape::{self, JsonShape};
use super::{Format, Learned, Sample, Shape, document, json};

/// The row of [`FORMATS`](super::FORMATS).
pub(crate) const FORMAT: Format = Format {
    name: "json-values",
    summary: "JSON objects glued together or over several lines",
    spec: "https://www.rfc-editor.org/rfc/rfc8259",
    samples: &[
        Sample {
            text: "{\n  \"user\": \"alice\",\n  \"groups\": [\n    \"a\"\n  ]\n}\n",
            fields: &[("user", "alice"), ("groups", "a")],
        },
        Sample { text: r#"{"user":"bob"}{"user":"bob"}"#, fields: &[("user", "bob")] },
    ],
    raw_text: false,
    counting: crate::model::Counting::Elements,
    claims: 10,
    sniff: |head| {
        shape::claim(head, "starts with objects that are not a line each", |shape| {
            (shape == JsonShape::Values).then_some((1000, Learned::Nothing))
        })
    },
    shape: Shape::Own { cutter: |_, _| document::cutter(Framer::new(Watch::Nothing)), decoder: json::decoder },
};
