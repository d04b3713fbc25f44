//! Lines of web servers and proxies behind a header of syslog: `access_log syslog:server=...` of Nginx, `logger` behind a
//! pipe of Apache's, Squid's module for syslog. They are read as in logs of their own.

use super::{Payload, PayloadSample};
use crate::formats::{Record, access_log, apache_error, inside, nginx_error, squid};

const SERVERS: &[&str] = &["nginx", "apache", "apache2", "httpd", "lighttpd"];

/// Requests.
pub(crate) const ACCESS: Payload = Payload {
    name: access_log::FORMAT.name,
    programs: SERVERS,
    prefixes: &[],
    samples: &[PayloadSample {
        text: r#"203.0.113.9 - bob [14/Nov/2023:22:13:20 +0000] "GET /a HTTP/1.1" 404 5"#,
        sentence: "",
        fields: &[
            ("remote_host", "203.0.113.9"),
            ("c-ip", "203.0.113.9"),
            ("ident", "-"),
            ("user", "bob"),
            ("cs-username", "bob"),
            ("time", "14/Nov/2023:22:13:20 +0000"),
            ("request", "GET /a HTTP/1.1"),
            ("status", "404"),
            ("sc-status", "404"),
            ("bytes", "5"),
            ("sc-bytes", "5"),
            ("cs-method", "GET"),
            ("cs-uri", "/a"),
            ("cs-uri-stem", "/a"),
            ("cs-version", "HTTP/1.1"),
        ],
    }],
    extract: |message, record: &mut Record<'_>| inside::read_as(record, message, &access_log::FORMAT),
};

/// What went wrong at Nginx.
pub(crate) const NGINX: Payload = Payload {
    name: nginx_error::FORMAT.name,
    programs: &["nginx"],
    prefixes: &[],
    samples: &[PayloadSample {
        text: "2023/11/14 22:13:20 [error] 7#8: *9 access forbidden by rule, client: 203.0.113.9, server: a.example",
        sentence: "",
        fields: &[
            ("level", "error"),
            ("pid", "7"),
            ("tid", "8"),
            ("connection", "9"),
            ("message", "access forbidden by rule, client: 203.0.113.9, server: a.example"),
            ("client", "203.0.113.9"),
            ("server", "a.example"),
        ],
    }],
    extract: |message, record: &mut Record<'_>| inside::read_as(record, message, &nginx_error::FORMAT),
};

/// What went wrong at Apache.
pub(crate) const APACHE: Payload = Payload {
    name: apache_error::FORMAT.name,
    programs: &["apache", "apache2", "httpd"],
    prefixes: &[],
    samples: &[PayloadSample {
        text: "[Tue Nov 14 22:13:20.000001 2023] [core:notice] [pid 7] AH00094: Command line: 'apache2'",
        sentence: "",
        fields: &[
            ("module", "core"),
            ("level", "notice"),
            ("pid", "7"),
            ("code", "AH00094"),
            ("message", "AH00094: Command line: 'apache2'"),
        ],
    }],
    extract: |message, record: &mut Record<'_>| inside::read_as(record, message, &apache_error::FORMAT),
};

/// Requests through a proxy.
pub(crate) const SQUID: Payload = Payload {
    name: squid::FORMAT.name,
    programs: &["squid", "(squid-1)", "squid-1"],
    prefixes: &[],
    samples: &[PayloadSample {
        text: "1700000000.123    100 10.0.0.1 TCP_MISS/200 12 GET http://a.example/ - HIER_NONE/- -",
        sentence: "",
        fields: &[
            ("time", "1700000000.123"),
            ("duration", "100"),
            ("client", "10.0.0.1"),
            ("c-ip", "10.0.0.1"),
            ("cache_result", "TCP_MISS"),
            ("status", "200"),
            ("sc-status", "200"),
            ("bytes", "12"),
            ("sc-bytes", "12"),
            ("method", "GET"),
            ("cs-method", "GET"),
            ("url", "http://a.example/"),
            ("c-uri", "http://a.example/"),
            ("user", "-"),
            ("cs-username", "-"),
            ("hierarchy_code", "HIER_NONE"),
            ("server", "-"),
            ("cs-host", "a.example"),
            ("content_type", "-"),
        ],
    }],
    extract: |message, record: &mut Record<'_>| inside::read_as(record, message, &squid::FORMAT),
};
