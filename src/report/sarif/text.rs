//! Text from logs and rules in SARIF: what a viewer would take for a link, a placeholder or markup is broken up.

use crate::model::show::is_hostile;

/// Text from outside in plain SARIF text: hidden and control characters become U+FFFD, `[x](y)` no link, `{0}` no
/// placeholder, and backticks, which GitHub drops, quotes.
pub(super) fn plain(text: &str) -> String {
    let text: String = text
        .chars()
        .map(|c| match c {
            '{' => '(',
            '}' => ')',
            '`' => '\'',
            c if is_hostile(c) => '\u{FFFD}',
            c => c,
        })
        .collect();
    text.replace("](", "] (")
}

/// A raw record: lines and tabs stay, everything that hides or moves text does not.
pub(super) fn snippet(text: &str) -> String {
    text.chars().map(|c| if is_hostile(c) && c != '\n' && c != '\t' { '\u{FFFD}' } else { c }).collect()
}

/// A text of several lines as one paragraph.
pub(super) fn paragraph(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The beginning of a text, cut at a word where one ends in the last quarter.
pub(super) fn cut(text: &str, max: usize) -> String {
    if text.chars().count() <= max {
        return text.to_owned();
    }
    let kept: String = text.chars().take(max.saturating_sub(1)).collect();
    let word = kept.rfind(' ').filter(|at| *at > kept.len() / 4 * 3).unwrap_or(kept.len());
    format!("{}…", kept.get(..word).unwrap_or(&kept).trim_end())
}

/// A value in a message: quoted, cut at 120 characters.
pub(super) fn value(text: &str) -> String {
    format!("'{}'", plain(&cut(text, 120)))
}

/// A sentence: with one full stop.
pub(super) fn sentence(text: &str) -> String {
    let text = text.trim_end();
    if text.ends_with(['.', '!', '?', '…']) { text.to_owned() } else { format!("{text}.") }
}

/// Text of a rule in Markdown: shown as it is, whatever it looks like.
pub(super) fn markdown(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '(' | ')' | '#' | '|' | '!' | '~' | '$' | '@' => {
                out.push('\\');
                out.push(c);
            }
            '\n' => out.push(' '),
            c if is_hostile(c) => out.push('\u{FFFD}'),
            c => out.push(c),
        }
    }
    out
}

/// An address a viewer may be sent to: `http` and `https` alone, what is not legal in one encoded.
pub(super) fn web_address(text: &str) -> Option<String> {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"))?;
    let legal = |b: u8| b.is_ascii_alphanumeric() || b"-._~:/?#@!$&'*+,;=%".contains(&b);
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let (name, port) = host.split_once(':').unwrap_or((host, ""));
    let host_is_one = !name.is_empty()
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b".-".contains(&b))
        && port.bytes().all(|b| b.is_ascii_digit());
    let is_one = host_is_one && rest.matches('#').count() < 2 && escapes_spell_text(rest);
    is_one.then(|| encode(text, legal))
}

/// Whether every `%` begins an escape and all of them spell UTF-8. Other bytes are legal (RFC 3986), but validators refuse
/// them, and with them the file.
fn escapes_spell_text(text: &str) -> bool {
    let mut bytes = Vec::with_capacity(text.len());
    let mut parts = text.split('%');
    bytes.extend(parts.next().unwrap_or_default().bytes());
    for part in parts {
        let digits = part.get(..2).filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()));
        let Some(byte) = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) else {
            return false;
        };
        bytes.push(byte);
        bytes.extend(part.bytes().skip(2));
    }
    std::str::from_utf8(&bytes).is_ok()
}

/// A shown path as a relative URI reference (design page `sarif.md` section 4).
pub(super) fn uri(path: &str) -> String {
    let mut out = String::new();
    for (at, segment) in path.split('/').enumerate() {
        if at > 0 {
            out.push('/');
        }
        // A colon in the first segment would make it a scheme.
        let legal = |b: u8| b.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=@".contains(&b) || (b == b':' && at > 0);
        let mut rest = segment;
        while let Some(percent) = rest.find('%') {
            let (before, tail) = rest.split_at(percent);
            out.push_str(&encode(before, legal));
            let run = high_bytes(tail);
            let (run, after) = tail.split_at(run.len().max(1));
            // A run of bytes that *would* be UTF-8 cannot have come about that way: then the name really holds `%`.
            let raw = is_not_utf8(run);
            out.push_str(&if raw { run.to_owned() } else { run.replace('%', "%25") });
            rest = after;
        }
        out.push_str(&encode(rest, legal));
    }
    out
}

