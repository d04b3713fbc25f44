//! Values: what a canonical type accepts and how it writes it, and the conversions the tables name with `via`.
//!
//! A conversion that cannot read its input gives nothing; the canonical field is then missing and the original stays
//! as it is. Nothing here looks at an event.

mod account;
mod audit;
mod kind;
mod net;
mod number;
mod verdict;
mod web;
mod windows;

pub(super) use kind::Kind;

use super::words::Words;
use std::borrow::Cow;

/// One row of [`CONVERSIONS`].
pub(super) struct Conversion {
    /// As `via` names it.
    pub(super) name: &'static str,
    pub(super) takes: Takes,
}

/// What a conversion works on.
pub(super) enum Takes {
    /// One value; a part of it or words.
    One(for<'a> fn(&'a Words, &'a str) -> Option<Cow<'a, str>>),
    /// One value that stands for several.
    Many(fn(&Words, &str, &mut dyn FnMut(String))),
    /// Several fields put together; a missing one is `None`.
    Args(fn(&Words, &[Option<&str>]) -> Option<String>),
    /// All values of several fields put together.
    All(fn(&[&str]) -> Option<String>),
}

macro_rules! rows {
    ($($takes:ident $name:literal $function:path;)*) => {
        &[$(Conversion { name: $name, takes: Takes::$takes($function) },)*]
    };
}

/// All conversions.
pub(super) static CONVERSIONS: &[Conversion] = rows! {
    One "name_not_ip" net::name_not_ip;
    One "mac_sender" net::mac_sender;
    One "mac_receiver" net::mac_receiver;
    One "port_part" net::port_part;
    One "part_1" net::first_part;
    One "part_2" net::second_part;
    One "part_3" net::third_part;
    One "part_4" net::fourth_part;
    One "transport" net::transport;
    One "known_protocol" net::known_protocol;
    Many "each" net::each;
    One "no_last_dot" net::no_last_dot;
    One "seconds" number::seconds;
    One "nanoseconds" number::nanoseconds;
    One "not_zero" number::not_zero;
    Many "hex_both" number::hex_both;
    One "otlp_level" number::otlp_level;
    One "pri_level" number::pri_level;
    One "pri_facility" number::pri_facility;
    One "verdict" verdict::verdict;
    One "fortigate_verdict" verdict::fortigate;
    One "prefix_verdict" verdict::prefix;
    One "audit_outcome" verdict::audit_outcome;
    One "audit_result" verdict::audit_result;
    One "status_outcome" verdict::status_outcome;
    One "code_outcome" verdict::code_outcome;
    One "azure_outcome" verdict::azure;
    One "m365_outcome" verdict::m365;
    One "okta_outcome" verdict::okta;
    One "waf_outcome" verdict::waf;
    One "http_outcome" verdict::http;
    Many "accept_or_deny" verdict::accept_or_deny;
    One "domain" account::domain;
    One "realm" account::realm;
    One "common_name" account::common_name;
    Args "account" account::account;
    Args "without_realm" account::without_realm;
    One "full_path" windows::full_path;
    One "windows_level" windows::level;
    One "md5" windows::md5;
    One "sha1" windows::sha1;
    One "sha256" windows::sha256;
    One "imphash" windows::imphash;
    One "initiated" windows::initiated;
    One "audit_operation" windows::audit_operation;
    Many "device_path" windows::device_path;
    Many "integrity_both" windows::integrity_both;
    Args "registry_path" windows::registry_path;
    Args "registry_value" windows::registry_value;
    One "sockaddr_ip" audit::sockaddr_ip;
    One "sockaddr_port" audit::sockaddr_port;
    Args "syscall_name" audit::syscall_name;
    Args "syscall_action" audit::syscall_action;
    One "request_method" web::request_method;
    One "request_target" web::request_target;
    One "request_version" web::request_version;
    One "url_path" web::path;
    One "url_query" web::query;
    One "url_host" web::host;
    One "url_port" web::port;
    One "extension" web::extension;
    One "last_segment" web::last_segment;
    One "plus_blank" web::plus_blank;
    One "percent_decoded" web::percent_decoded;
    Args "whole_url" web::whole_url;
    Args "target" web::target;
    Args "concat" web::concat;
    All "joined" web::joined;
};

impl Conversion {
    /// Whether what it gives is always a piece of what it was given.
    pub(super) fn quotes(&self) -> bool {
        let pieces = ["request_method", "request_target", "request_version", "url_path", "url_query"];
        pieces.contains(&self.name)
    }
}

