//! Whether a region holds what its snippet shows, in the file it points into.

use super::{list, text};
use serde_json::Value;
use std::fs;
use std::path::Path;

/// Snippets that are not what their region holds. Files that are packed or in another encoding are left out.
pub(super) fn complaints(sarif: &Value, folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for result in list(&sarif["runs"][0]["results"]) {
        let place = &result["locations"][0]["physicalLocation"];
        let (uri, region) = (text(&place["artifactLocation"]["uri"]), &place["region"]);
        let Some(snippet) = region["snippet"]["text"].as_str() else { continue };
        let Ok(file) = fs::read(folder.join(decoded(uri))) else { continue };
        let Ok(file) = String::from_utf8(file) else { continue };
        // A byte order mark is no character of the first line.
        let Some(held) = slice(file.trim_start_matches('\u{FEFF}'), region) else {
            found.push(format!("{uri}: {region} is not in the file"));
            continue;
        };
        if !agrees(&held, snippet) {
            found.push(format!("{uri}: {held:?} is not {snippet:?}"));
        }
    }
    found
}

/// The text of a region: columns are characters that count from 1, the end is behind the last.
fn slice(file: &str, region: &Value) -> Option<String> {
    let number = |name: &str| region[name].as_u64().and_then(|number| usize::try_from(number).ok());
    let start = number("startLine")?;
    let end = number("endLine").unwrap_or(start);
    let lines: Vec<&str> = file.lines().skip(start - 1).take(end + 1 - start).collect();
    let last = lines.last()?.chars().count();
    let (from, to) = (number("startColumn").unwrap_or(1), number("endColumn").unwrap_or(last + 1));
    if lines.len() != end + 1 - start || to > last + 1 || from > lines.first()?.chars().count() + 1 {
        return None;
    }
    let whole = lines.join("\n");
    let skipped: usize = whole.chars().count() - (last + 1 - to);
    Some(whole.chars().take(skipped).skip(from - 1).collect())
}

/// What redaction blanked, what was cut and what hides text may differ; everything else may not.
fn agrees(held: &str, snippet: &str) -> bool {
    let visible = |text: &str| text.chars().filter(|c| !is_blurred(*c)).collect::<String>();
    let (held, shown) = (visible(held), snippet.strip_suffix('…'));
    let parts: Vec<String> = shown.unwrap_or(snippet).split("[REDACTED]").map(visible).collect();
    let mut rest = held.as_str();
    for (n, part) in parts.iter().enumerate() {
        match rest.find(part.as_str()) {
            Some(at) if n > 0 || at == 0 => rest = &rest[at + part.len()..],
            _ => return false,
        }
    }
    // Nothing stands behind what is blanked at the very end, and the beginning is all there is of what was cut.
    rest.is_empty() || shown.is_some() || parts.last().is_some_and(String::is_empty)
}

/// What is shown as U+FFFD.
fn is_blurred(c: char) -> bool {
    (c.is_control() && c != '\n' && c != '\t')
        || matches!(c, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFFD}')
}

/// Fails unless the place is a record of a binary log: an ordinal and nothing else, and the number the log gave it.
#[track_caller]
pub(super) fn is_record(result: &Value) {
    let (place, ours) = (&result["locations"][0], &result["properties"]["logsentry"]);
    let region = place["physicalLocation"]["region"].as_object().expect("a region");
    assert_eq!(region.keys().collect::<Vec<_>>(), ["startLine"]);
    let ordinal = region["startLine"].as_u64().expect("a number");
    let number = ours["recordId"].as_u64();
    let name = number.map_or(format!("record {ordinal}"), |number| format!("EventRecordID {number}"));
    let logical = &place["logicalLocations"][0];
    assert_eq!((text(&logical["name"]), text(&logical["kind"])), (&*name, "record"));
    let end = format!(".evtx/{}", number.unwrap_or(ordinal));
    assert!(text(&logical["fullyQualifiedName"]).ends_with(&end), "{logical}");
    let said = format!("record {ordinal}.");
    assert!(text(&result["message"]["text"]).ends_with(&said), "{}", result["message"]);
}

fn decoded(uri: &str) -> std::path::PathBuf {
    use std::os::unix::ffi::OsStringExt;
    let mut bytes = Vec::new();
    let mut parts = uri.split('%');
    bytes.extend(parts.next().unwrap_or_default().bytes());
    for part in parts {
        let (hex, rest) = part.split_at(2);
        bytes.push(u8::from_str_radix(hex, 16).expect("two digits"));
        bytes.extend(rest.bytes());
    }
    std::ffi::OsString::from_vec(bytes).into()
}

#[test]
fn a_region_is_cut_out_by_characters() {
    let file = "één\n[{\"a\":\"ü\"},{\"b\":1}]\nlast";
    let cases = [
        ([1, 1, 1, 4], Some("één")),
        ([2, 2, 2, 11], Some("{\"a\":\"ü\"}")),
        ([2, 12, 2, 19], Some("{\"b\":1}")),
        ([1, 3, 3, 3], Some("n\n[{\"a\":\"ü\"},{\"b\":1}]\nla")),
        ([3, 1, 3, 6], None),
        ([4, 1, 4, 2], None),
    ];
    for ([start_line, from, end_line, to], want) in cases {
        let region = serde_json::json!(
            {"startLine": start_line, "startColumn": from, "endLine": end_line, "endColumn": to}
        );
        assert_eq!(slice(file, &region).as_deref(), want, "{region}");
    }
}