/// The `%XX` of 0x80 and above a text starts with: a name that is not UTF-8 is shown with those bytes as such.
fn high_bytes(text: &str) -> &str {
    let mut end = 0;
    while text.get(end..end + 3).and_then(|t| t.strip_prefix('%')).and_then(high_byte).is_some() {
        end += 3;
    }
    text.get(..end).unwrap_or_default()
}

fn high_byte(hex: &str) -> Option<u8> {
    u8::from_str_radix(hex, 16).ok().filter(|byte| *byte >= 0x80)
}

fn is_not_utf8(run: &str) -> bool {
    let bytes: Vec<u8> = run.split('%').filter_map(high_byte).collect();
    std::str::from_utf8(&bytes).is_err()
}

fn encode(text: &str, legal: impl Fn(u8) -> bool) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        if legal(byte) {
            out.push(char::from(byte));
        } else {
            let hex = |digit: u8| char::from_digit(u32::from(digit), 16).map_or('0', |c| c.to_ascii_uppercase());
            out.extend(['%', hex(byte >> 4), hex(byte & 15)]);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_relative_addresses() {
        let cases = [
            ("logs/auth.log", "logs/auth.log"),
            ("case 1/größe [1].log", "case%201/gr%C3%B6%C3%9Fe%20%5B1%5D.log"),
            ("Microsoft-Windows-Sysmon%4Operational.evtx", "Microsoft-Windows-Sysmon%254Operational.evtx"),
            ("bundle.zip!/var/log/auth.log", "bundle.zip!/var/log/auth.log"),
            ("c:/x:y/a(1).log", "c%3A/x:y/a(1).log"),
            ("a%FFb/%E2%82.log", "a%FFb/%E2%82.log"),
            ("caf%C3%A9.log", "caf%25C3%25A9.log"),
            ("100%.log", "100%25.log"),
            ("a\u{1b}?#.log", "a%1B%3F%23.log"),
            ("stdin", "stdin"),
        ];
        for (path, want) in cases {
            assert_eq!(uri(path), want, "{path}");
        }
    }

    #[test]
    fn values_cannot_pass_for_links_or_placeholders() {
        let cases = [
            ("[click](https://evil.example)", "'[click] (https://evil.example)'"),
            ("{0} `id`", "'(0) 'id''"),
            ("a\u{1b}b\u{202e}c\nd", "'a\u{FFFD}b\u{FFFD}c\u{FFFD}d'"),
            ("<script>", "'<script>'"),
        ];
        for (text, want) in cases {
            assert_eq!(value(text), want);
        }
        assert_eq!(value(&"x".repeat(200)).chars().count(), 122);
    }

    #[test]
    fn rule_text_is_no_markup() {
        let cases = [
            ("<b>&", "&lt;b&gt;&amp;"),
            ("[a](b)", "\\[a\\]\\(b\\)"),
            ("`x` *y* _z_ | #", "\\`x\\` \\*y\\* \\_z\\_ \\| \\#"),
            ("a\nb\u{1b}", "a b\u{FFFD}"),
        ];
        for (text, want) in cases {
            assert_eq!(markdown(text), want);
        }
    }

    #[test]
    fn only_web_addresses_are_linked() {
        let cases = [
            ("https://example.org/a_b(c)?d=<e> f", Some("https://example.org/a_b%28c%29?d=%3Ce%3E%20f")),
            ("javascript:alert(1)", None),
            ("https:///x", None),
            ("https://a b/", None),
            ("https://example.org:8443/%C3%BC?100%25#x", Some("https://example.org:8443/%C3%BC?100%25#x")),
            ("https://example.org/%ff", None),
            ("https://example.org/100%", None),
            ("https://example.org/#a#b", None),
            ("https://example.org:x/", None),
            ("", None),
        ];
        for (text, want) in cases {
            assert_eq!(web_address(text).as_deref(), want);
        }
    }

    #[test]
    fn cuts_end_at_a_word() {
        assert_eq!(cut("one two three four", 15), "one two three…");
        assert_eq!(cut("short", 15), "short");
        assert_eq!(cut(&"x".repeat(20), 10), format!("{}…", "x".repeat(9)));
    }
}