/// The conversion of a name.
pub(super) fn conversion(name: &str) -> Option<&'static Conversion> {
    CONVERSIONS.iter().find(|c| c.name == name)
}

#[cfg(test)]
mod tests {
    use super::super::table::Tables;
    use super::*;

    /// Read once for all tests.
    pub(super) static WORDS: std::sync::OnceLock<Words> = std::sync::OnceLock::new();

    #[track_caller]
    fn check(name: &str, inputs: &[&str], want: &[&str]) {
        let words = WORDS.get_or_init(|| Words::new(&Tables::read().values));
        let mut got = Vec::new();
        match conversion(name).expect("a row").takes {
            Takes::One(f) => got.extend(f(words, inputs[0]).map(Cow::into_owned)),
            Takes::Many(f) => f(words, inputs[0], &mut |v| got.push(v)),
            Takes::Args(f) => {
                let args: Vec<_> = inputs.iter().map(|i| (*i != "(missing)").then_some(*i)).collect();
                got.extend(f(words, &args));
            }
            Takes::All(f) => got.extend(f(inputs)),
        }
        assert_eq!(got, want, "{name} of {inputs:?}");
    }

    fn is_piece(part: &str, whole: &str) -> bool {
        part.is_empty() || whole.contains(part)
    }

    proptest::proptest! {
        #[test]
        fn what_quotes_gives_pieces(text in "(GET |post )?[a-z]{0,4}(://)?[a-zA-Z0-9/?=:.\\\\ -]{0,12}( HTTP/1.1)?") {
            let words = WORDS.get_or_init(|| Words::new(&Tables::read().values));
            for row in CONVERSIONS.iter().filter(|row| row.quotes()) {
                let Takes::One(convert) = row.takes else { panic!("{} takes one value", row.name) };
                let given = convert(words, &text).unwrap_or_default();
                proptest::prop_assert!(is_piece(&given, &text), "{}: {given:?} of {text:?}", row.name);
            }
            for kind in kind::all().filter(|kind| kind.quotes()) {
                let given = kind.fit(words, crate::model::Datum::borrowed(&text));
                let given = given.as_ref().and_then(crate::model::Datum::text).unwrap_or_default().to_owned();
                proptest::prop_assert!(is_piece(&given, &text), "{kind:?}: {given:?} of {text:?}");
            }
        }
    }

    #[test]
    fn nothing_put_together_is_nothing() {
        let words = WORDS.get_or_init(|| Words::new(&Tables::read().values));
        for row in CONVERSIONS {
            match row.takes {
                Takes::Args(join) => assert_eq!(join(words, &[None; 6]), None, "{}", row.name),
                Takes::All(join) => assert_eq!(join(&[]), None, "{}", row.name),
                Takes::One(_) | Takes::Many(_) => {}
            }
        }
    }

    #[test]
    fn addresses_and_names() {
        check("name_not_ip", &["ec2.amazonaws.com"], &["ec2.amazonaws.com"]);
        check("name_not_ip", &["10.0.0.1"], &[]);
        check("name_not_ip", &["[::1]:80"], &[]);
        check("name_not_ip", &["unknown"], &[]);
        check("mac_sender", &["00:08:a2:0c:1f:12:00:c8:8b:e2:d6:87:08:00"], &["00:c8:8b:e2:d6:87"]);
        check("mac_receiver", &["00:08:a2:0c:1f:12:00:c8:8b:e2:d6:87:08:00"], &["00:08:a2:0c:1f:12"]);
        check("mac_sender", &["00:08"], &[]);
        check("port_part", &["52.239.221.65:443"], &["443"]);
        check("port_part", &["[2001:db8::1]:8443"], &["8443"]);
        check("port_part", &["example.org"], &[]);
        check("transport", &["6"], &["tcp"]);
        check("part_1", &["10.0.0.1:443:X1:a.example"], &["10.0.0.1"]);
        check("part_2", &["10.0.0.1:443:X1:a.example"], &["443"]);
        check("part_3", &["10.0.0.1:443:X1"], &["X1"]);
        check("part_4", &["10.0.0.1:443:X1"], &[]);
        check("part_2", &["tcp/https"], &["https"]);
        check("each", &["a, b;c"], &["a", "b", "c"]);
    }

