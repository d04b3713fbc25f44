//! The macros of patterns: `%{NAME}`, `%{NAME:field}` and `%{NAME:field:int}` become expressions of the `regex` crate.
//!
//! The names are those people know from grok; the expressions are our own, since the usual ones need look-around, which an
//! engine of linear time does not have. So a macro may take a little more than its namesake: addresses are not checked
//! number by number, words do not look behind themselves.

use crate::model::limits;

/// Every macro, in the order of the alphabet. Those of another's making stand for it in braces.
pub(super) static MACROS: &[(&str, &str)] = &[
    ("ALNUM", r"[0-9A-Za-z]+"),
    ("BASE10NUM", r"[+-]?(?:\d+(?:\.\d+)?|\.\d+)"),
    ("BASE16NUM", r"[+-]?(?:0[xX])?[0-9A-Fa-f]+"),
    ("BOOL", r"(?:true|false|yes|no|on|off)"),
    ("CISCOMAC", r"(?:[0-9A-Fa-f]{4}\.){2}[0-9A-Fa-f]{4}"),
    ("COMMONMAC", r"(?:[0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}"),
    ("DATA", r".*?"),
    ("DATE", r"(?:%{DATE_US}|%{DATE_EU})"),
    ("DATESTAMP", r"%{DATE}[- ]%{TIME}"),
    ("DATE_EU", r"%{MONTHDAY}[./-]%{MONTHNUM}[./-]%{YEAR}"),
    ("DATE_US", r"%{MONTHNUM}[/-]%{MONTHDAY}[/-]%{YEAR}"),
    ("DAY", r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*"),
    ("DURATION", r"\d+(?:\.\d+)?(?:ns|us|ms|s|m|h|d)"),
    ("EMAILADDRESS", r"[0-9A-Za-z!#$%&'*+/=?^_`{|}~.-]+@%{HOSTNAME}"),
    ("EMAILLOCALPART", r"[0-9A-Za-z!#$%&'*+/=?^_`{|}~.-]+"),
    ("EPOCH", r"\d{9,10}(?:\.\d+)?"),
    ("GREEDYDATA", r".*"),
    ("HEX", r"[0-9A-Fa-f]+"),
    ("HOSTNAME", r"[0-9A-Za-z_](?:[0-9A-Za-z_.-]*[0-9A-Za-z_])?\.?"),
    ("HOSTPORT", r"%{IPORHOST}:%{POSINT}"),
    ("HOUR", r"(?:2[0-4]|[01]?\d)"),
    ("HTTPDATE", r"%{MONTHDAY}/%{MONTH}/%{YEAR}:%{TIME} %{TZOFFSET}"),
    ("HTTPVERSION", r"HTTP/\d(?:\.\d)?"),
    ("INT", r"[+-]?\d+"),
    ("IP", r"(?:%{IPV4}|%{IPV6})"),
    ("IPORHOST", r"(?:%{IP}|%{HOSTNAME})"),
    ("IPV4", r"\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}"),
    ("IPV6", r"(?:[0-9A-Fa-f]{0,4}:){2,7}(?:%{IPV4}|[0-9A-Fa-f]{0,4})(?:%[0-9A-Za-z]+)?"),
    ("ISO8601_TIMEZONE", r"(?:Z|[+-]\d{2}:?\d{2})"),
    (
        "LOGLEVEL",
        r"(?i:trace|debug|info(?:rmation)?|notice|warn(?:ing)?|err(?:or)?|crit(?:ical)?|fatal|severe|alert|emerg(?:ency)?|panic)",
    ),
    ("MAC", r"(?:%{COMMONMAC}|%{WINDOWSMAC}|%{CISCOMAC})"),
    ("MINUTE", r"[0-5]\d"),
    ("MONTH", r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*"),
    ("MONTHDAY", r"(?:0[1-9]|[12]\d|3[01]|[1-9])"),
    ("MONTHNUM", r"(?:0?[1-9]|1[0-2])"),
    ("NONNEGINT", r"\d+"),
    ("NOTSPACE", r"\S+"),
    ("NUMBER", r"%{BASE10NUM}"),
    ("PATH", r"(?:%{UNIXPATH}|%{WINPATH})"),
    ("POSINT", r"[1-9]\d*"),
    ("PROG", r"[0-9A-Za-z_./%-]+"),
    ("QS", r"%{QUOTEDSTRING}"),
    ("QUOTEDSTRING", r#"(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')"#),
    ("SECOND", r"(?:[0-5]\d|60)(?:[.,]\d+)?"),
    ("SPACE", r"\s*"),
    ("SYSLOGHOST", r"%{IPORHOST}"),
    ("SYSLOGPROG", r"%{PROG:program}(?:\[%{POSINT:pid}\])?"),
    ("SYSLOGTIMESTAMP", r"%{MONTH} +%{MONTHDAY} %{TIME}"),
    ("TIME", r"%{HOUR}:%{MINUTE}(?::%{SECOND})?"),
    ("TIMESTAMP_ISO8601", r"%{YEAR}-%{MONTHNUM}-%{MONTHDAY}[T ]%{HOUR}:%{MINUTE}(?::%{SECOND})? ?%{ISO8601_TIMEZONE}?"),
    ("TTY", r"/dev/(?:pts/\d+|tty\w*)"),
    ("TZ", r"(?:[A-Z]{3,5})"),
    ("TZOFFSET", r"[+-]\d{4}"),
    ("UNIXPATH", r"(?:/[^\s/]*)+"),
    ("URI", r"%{URIPROTO}://(?:[^\s/@]+@)?%{URIHOST}?%{URIPATHPARAM}?"),
    ("URIHOST", r"%{IPORHOST}(?::%{POSINT})?"),
    ("URIPARAM", r"\?[^\s#]*"),
    ("URIPATH", r"/[^\s?#]*"),
    ("URIPATHPARAM", r"%{URIPATH}(?:%{URIPARAM})?"),
    ("URIPROTO", r"[A-Za-z][A-Za-z0-9+.-]*"),
    ("USER", r"%{USERNAME}"),
    ("USERNAME", r"[0-9A-Za-z._@$\\-]+"),
    ("UUID", r"[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}"),
    ("WINDOWSMAC", r"(?:[0-9A-Fa-f]{2}-){5}[0-9A-Fa-f]{2}"),
    ("WINPATH", r"(?:[A-Za-z]:|\\)(?:\\[^\\?*\s]*)+"),
    ("WORD", r"\w+"),
    ("YEAR", r"\d{4}"),
];

/// How deep macros may stand inside each other.
const DEPTH: usize = 8;

/// What a pattern is as an expression, and the fields macros gave a kind: `(field, kind)`.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Expanded {
    pub(super) expression: String,
    pub(super) kinds: Vec<(String, String)>,
}

/// Puts expressions in the places of macros.
pub(super) fn expand(pattern: &str) -> Result<Expanded, String> {
    let mut expanded = Expanded::default();
    push(pattern, 0, &mut expanded)?;
    Ok(expanded)
}

fn push(pattern: &str, depth: usize, out: &mut Expanded) -> Result<(), String> {
    if depth > DEPTH {
        return Err(format!("macros stand more than {DEPTH} deep inside each other"));
    }
    let mut rest = pattern;
    while let Some((before, behind)) = rest.split_once("%{") {
        let (inside, after) = behind.split_once('}').ok_or("a `%{` is not closed")?;
        out.expression.push_str(before);
        let mut parts = inside.splitn(3, ':');
        let name = parts.next().unwrap_or_default();
        let (_, meaning) =
            MACROS.iter().find(|(known, _)| *known == name).ok_or_else(|| format!("`%{{{name}}}` is no macro"))?;
        match parts.next() {
            Some(field) => {
                out.expression.push_str("(?P<");
                out.expression.push_str(field);
                out.expression.push('>');
                out.kinds.extend(parts.next().map(|kind| (field.to_owned(), kind.to_owned())));
            }
            None => out.expression.push_str("(?:"),
        }
        push(meaning, depth + 1, out)?;
        out.expression.push(')');
        if out.expression.len() > limits::EXPRESSION_TEXT {
            return Err(format!("the pattern is longer than {} bytes", limits::EXPRESSION_TEXT));
        }
        rest = after;
    }
    out.expression.push_str(rest);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use regex::Regex;

    #[test]
    fn every_macro_is_an_expression_in_its_place_in_the_alphabet() {
        for (at, (name, _)) in MACROS.iter().enumerate() {
            assert!(at == 0 || MACROS[at - 1].0 < *name, "{name}");
            let expression = expand(&format!("^%{{{name}}}$")).unwrap().expression;
            Regex::new(&expression).unwrap_or_else(|e| panic!("{name}: {e}"));
        }
    }

    #[track_caller]
    fn check(name: &str, fits: &[&str], others: &[&str]) {
        let expression = Regex::new(&expand(&format!("^%{{{name}}}$")).unwrap().expression).unwrap();
        for text in fits {
            assert!(expression.is_match(text), "{name}: {text}");
        }
        for text in others {
            assert!(!expression.is_match(text), "{name}: {text}");
        }
    }

    #[test]
    fn macros_take_what_they_are_named_for() {
        check("IP", &["203.0.113.9", "2001:db8::1", "::1", "fe80::1%eth0", "::ffff:203.0.113.9"], &["203.0.113", "x"]);
        check("HOSTNAME", &["web1", "a.b-c.example.", "_dmarc.example.com"], &["-x", "a b", ""]);
        check(
            "TIMESTAMP_ISO8601",
            &["2024-01-02T10:00:00Z", "2024-01-02 10:00:00,123", "2024-01-02 10:00 +0100"],
            &["10:00"],
        );
        check("HTTPDATE", &["10/Oct/2000:13:55:36 -0700"], &["10/10/2000:13:55:36 -0700"]);
        check("QS", &[r#""a \" b""#, "'x'", "\"\""], &["\"a", "a\""]);
        check("MAC", &["00:11:22:aa:bb:cc", "00-11-22-AA-BB-CC", "0011.22aa.bbcc"], &["00:11:22"]);
        check("URI", &["https://example.com/a?b=c", "ftp://u:p@198.51.100.7:21/x"], &["example.com"]);
        check("NUMBER", &["-1.5", "42", ".5"], &["1e", "x"]);
    }

    #[test]
    fn fields_and_kinds_are_taken_from_macros() {
        let expanded = expand("%{IP:src_ip} %{INT:src_port:int}").unwrap();
        assert!(expanded.expression.starts_with("(?P<src_ip>") && expanded.expression.contains("(?P<src_port>"));
        assert_eq!(expanded.kinds, [("src_port".to_owned(), "int".to_owned())]);
        assert!(expand("%{NOPE}").unwrap_err().contains("NOPE"));
        assert!(expand("%{IP").is_err());
    }
}
