//! The forms secrets take in logs: one row a form.
//!
//! A row's groups named `secret…` are what is blanked. Where a row has a group `key`, the name it ends must be one of a
//! secret (`names.rs`); a group `colon` marks a bare value behind a colon, where prose is likelier than a secret.

/// One row of [`PATTERNS`].
#[derive(Debug)]
pub(super) struct Pattern {
    /// What it finds, for tests.
    #[cfg_attr(not(test), expect(dead_code, reason = "laws and samples are held by tests"))]
    pub(super) name: &'static str,
    /// Text without any of these (in any case) cannot match.
    pub(super) literals: &'static [&'static str],
    /// What must stand close to a literal for the form to match there.
    pub(super) near: Near,
    /// The form.
    pub(super) regex: &'static str,
}

/// Bytes one of which must stand in a literal, or so close around it: words of secrets are words of sentences, too, and
/// most stand by themselves.
#[derive(Debug)]
pub(super) struct Near {
    /// Empty: anything goes.
    pub(super) bytes: &'static [u8],
    pub(super) before: usize,
    pub(super) behind: usize,
    /// A word that must stand somewhere in the text, in any case; empty: none.
    pub(super) word: &'static str,
}

/// Nothing must stand there.
const ANYTHING: Near = Near { bytes: b"", before: 0, behind: 0, word: "" };

