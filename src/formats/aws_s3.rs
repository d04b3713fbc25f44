//! Access logs of S3: `OWNER BUCKET [STAMP] ADDRESS REQUESTER REQUEST-ID OPERATION KEY "REQUEST" STATUS ERROR BYTES ...`.
//!
//! AWS's documentation spells its columns as phrases ("Bucket Owner"); they are called what its table for Athena calls
//! them. A line may end before the last column, more columns are `extra1`, `extra2`, ...

use super::{Format, LineShape, Record, Refused, Sample, Shape, lines, quoted_columns};
use crate::model::stamp::{self, Zone};

/// The row of [`FORMATS`](super::FORMATS).
pub(crate) const FORMAT: Format = Format {
    name: "aws-s3",
    summary: "requests to AWS S3 buckets",
    spec: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/LogFormat.html",
    samples: SAMPLES,
    raw_text: true,
    counting: crate::model::Counting::Lines,
    claims: 9,
    sniff: |head| lines::sniff(head, FORMAT.name, 9, "a bucket, a stamp in brackets and an operation", fits),
    shape: Shape::Lines(LineShape::of_text(read, 9)),
};

const COLUMNS: [&str; 26] = [
    "bucketowner",
    "bucket",
    "requestdatetime",
    "remoteip",
    "requester",
    "requestid",
    "operation",
    "key",
    "request_uri",
    "httpstatus",
    "errorcode",
    "bytessent",
    "objectsize",
    "totaltime",
    "turnaroundtime",
    "referrer",
    "useragent",
    "versionid",
    "hostid",
    "sigv",
    "ciphersuite",
    "authtype",
    "endpoint",
    "tlsversion",
    "accesspointarn",
    "aclrequired",
];

/// Whether a line begins as one: an operation is words in capitals with dots between (`REST.GET.OBJECT`, `S3.EXPIRE.OBJECT`).
fn fits(text: &str) -> bool {
    let mut parts = text.splitn(3, ' ');
    let (Some(_), Some(_), Some(rest)) = (parts.next(), parts.next(), parts.next()) else { return false };
    let Some((stamp, rest)) = rest.strip_prefix('[').and_then(|r| r.split_once("] ")) else { return false };
    let operation = rest.split(' ').nth(3).unwrap_or_default();
    let is_operation = operation.contains('.')
        && operation
            .split('.')
            .all(|word| !word.is_empty() && word.bytes().all(|b| b.is_ascii_uppercase() || matches!(b, b'_' | b'3')));
    is_operation && stamp.len() < 40 && stamp::read(stamp, &Zone::default()).is_some()
}

/// More columns than AWS will add.
const CELLS: usize = 128;

fn read(record: &mut Record<'_>) -> Result<(), Refused> {
    let text = record.text;
    if !fits(text) {
        return Err(Refused { expected: "a bucket, a stamp in brackets, an address and an operation", at: 0 });
    }
    for (n, cell) in quoted_columns::split(text).into_iter().take(CELLS).enumerate() {
        match COLUMNS.get(n) {
            Some(name) => {
                if *name == "requestdatetime" {
                    record.time = stamp::read(cell, record.zone).unwrap_or_default();
                }
                record.push(name, cell);
            }
            None => record.push(&format!("extra{}", n + 1 - COLUMNS.len()), cell),
        }
    }
    Ok(())
}

const SAMPLES: &[Sample] = &[Sample {
    text: r#"79a5 my-bucket [01/Mar/2025:08:00:00 +0000] 203.0.113.9 arn:aws:iam::1:user/bob 3E57 REST.GET.OBJECT a%2Bb.txt "GET /my-bucket/a%2Bb.txt?x=1 HTTP/1.1" 403 AccessDenied 243 - 7 - "-" "aws-cli/2 x" - s9lz= SigV4 ECDHE AuthHeader my-bucket.s3.example TLSv1.3 - Yes new"#,
    fields: &[
        ("bucketowner", "79a5"),
        ("bucket", "my-bucket"),
        ("requestdatetime", "01/Mar/2025:08:00:00 +0000"),
        ("remoteip", "203.0.113.9"),
        ("requester", "arn:aws:iam::1:user/bob"),
        ("requestid", "3E57"),
        ("operation", "REST.GET.OBJECT"),
        ("key", "a%2Bb.txt"),
        ("request_uri", "GET /my-bucket/a%2Bb.txt?x=1 HTTP/1.1"),
        ("httpstatus", "403"),
        ("errorcode", "AccessDenied"),
        ("bytessent", "243"),
        ("objectsize", "-"),
        ("totaltime", "7"),
        ("turnaroundtime", "-"),
        ("referrer", "-"),
        ("useragent", "aws-cli/2 x"),
        ("versionid", "-"),
        ("hostid", "s9lz="),
        ("sigv", "SigV4"),
        ("ciphersuite", "ECDHE"),
        ("authtype", "AuthHeader"),
        ("endpoint", "my-bucket.s3.example"),
        ("tlsversion", "TLSv1.3"),
        ("accesspointarn", "-"),
        ("aclrequired", "Yes"),
        ("extra1", "new"),
    ],
}];
