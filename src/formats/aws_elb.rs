//! Access logs of AWS's load balancers: application ones, and classic ones, which lack the type in front.
//!
//! Columns are called what AWS's documentation calls them, `client:port` among them. Later columns were added over the
//! years, so a line may end before the last; what follows it is `extra1`, `extra2`, ...

use super::{Format, LineShape, Record, Refused, Sample, Shape, lines, quoted_columns};
use crate::model::limits;
use crate::model::stamp::{self, Zone};

/// The row of [`FORMATS`](super::FORMATS) for application load balancers.
pub(crate) const FORMAT: Format = Format {
    name: "aws-alb",
    summary: "requests to AWS application load balancers",
    spec: "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-access-logs.html",
    samples: SAMPLES,
    raw_text: true,
    counting: crate::model::Counting::Lines,
    claims: 9,
    sniff: |head| {
        lines::sniff(head, FORMAT.name, 9, "a protocol, a stamp and a load balancer", |line| fits(line, TYPES))
    },
    shape: Shape::Lines(LineShape {
        read: |record| read(record, TYPES, &COLUMNS),
        continues: |_| false,
        yearless: None,
        longest: limits::LINE,
        rank: 9,
        outline: None,
    }),
};

/// The row of [`FORMATS`](super::FORMATS) for classic load balancers.
pub(crate) const CLASSIC_FORMAT: Format = Format {
    name: "aws-elb",
    summary: "requests to AWS classic load balancers",
    spec: "https://docs.aws.amazon.com/elasticloadbalancing/latest/classic/access-log-collection.html",
    samples: CLASSIC_SAMPLES,
    raw_text: true,
    counting: crate::model::Counting::Lines,
    claims: 8,
    sniff: |head| {
        lines::sniff(head, CLASSIC_FORMAT.name, 8, "a stamp, a load balancer and three times", |line| fits(line, &[]))
    },
    shape: Shape::Lines(LineShape {
        read: |record| read(record, &[], &CLASSIC_COLUMNS),
        continues: |_| false,
        yearless: None,
        longest: limits::LINE,
        rank: 8,
        outline: None,
    }),
};

/// What an application load balancer begins a line with.
const TYPES: &[&str] = &["http", "https", "h2", "grpcs", "grpc", "ws", "wss"];

const COLUMNS: [&str; 30] = [
    "type",
    "time",
    "elb",
    "client:port",
    "target:port",
    "request_processing_time",
    "target_processing_time",
    "response_processing_time",
    "elb_status_code",
    "target_status_code",
    "received_bytes",
    "sent_bytes",
    "request",
    "user_agent",
    "ssl_cipher",
    "ssl_protocol",
    "target_group_arn",
    "trace_id",
    "domain_name",
    "chosen_cert_arn",
    "matched_rule_priority",
    "request_creation_time",
    "actions_executed",
    "redirect_url",
    "error_reason",
    "target:port_list",
    "target_status_code_list",
    "classification",
    "classification_reason",
    "conn_trace_id",
];

const CLASSIC_COLUMNS: [&str; 15] = [
    "time",
    "elb",
    "client:port",
    "backend:port",
    "request_processing_time",
    "backend_processing_time",
    "response_processing_time",
    "elb_status_code",
    "backend_status_code",
    "received_bytes",
    "sent_bytes",
    "request",
    "user_agent",
    "ssl_cipher",
    "ssl_protocol",
];

/// Whether a line begins as those of a load balancer: a type (if there are types), a stamp in UTC, a name, two ends, three
/// times, two statuses.
fn fits(text: &str, types: &[&str]) -> bool {
    let mut words = text.split(' ');
    if !types.is_empty() && !words.next().is_some_and(|word| types.contains(&word)) {
        return false;
    }
    let is_stamp =
        words.next().is_some_and(|word| word.ends_with('Z') && stamp::read(word, &Zone::default()).is_some());
    let mut next = || words.next().unwrap_or_default();
    let (_name, client, target) = (next(), next(), next());
    let is_end = |word: &str| word == "-" || word.rsplit_once(':').is_some_and(|(_, port)| is_number(port));
    let is_time = |word: &str| word == "-" || is_number(word.strip_prefix('-').unwrap_or(word));
    is_stamp
        && is_end(client)
        && is_end(target)
        && [next(), next(), next()].into_iter().all(is_time)
        && [next(), next()].into_iter().all(|word| word == "-" || (is_number(word) && word.len() <= 3))
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit() || b == b'.')
}

/// More columns than AWS will add.
const CELLS: usize = 128;

fn read(record: &mut Record<'_>, types: &[&str], columns: &[&str]) -> Result<(), Refused> {
    let text = record.text;
    if !fits(text, types) {
        return Err(Refused { expected: "a stamp, a load balancer, two ends, three times and two statuses", at: 0 });
    }
    for (n, cell) in quoted_columns::split(text).into_iter().take(CELLS).enumerate() {
        match columns.get(n) {
            Some(name) => {
                if *name == "time" {
                    record.time = stamp::read(cell, record.zone).unwrap_or_default();
                }
                record.push(name, cell);
            }
            None => record.push(&format!("extra{}", n + 1 - columns.len()), cell),
        }
    }
    Ok(())
}

const SAMPLES: &[Sample] = &[Sample {
    text: r#"https 2025-03-01T08:00:00.186641Z app/web/50dc6c 203.0.113.9:2817 192.0.2.1:80 0.086 0.048 -1 502 - 0 57 "GET https://www.example.org:443/a?b=c HTTP/1.1" "curl \"7\"" ECDHE-RSA-AES128 TLSv1.2 arn:aws:x "Root=1-58" "-""#,
    fields: &[
        ("type", "https"),
        ("time", "2025-03-01T08:00:00.186641Z"),
        ("elb", "app/web/50dc6c"),
        ("client:port", "203.0.113.9:2817"),
        ("target:port", "192.0.2.1:80"),
        ("request_processing_time", "0.086"),
        ("target_processing_time", "0.048"),
        ("response_processing_time", "-1"),
        ("elb_status_code", "502"),
        ("target_status_code", "-"),
        ("received_bytes", "0"),
        ("sent_bytes", "57"),
        ("request", "GET https://www.example.org:443/a?b=c HTTP/1.1"),
        ("user_agent", r#"curl \"7\""#),
        ("ssl_cipher", "ECDHE-RSA-AES128"),
        ("ssl_protocol", "TLSv1.2"),
        ("target_group_arn", "arn:aws:x"),
        ("trace_id", "Root=1-58"),
        ("domain_name", "-"),
    ],
}];

const CLASSIC_SAMPLES: &[Sample] = &[Sample {
    text: r#"2025-03-01T08:00:00.945958Z my-lb 203.0.113.9:2817 - -1 -1 -1 503 - 0 0 "GET http://www.example.org:80/ HTTP/1.1" "-" - -"#,
    fields: &[
        ("time", "2025-03-01T08:00:00.945958Z"),
        ("elb", "my-lb"),
        ("client:port", "203.0.113.9:2817"),
        ("backend:port", "-"),
        ("request_processing_time", "-1"),
        ("backend_processing_time", "-1"),
        ("response_processing_time", "-1"),
        ("elb_status_code", "503"),
        ("backend_status_code", "-"),
        ("received_bytes", "0"),
        ("sent_bytes", "0"),
        ("request", "GET http://www.example.org:80/ HTTP/1.1"),
        ("user_agent", "-"),
        ("ssl_cipher", "-"),
        ("ssl_protocol", "-"),
    ],
}];
