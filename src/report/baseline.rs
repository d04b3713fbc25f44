//! The file of `--write-baseline`: what identifies each alert, and enough for people to review it. No times and no log
//! lines, so that it differs only where alerts do.

use super::json_text;
use crate::model::Known;
use serde::Serialize;
use std::collections::BTreeMap;
use std::io::{self, Write};

/// The name of this shape; `triage` reads it.
const SCHEMA: &str = "logsentry-baseline/1";

/// Writes a baseline of alerts, in their order.
pub(crate) fn write_baseline(known: &[Known], out: &mut dyn Write) -> io::Result<()> {
    let shape = BaselineShape { schema: SCHEMA, alerts: known.iter().map(KnownShape::new).collect() };
    json_text::to_pages(&shape, out)
}

#[derive(Serialize)]
struct BaselineShape<'a> {
    schema: &'static str,
    alerts: Vec<KnownShape<'a>>,
}

#[derive(Serialize)]
struct KnownShape<'a> {
    rule_id: &'a str,
    fingerprint: &'a str,
    rule_title: &'a str,
    level: &'static str,
    entity: BTreeMap<&'a str, &'a str>,
    path: &'a str,
}

impl<'a> KnownShape<'a> {
    fn new(known: &'a Known) -> KnownShape<'a> {
        KnownShape {
            rule_id: &known.rule_id,
            fingerprint: &known.fingerprint,
            rule_title: &known.rule_title,
            level: known.level.name(),
            entity: known.entity.iter().map(|pair| (pair.field.as_str(), pair.value.as_str())).collect(),
            path: &known.path,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Level, Pair};

    #[test]
    fn a_baseline_is_this_file_and_cannot_move_a_terminal() {
        let one = Known {
            rule_id: "ssh".to_owned(),
            rule_title: "SSH \u{202e}".to_owned(),
            level: Level::High,
            entity: vec![Pair { field: "src_ip".to_owned(), value: "##[error]\u{1b}".to_owned() }],
            path: "logs/auth.log".to_owned(),
            fingerprint: "a0b1c2d3e4f50617".to_owned(),
        };
        let mut out = Vec::new();
        write_baseline(&[one], &mut out).expect("a vector takes everything");
        let want = "{\n  \"schema\": \"logsentry-baseline/1\",\n  \"alerts\": [\n    {\n      \"rule_id\": \"ssh\",\n      \
                    \"fingerprint\": \"a0b1c2d3e4f50617\",\n      \"rule_title\": \"SSH \\u202e\",\n      \
                    \"level\": \"high\",\n      \"entity\": {\n        \"src_ip\": \"\\u0023#[error]\\u001b\"\n      },\n      \
                    \"path\": \"logs/auth.log\"\n    }\n  ]\n}\n";
        assert_eq!(String::from_utf8_lossy(&out), want);
    }
}