/// All forms. Those that take the most come first, so that what is inside them is gone before others look.
pub(super) static PATTERNS: &[Pattern] = &[
    Pattern {
        name: "private-key",
        literals: &["PRIVATE KEY"],
        near: ANYTHING,
        regex: r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----(?<secret>[\s\S]*?)(?:-----END|\z)",
    },
    Pattern {
        name: "authorization-header",
        literals: &["authorization"],
        near: ANYTHING,
        regex: concat!(
            r#"(?i)authorization(?:\\*["'])?\s{0,4}[:=]\s{0,4}(?:\\*["'])?"#,
            r#"(?:(?:digest|aws4-hmac-sha256|hawk|oauth|signature)\s+(?<secret>[^\r\n"'\\]+)"#,
            r#"|(?:basic|bearer|negotiate|ntlm|token|apikey|key)\s+(?<secret2>[^\s"'\\,;]+))"#
        ),
    },
    Pattern {
        name: "cookie-header",
        literals: &["cookie"],
        near: ANYTHING,
        regex: concat!(
            r#"(?i)cookie2?(?:\\*["'])?\s{0,4}[:=]\s{0,4}(?:\\*["'])?"#,
            r#"(?<secret>[^\s"'\\;=]{1,256}=[^\s"'\\;]*(?:;\s{0,4}[^\s"'\\;]*)*)"#
        ),
    },
    Pattern {
        name: "url-user",
        literals: &["://"],
        near: ANYTHING,
        regex: r#"[A-Za-z0-9+.-]{1,20}://[^\s/:@"'<>?#]{0,128}:(?<secret>[^\s/@"'<>]{1,256})@"#,
    },
    Pattern {
        name: "json-web-token",
        literals: &["eyJ"],
        near: ANYTHING,
        regex: r"\b(?<secret>eyJ[A-Za-z0-9_-]{5,}\.eyJ[A-Za-z0-9_-]{2,}\.?[A-Za-z0-9_-]*)",
    },
    Pattern {
        name: "bearer",
        literals: &["bearer "],
        near: ANYTHING,
        regex: r"(?i)\bbearer\s+(?<secret>[A-Za-z0-9._~+/=-]{16,})",
    },
    Pattern {
        name: "aws-access-key",
        literals: &["AKIA", "ASIA", "ABIA", "ACCA"],
        near: ANYTHING,
        regex: r"\b(?<secret>(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16})\b",
    },
    Pattern {
        name: "vendor-token",
        literals: &[
            "ghp_",
            "gho_",
            "ghu_",
            "ghs_",
            "ghr_",
            "github_pat_",
            "glpat-",
            "xoxb-",
            "xoxp-",
            "xoxa-",
            "xoxr-",
            "xoxs-",
            "AIza",
            "sk_live_",
            "rk_live_",
            "npm_",
            "hvs.",
            "SG.",
        ],
        near: ANYTHING,
        regex: concat!(
            r"\b(?<secret>gh[pousr]_[A-Za-z0-9]{30,255}|github_pat_[A-Za-z0-9_]{30,255}|glpat-[A-Za-z0-9_-]{20,64}",
            r"|xox[abprs]-[A-Za-z0-9-]{10,255}|AIza[A-Za-z0-9_-]{35}|[sr]k_live_[A-Za-z0-9]{16,255}|npm_[A-Za-z0-9]{36}",
            r"|hvs\.[A-Za-z0-9_-]{24,255}|SG\.[A-Za-z0-9_-]{16,32}\.[A-Za-z0-9_-]{16,64})"
        ),
    },
    Pattern {
        name: "xml-element",
        literals: &["pass", "pwd", "secret", "token", "apikey", "credential"],
        near: Near { bytes: b">", before: 0, behind: 16, word: "" },
        regex: concat!(
            r#"(?i)(?:<|\bname=["'])(?:[A-Za-z0-9_-]{1,32}:)?"#,
            r#"(?<key>[A-Za-z0-9_.-]{0,64}(?:passw(?:or)?d|passphrase|pwd|secret|token|apikey|credentials?))"#,
            r#"(?:["'])?>(?<secret>[^<]+)<"#
        ),
    },
    Pattern {
        name: "key-and-value",
        literals: &[
            "pass",
            "contrase",
            "pwd",
            "secret",
            "token",
            "key",
            "credential",
            "authorization",
            "cookie",
            "jwt",
            "sessid",
            "sessionid",
            "sig=",
            "signature",
        ],
        near: Near { bytes: b"=:%", before: 0, behind: 32, word: "" },
        regex: concat!(
            r#"(?i)(?<key>passw(?:or)?[dt]|passphrase|pass|motdepasse|contrasena|pwd|secret(?:string)?|token|key(?:_?id)?"#,
            r#"|credentials?|authorization|cookies?|jwt|sessid|sessionid|sig|signature)"#,
            r#"(?:\\{0,8}["'`]|\]|%22)?\s{0,4}(?:=>|==?|%3D|%3A|(?<colon>:))\s{0,4}"#,
            r#"(?:\\{1,8}"(?<secret>[^"\\]*)|"(?<secret2>(?:[^"\\]|\\.)*)"|'(?<secret3>[^']*)'"#,
            r#"|(?<secret4>[^\s"'\\&;,)}\]<>|]+))"#
        ),
    },
    Pattern {
        name: "option",
        literals: &["-pass", "-pwd", "-secret", "-token", "key ", "password ", "-credential"],
        near: Near { bytes: b"-", before: 8, behind: 0, word: "" },
        regex: concat!(
            r#"(?i)(?:^|[\s"'])-{1,2}(?<key>(?:[a-z0-9]{1,32}-){0,4}?"#,
            r#"(?:password|passwd|passphrase|pass|pwd|secret|token|(?:api|access|secret|auth|account|private)-?key))"#,
            r#"\s+(?:"(?<secret>[^"]+)"|'(?<secret2>[^']+)'|(?<secret3>[^\s"'(\[{$-][^\s"']*))"#
        ),
    },
    Pattern {
        name: "slash-option",
        literals: &["/p:", "/rp"],
        near: ANYTHING,
        // `/p:` alone is an option of too many programs: it must follow a user, or FreeRDP.
        regex: concat!(
            r#"(?i)(?:\bw?x?freerdp[^\r\n|;&]{0,512}?\s/p:|\s/u:[^\s"]{1,128}\s+/p:|\s/rp(?::|\s+))"#,
            r#"(?:"(?<secret>[^"]{1,256})"|(?<secret2>[^\s"*][^\s"]{0,255}))"#
        ),
    },
    Pattern {
        name: "short-option",
        literals: &["-p"],
        near: ANYTHING,
        regex: concat!(
            r"(?:(?i)\b(?:sshpass|psexec(?:64)?|paexec|(?:docker|podman|helm\s+registry)\s+login|mosquitto_(?:pub|sub)",
            r"|mongo(?:sh|dump|restore)?|evil-winrm|crackmapexec|netexec|nxc|winexe)(?:\.exe)?\b)[^\r\n|;&]{0,512}?\s-p(?:\s+|=)?",
            r#"(?:"(?<secret>[^"]{1,256})"|'(?<secret2>[^']{1,256})'|(?<secret3>[^\s"'-][^\s"']{0,255}))"#
        ),
    },
    Pattern {
        name: "mysql-option",
        literals: &["mysql", "mariadb"],
        near: ANYTHING,
        regex: concat!(
            r"\b(?:mysql|mariadb)[a-z-]{0,16}(?:\.exe)?\s[^\r\n|;&]{0,512}?(?:^|\s)?-p",
            r#"(?:"(?<secret>[^"]{1,256})"|'(?<secret2>[^']{1,256})'|(?<secret3>[^\s"'=-][^\s"']{0,255}))"#
        ),
    },
    Pattern {
        name: "putty-option",
        literals: &["-pw "],
        near: ANYTHING,
        regex: r#"(?i)\s-pw\s+(?:"(?<secret>[^"]{1,256})"|(?<secret2>[^\s"]{1,256}))"#,
    },
    Pattern {
        name: "curl-user",
        literals: &["curl", "wget"],
        near: ANYTHING,
        regex: concat!(
            r#"(?i)\b(?:curl|wget)(?:\.exe)?\b[^\r\n|;]{0,512}?\s(?:-u|--user|--proxy-user)[\s=]{0,4}["']?"#,
            r#"[^\s:"'@]{1,128}:(?<secret>[^\s"']{1,256})"#
        ),
    },
    Pattern {
        name: "net-user",
        literals: &["user "],
        near: Near { word: "net", ..ANYTHING },
        regex: concat!(
            r#"(?i)\bnet1?(?:\.exe)?["']?\s+user\s+(?:"[^"]{1,256}"|[^\s"/]{1,256})\s+"#,
            r#"(?:"(?<secret>[^"]{1,256})"|(?<secret2>[^\s"/*][^\s"]{0,255}))"#
        ),
    },
    Pattern {
        name: "net-use",
        literals: &["/user:"],
        near: ANYTHING,
        regex: concat!(
            r#"(?i)\bnet1?(?:\.exe)?["']?\s+use\s+(?:[a-z*]:?\s+)?["']?\\\\[^\s"]{1,256}["']?\s+"#,
            r#"(?:"(?<secret>[^"]{1,256})"|(?<secret2>[^\s"/*][^\s"]{0,255}))\s+/user:"#
        ),
    },
    Pattern {
        name: "secure-string",
        literals: &["ConvertTo-SecureString"],
        near: ANYTHING,
        regex: concat!(
            r"(?i)ConvertTo-SecureString\s+(?:-(?:String|AsPlainText|Force)\s+){0,3}",
            r#"(?:"(?<secret>[^"]+)"|'(?<secret2>[^']+)'|(?<secret3>[^\s"'$(-][^\s"')]*)\s+-[a-z])"#
        ),
    },
    Pattern {
        name: "openssl-pass",
        literals: &["pass:"],
        near: ANYTHING,
        regex: r#"-(?:pass|passin|passout|k)\s+["']?pass:(?<secret>[^\s"']{1,256})"#,
    },
    Pattern {
        name: "url-signature",
        literals: &["sig="],
        near: ANYTHING,
        regex: r#"[?&]sig=(?<secret>[^&\s"']{8,256})"#,
    },
];
