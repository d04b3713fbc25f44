//! JSON lines: one object a line (<https://jsonlines.org>), perhaps behind what container tools print
//! before each line; that is kept as `prefix`, and a stamp in it is the record's.

use super::json::shape::{self, JsonShape};
use super::{Format, Learned, LineShape, Sample, Shape, json};

/// The row of [`FORMATS`](super::FORMATS).
pub(crate) const FORMAT: Format = Format {
    name: "jsonl",
    summary: "one JSON object a line",
    spec: "https://jsonlines.org",
    samples: &[
        Sample {
            text: r#"{"EventID":4625,"TargetUserName":"pedro","ok":false}"#,
            fields: &[("EventID", "4625"), ("TargetUserName", "pedro"), ("ok", "false")],
        },
        Sample {
            text: r#"{"user":{"name":"alice","roles":["a","b"]},"msg":"a \"quoted\" word"}"#,
            fields: &[("user.name", "alice"), ("user.roles", "a"), ("user.roles", "b"), ("msg", "a \"quoted\" word")],
        },
    ],
    raw_text: false,
    counting: crate::model::Counting::Lines,
    claims: 10,
    sniff: |head| {
        shape::claim(head, "starts with an object a line", |shape| match shape {
            JsonShape::Lines(share) => Some((share, Learned::Nothing)),
            _ => None,
        })
        .or_else(|| if shape::of(head).is_none() { shape::claim_lines(head) } else { None })
    },
    shape: Shape::Lines(LineShape::of_json(json::read_record, 10)),
};