    #[test]
    fn numbers() {
        check("seconds", &["0.034"], &["34"]);
        check("seconds", &["1e3"], &[]);
        check("nanoseconds", &["1500000"], &["1.5"]);
        check("hex_both", &["0x1570"], &["5488", "0x1570"]);
        check("hex_both", &["872"], &["872"]);
        check("not_zero", &["0x0"], &[]);
        check("not_zero", &["0x3e7"], &["0x3e7"]);
        check("pri_level", &["174"], &["info"]);
        check("pri_facility", &["174"], &["local5"]);
        check("pri_level", &["999"], &[]);
        check("otlp_level", &["1"], &["trace"]);
        check("otlp_level", &["24"], &["crit"]);
        check("otlp_level", &["0"], &[]);
        check("otlp_level", &["SEVERITY_NUMBER_WARN2"], &["warning"]);
    }

    #[test]
    fn verdicts() {
        check("audit_outcome", &["0x8020000000000000"], &["success"]);
        check("audit_outcome", &["-9214364837600034816"], &["success"]);
        check("audit_outcome", &["0x8010000000000000"], &["failure"]);
        check("audit_outcome", &["AUDIT_FAILURE"], &["failure"]);
        check("audit_outcome", &["Audit Success"], &["success"]);
        check("audit_outcome", &["INFO"], &[]);
        check("status_outcome", &["0xc000006d"], &["failure"]);
        check("status_outcome", &["0x0"], &["success"]);
        check("prefix_verdict", &["UFW BLOCK"], &["blocked"]);
        check("prefix_verdict", &["IPTABLES-DROP"], &["blocked"]);
        check("prefix_verdict", &["Shorewall:net2fw:ACCEPT:"], &["allowed"]);
        check("prefix_verdict", &["DROPLET"], &[]);
        check("http_outcome", &["304"], &["success"]);
        check("http_outcome", &["400"], &["failure"]);
        check("http_outcome", &["0"], &[]);
        check("waf_outcome", &["managed_challenge"], &["blocked"]);
        check("waf_outcome", &["Block"], &["blocked"]);
        check("waf_outcome", &["skip"], &["allowed"]);
        check("waf_outcome", &["unknown"], &[]);
        check("accept_or_deny", &["allowed"], &["accept", "allowed"]);
        check("azure_outcome", &["Started"], &[]);
    }

    #[test]
    fn accounts() {
        check("domain", &["MORDOR\\sbeavers"], &["MORDOR"]);
        check("domain", &["sbeavers"], &[]);
        check("common_name", &["CN=Alice\\, B,OU=x,DC=y"], &["Alice, B"]);
        check("common_name", &["-"], &[]);
        check("without_realm", &["WORKSTATION5$@THESHIRE.LOCAL", "THESHIRE.LOCAL"], &["WORKSTATION5$"]);
        check("without_realm", &["alice@other.org", "THESHIRE.LOCAL"], &["alice@other.org"]);
        check("without_realm", &["alice", "(missing)"], &["alice"]);
        check("account", &["MORDOR", "sbeavers", "S-1-0-0"], &["MORDOR\\sbeavers"]);
        check("account", &["MORDOR", "WS6$", "S-1-5-18"], &["NT AUTHORITY\\SYSTEM"]);
        check("account", &["-", "-", "S-1-0-0"], &[]);
    }

    #[test]
    fn windows_values() {
        check("sha1", &["SHA1=AB,MD5=CD,IMPHASH=EF"], &["AB"]);
        check("imphash", &["SHA1=AB,MD5=CD,IMPHASH=EF"], &["EF"]);
        check("md5", &["8ac325c757fa721b272ecea19ebcf745"], &["8ac325c757fa721b272ecea19ebcf745"]);
        check(
            "device_path",
            &["\\device\\harddiskvolume4\\a\\b.exe"],
            &["C:\\a\\b.exe", "\\device\\harddiskvolume4\\a\\b.exe"],
        );
        check("integrity_both", &["S-1-16-12288"], &["High", "S-1-16-12288"]);
        check(
            "registry_path",
            &["\\REGISTRY\\MACHINE\\SYSTEM\\ControlSet001\\Services\\x", "Start"],
            &["HKLM\\System\\CurrentControlSet\\Services\\x\\Start"],
        );
        check("registry_value", &["4", "%%1876"], &["DWORD (0x00000004)"]);
        check("registry_value", &["x", "%%1873"], &["x"]);
        check("full_path", &["/sbin/anacron"], &["/sbin/anacron"]);
        check("full_path", &["anacron"], &[]);
        check("windows_level", &["2"], &["error"]);
        check("windows_level", &["0"], &[]);
    }

