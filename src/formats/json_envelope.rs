//! An object around an array of objects: files of `CloudTrail` (`Records`), Azure exports (`records`, `value`).
//!
//! The array is streamed, the file is never held. When the beginning of an input does not show the
//! member, it is looked for while reading; objects without one are records themselves.

use super::json::frames::Framer;
use super::json::scan::Watch;
use super::json::shape::{self, JsonShape};
use super::{Format, Learned, Sample, Shape, document, json};

/// The row of [`FORMATS`](super::FORMATS).
pub(crate) const FORMAT: Format = Format {
    name: "json-envelope",
    summary: "JSON objects in an array that a member holds",
    spec: "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-examples.html",
    samples: &[
        Sample {
            text: r#"{"Records":[{"eventName":"ConsoleLogin","mfa":null}]}"#,
            fields: &[("eventName", "ConsoleLogin"), ("mfa", "null")],
        },
        Sample {
            text: "{\n  \"nextLink\": [1],\n  \"value\": [\n    {\"category\": \"SignInLogs\"}\n  ]\n}\n",
            fields: &[("category", "SignInLogs")],
        },
    ],
    raw_text: false,
    counting: crate::model::Counting::Elements,
    claims: 10,
    sniff: |head| {
        shape::claim(head, "starts with an object around an array", |shape| match shape {
            JsonShape::Envelope(name) => Some((1000, name.map_or(Learned::Nothing, Learned::Envelope))),
            _ => None,
        })
    },
    shape: Shape::Own {
        cutter: |sniffed, _| {
            document::cutter(Framer::new(match &sniffed.learned {
                Learned::Envelope(name) => Watch::Key(name.clone()),
                _ => Watch::Any,
            }))
        },
        decoder: json::decoder,
    },
};
