//! JSON objects in one array: exports of consoles and of APIs.
//!
//! Elements that are no objects are refused; arrays inside the array are not opened.

use super::json::frames::Framer;
use super::json::scan::Watch;
use super::json::shape::{self, JsonShape};
use super::{Format, Learned, Sample, Shape, document, json};

/// The row of [`FORMATS`](super::FORMATS).
pub(crate) const FORMAT: Format = Format {
    name: "json-array",
    summary: "JSON objects in one array",
    spec: "https://www.rfc-editor.org/rfc/rfc8259",
    samples: &[
        Sample { text: r#"[{"user":"alice","port":22}]"#, fields: &[("user", "alice"), ("port", "22")] },
        Sample { text: "[\n  {\n    \"a\": {\"b\": 1}\n  }\n]\n", fields: &[("a.b", "1")] },
    ],
    raw_text: false,
    counting: crate::model::Counting::Elements,
    claims: 10,
    sniff: |head| {
        shape::claim(head, "starts with an array of objects", |shape| {
            (shape == JsonShape::Array).then_some((1000, Learned::Nothing))
        })
    },
    shape: Shape::Own { cutter: |_, _| document::cutter(Framer::new(Watch::Nothing)), decoder: json::decoder },
};