    #[test]
    fn audit_values() {
        check("syscall_name", &["c000003e", "59", "59"], &["execve"]);
        check("syscall_name", &["c00000b7", "221", "(missing)"], &["execve"]);
        check("syscall_name", &["40000003", "14"], &["mknod"]);
        check("syscall_name", &["c000003e", "59", "execveat"], &["execveat"]);
        check("syscall_name", &["c000003e", "65535"], &[]);
        check("syscall_name", &["ffff", "59"], &[]);
        check("syscall_action", &["c000003e", "59"], &["process_start"]);
        check("syscall_action", &["c000003e", "42"], &["network_connection"]);
        check("syscall_action", &["c000003e", "(missing)", "accept4"], &["network_connection"]);
        check("syscall_action", &["c000003e", "257"], &[]);
        check("sockaddr_ip", &["0200005001020304"], &["1.2.3.4"]);
        check("sockaddr_port", &["020001BBCB00710500000000"], &["443"]);
        check("sockaddr_ip", &["0A0001BB0000000020010DB800000000000000000000000100000000"], &["2001:db8::1"]);
        check("sockaddr_ip", &["01002F72756E2F78"], &[]);
        check("sockaddr_ip", &["02"], &[]);
    }

    #[test]
    fn requests_and_urls() {
        check("request_method", &["GET /uno dos"], &["GET"]);
        check("request_target", &["GET /uno dos"], &["/uno dos"]);
        check(
            "request_target",
            &["GET /a?b=<script>alert(\"x\")</script> HTTP/1.0"],
            &["/a?b=<script>alert(\"x\")</script>"],
        );
        check("request_version", &["GET / HTTPS/1.0"], &["HTTPS/1.0"]);
        check("request_version", &["GET /uno dos"], &[]);
        check("request_method", &["\\x16\\x03\\x01\\x01 \\x02"], &[]);
        check("request_target", &["-"], &[]);
        check("url_path", &["/solr/admin?wt=json?x"], &["/solr/admin"]);
        check("url_query", &["/solr/admin?wt=json?x"], &["wt=json?x"]);
        check("url_path", &["http://www.example.com/a.txt"], &["/a.txt"]);
        check("url_path", &["http://www.example.com"], &[]);
        check("url_path", &["logs.example.com:443"], &[]);
        check("url_path", &["index.htm"], &["index.htm"]);
        check("url_host", &["http://u:p@www.example.com:8080/a"], &["www.example.com"]);
        check("url_host", &["logs.example.com:443"], &["logs.example.com"]);
        check("url_host", &["/a:b"], &[]);
        check("url_port", &["https://[::1]:8443/"], &["8443"]);
        check("extension", &["/a/b.tar.gz?x=.y"], &["gz"]);
        check("target", &["/a", "x=1"], &["/a?x=1"]);
        check("target", &["/a", "-"], &["/a"]);
        check("target", &["/a", "?x=1"], &["/a?x=1"]);
        check("joined", &["nmap", "-sS", "10.0.0.0/24"], &["nmap -sS 10.0.0.0/24"]);
        check("url_host", &["www.example.com/a?b"], &["www.example.com"]);
        check("url_path", &["www.example.com/a?b"], &["/a"]);
        check("url_host", &["auth/login"], &[]);
        check("url_path", &["notes.txt/a b"], &["notes.txt/a b"]);
        check("plus_blank", &["Microsoft+WinRM"], &["Microsoft WinRM"]);
        check("percent_decoded", &["a%20(b)%2"], &["a (b)%2"]);
        check("percent_decoded", &["a%2520b%C3%A9%ff"], &["a b\u{e9}\u{fffd}"]);
        let whole = |args: [&str; 5], want: &[&str]| check("whole_url", &args, want);
        whole(["http", "h.example", "80", "/a", "?x=1"], &["http://h.example/a?x=1"]);
        whole(["https", "h.example", "8443", "/a", "-"], &["https://h.example:8443/a"]);
        whole(["ftp", "h.example", "(missing)", "(missing)", "x"], &["ftp://h.example?x"]);
        whole(["http", "-", "80", "/a", "-"], &[]);
    }
}
