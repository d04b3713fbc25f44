//! What must go and what must stay, as data.

use super::patterns::PATTERNS;
use super::*;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

/// Each line, and what is left of it.
const GOES: &[(&str, &str)] = &[
    ("password=hunter2 user=bob", "password=[REDACTED] user=bob"),
    ("user=bob&passwd=s3cr%21t&x=1", "user=bob&passwd=[REDACTED]&x=1"),
    ("Uid=sa;Pwd=Sommer2024!;Database=x", "Uid=sa;Pwd=[REDACTED];Database=x"),
    (
        r#"{"user":"bob","password":"hunter2","ip":"10.0.0.1"}"#,
        r#"{"user":"bob","password":"[REDACTED]","ip":"10.0.0.1"}"#,
    ),
    (r#"{"apiKey": "a\"b", "n": 1}"#, r#"{"apiKey": "[REDACTED]", "n": 1}"#),
    (r#"msg="{\"token\":\"abc123def\",\"a\":1}""#, r#"msg="{\"token\":\"[REDACTED]\",\"a\":1}""#),
    ("{'db_password': 'geheim'}", "{'db_password': '[REDACTED]'}"),
    ("login failed, password: hunter2", "login failed, password: [REDACTED]"),
    ("PGPASSWORD=geheim psql -h db", "PGPASSWORD=[REDACTED] psql -h db"),
    ("aws_secret_access_key = wJalrXUtnFEMI/K7MDENG", "aws_secret_access_key = [REDACTED]"),
    ("key id AKIAIOSFODNN7EXAMPLE used", "key id [REDACTED] used"),
    ("X-Api-Key: 0f3a9b7c1d", "X-Api-Key: [REDACTED]"),
    ("AccountKey=Zm9vYmFy==;EndpointSuffix=x", "AccountKey=[REDACTED];EndpointSuffix=x"),
    ("GET /cb?access_token=ya29.a0Af&state=1 HTTP/1.1", "GET /cb?access_token=[REDACTED]&state=1 HTTP/1.1"),
    ("Authorization: Basic dXNlcjpwYXNz", "Authorization: Basic [REDACTED]"),
    ("Authorization: Bearer abc.def-123", "Authorization: Bearer [REDACTED]"),
    (r#""authorization":"Bearer abcdef","x":1"#, r#""authorization":"[REDACTED]","x":1"#),
    (
        "Authorization: Digest username=\"bob\", response=\"0af\"",
        "Authorization: Digest [REDACTED]\"bob\", response=\"0af\"",
    ),
    ("authorization=Bearer abcdef next=1", "authorization=Bearer [REDACTED] next=1"),
    ("proxy sent bearer abcdefghijklmnop1234", "proxy sent bearer [REDACTED]"),
    ("Cookie: sid=31d4d96e; theme=dark", "Cookie: [REDACTED]"),
    ("Set-Cookie: PHPSESSID=abc123; path=/; HttpOnly", "Set-Cookie: [REDACTED]"),
    ("GET /;jsessionid=0A1B2C3D4E HTTP/1.1", "GET /;jsessionid=[REDACTED] HTTP/1.1"),
    ("clone https://bob:hunter2@git.example.org/x.git", "clone https://bob:[REDACTED]@git.example.org/x.git"),
    ("postgres://:geheim@db/x", "postgres://:[REDACTED]@db/x"),
    ("t eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjMifQ.SflKxwRJSMeKKF2QT4 ok", "t [REDACTED] ok"),
    (
        "-----BEGIN RSA PRIVATE KEY-----\nMIIE\nAB==\n-----END RSA PRIVATE KEY-----",
        "-----BEGIN RSA PRIVATE KEY-----[REDACTED]-----END RSA PRIVATE KEY-----",
    ),
    ("-----BEGIN OPENSSH PRIVATE KEY----- b3BlbnNza", "-----BEGIN OPENSSH PRIVATE KEY-----[REDACTED]"),
    ("push with ghp_abcdefghijklmnopqrstuvwxyz0123456789", "push with [REDACTED]"),
    ("slack xoxb-123456789012-abcdefghij", "slack [REDACTED]"),
    ("<Password>geheim</Password>", "<Password>[REDACTED]</Password>"),
    (r#"<Data Name="Password">geheim</Data>"#, r#"<Data Name="Password">[REDACTED]</Data>"#),
    ("vault login --token s.abcdef", "vault login --token [REDACTED]"),
    ("tool --password=x1 --user bob", "tool --password=[REDACTED] --user bob"),
    ("tool --password 'x 1' --user bob", "tool --password '[REDACTED]' --user bob"),
    ("tool --api-key abc123 run", "tool --api-key [REDACTED] run"),
    ("Invoke-X -Password geheim -User bob", "Invoke-X -Password [REDACTED] -User bob"),
    ("wmic /node:x /user:bob /password:geheim process", "wmic /node:x /user:bob /password:[REDACTED] process"),
    ("schtasks /create /ru bob /rp geheim /tn x", "schtasks /create /ru bob /rp [REDACTED] /tn x"),
    ("xfreerdp /u:bob /p:geheim /v:10.0.0.1", "xfreerdp /u:bob /p:[REDACTED] /v:10.0.0.1"),
    ("sshpass -p geheim ssh bob@10.0.0.1", "sshpass -p [REDACTED] ssh bob@10.0.0.1"),
    ("PsExec.exe \\\\srv -u bob -p geheim cmd", "PsExec.exe \\\\srv -u bob -p [REDACTED] cmd"),
    ("mysqldump -u root -pgeheim shop", "mysqldump -u root -p[REDACTED] shop"),
    ("docker login -u bob -p geheim reg.example.org", "docker login -u bob -p [REDACTED] reg.example.org"),
    ("plink.exe -ssh bob@h -pw geheim", "plink.exe -ssh bob@h -pw [REDACTED]"),
    ("curl -s -u bob:geheim https://x.example", "curl -s -u bob:[REDACTED] https://x.example"),
    ("net user bob Sommer2024! /add", "net user bob [REDACTED] /add"),
    (r"C:\Windows\net1.exe user bob Sommer2024! /add", r"C:\Windows\net1.exe user bob [REDACTED] /add"),
    (r"net use Z: \\srv\c$ geheim /user:dom\bob", r"net use Z: \\srv\c$ [REDACTED] /user:dom\bob"),
    ("ConvertTo-SecureString 'geheim' -AsPlainText -Force", "ConvertTo-SecureString '[REDACTED]' -AsPlainText -Force"),
    ("ConvertTo-SecureString -String geheim -AsPlainText", "ConvertTo-SecureString -String [REDACTED] -AsPlainText"),
    ("openssl rsa -in k.pem -passin pass:geheim", "openssl rsa -in k.pem -passin pass:[REDACTED]"),
    ("GET /c?sv=1&sig=abcDEF123%3D HTTP/1.1", "GET /c?sv=1&sig=[REDACTED] HTTP/1.1"),
];

/// Lines that stay as they are.
const STAYS: &[&str] = &[
    "",
    "Failed password for root from 203.0.113.9 port 4711 ssh2",
    "Accepted password for bob from 192.0.2.7 port 22 ssh2",
    "Failed password for invalid user admin from 203.0.113.9",
    "password accepted",
    "password: incorrect",
    "Accepted publickey for bob from 192.0.2.7: RSA SHA256:abcdef",
    "pam_unix(passwd:chauthtok): password changed for bob",
    "Nov  3 10:11:12 web1 passwd: password changed for bob",
    "passwd[311]: password for 'bob' changed by 'root'",
    "sudo: bob : TTY=pts/0 ; PWD=/home/bob ; USER=root ; COMMAND=/bin/sh",
    "OLDPWD=/root",
    "System.Xml, Version=4.0.0.0, PublicKeyToken=b77a5c561934e089",
    "SyntaxError: Unexpected token: identifier",
    "token_type=bearer expires_in=3600 tokens=512",
    "PasswordLastSet=2024-01-01 KeyLength=128 LogonProcessName=NtLmSsp",
    "authorization: denied for user bob",
    "mkdir -p /srv/data && ssh -p 2222 bob@10.0.0.1",
    "mysql -u root -h db -P 3306",
    "tool --password-file /run/x --passphrase-fd 3",
    "http://10.0.0.1:8080/a@b and https://example.org/x:y",
    "user=bob action=login outcome=failure src_ip=203.0.113.9",
    "net user bob /domain",
    "rundll32.exe C:\\Temp\\a.dll,a /p:tmexsn",
    "title: ConvertTo-SecureString Cmdlet Usage",
    r#"{"ElevatedToken":"%%1842","SessionToken":"%%1843"}"#,
    "selection_password: # comment",
    "cookie: disabled",
    "password=**** token=null secret=",
    "key=value monkey=banana keyboard: us",
    "bypass=1 compass=2",
    "git@example.org:team/repo.git",
    "the bearer of this ring",
    "::1 fe80::1 2001:db8::1",
    "CVE-2021-44228 jndi:ldap://203.0.113.9:1389/a",
];

#[test]
fn secrets_go_and_the_rest_stays() {
    let redactor = Redactor::default_rules();
    for (line, want) in GOES {
        assert_eq!(redactor.apply(line), *want, "in {line}");
    }
}

#[test]
fn ordinary_lines_stay_and_are_not_copied() {
    let redactor = Redactor::default_rules();
    for line in STAYS {
        assert_eq!(redactor.apply(line), *line);
        assert!(matches!(redactor.apply(line), Cow::Borrowed(_)), "copied: {line}");
    }
}

#[test]
fn redacting_twice_changes_nothing() {
    let redactor = Redactor::default_rules();
    for (_, line) in GOES {
        assert_eq!(redactor.apply(line), *line);
    }
}

#[test]
fn a_field_named_as_a_secret_is_blanked_whole() {
    let redactor = Redactor::default_rules();
    let cases = [
        ("password", "a b c", TOKEN),
        ("requestParameters.accessToken", "x", TOKEN),
        ("cs(Cookie)", "a=b", TOKEN),
        ("X-Api-Key", "x", TOKEN),
        ("db.pass", "x", TOKEN),
        ("user", "password", "password"),
        ("auth_method", "password", "password"),
        ("password", "true", "true"),
        ("PWD", "/home/bob", "/home/bob"),
        ("bypass", "x", "x"),
        ("PublicKeyToken", "b77a5c561934e089", "b77a5c561934e089"),
        ("command_line", "tool --token abc", "tool --token [REDACTED]"),
        ("TokenElevationType", "%%1936", "%%1936"),
    ];
    for (name, value, want) in cases {
        assert_eq!(redactor.field(name, value), want, "{name}={value}");
    }
}

#[test]
fn switched_off_nothing_is_blanked() {
    let off = Redactor::off();
    assert_eq!(off.apply("password=x1"), "password=x1");
    assert_eq!(off.field("password", "x1"), "x1");
}

#[test]
fn own_patterns_blank_their_group_or_all_they_match() {
    let own = ["(?i)badge: (\\S+)".to_owned(), "EMP-[0-9]+".to_owned()];
    let redactor = Redactor::with_patterns(&own).expect("both compile");
    assert_eq!(
        redactor.apply("Badge: 77 of EMP-1234, password=x1"),
        "Badge: [REDACTED] of [REDACTED], password=[REDACTED]"
    );
    assert!(Redactor::with_patterns(&["(".to_owned()]).is_err());
}

#[test]
fn every_row_compiles_and_some_line_needs_it() {
    let defaults = Defaults::new();
    for (row, pattern) in PATTERNS.iter().enumerate() {
        let regex = defaults.regex(row);
        let used = GOES.iter().any(|(line, _)| {
            defaults.signs.rows(line).contains(row)
                && regex.captures_iter(line.as_bytes()).any(|found| !defaults.secrets(row, &found, line).is_empty())
        });
        assert!(used, "no line shows what {} is for", pattern.name);
    }
}

#[test]
fn a_hostile_line_is_read_in_one_pass() {
    let redactor = Redactor::default_rules();
    for piece in
        ["password", "pass=", "-----BEGIN PRIVATE KEY-----", "curl mysql -", "://:", "eyJ.", "cookie:;", "\\\"token\\"]
    {
        let line = piece.repeat(200_000 / piece.len());
        let once = redactor.apply(&line);
        assert!(once.len() <= line.len() * 4, "{piece}");
    }
}

proptest! {
    /// What must stand near a literal is no condition of its own: a form that could match is never left out.
    #[test]
    fn forms_match_only_where_their_literals_say(pieces in vec(select(PIECES), 0..9)) {
        let text = pieces.concat();
        let defaults = Defaults::new();
        let candidates = defaults.signs.rows(&text);
        for row in (0..PATTERNS.len()).filter(|row| !candidates.contains(*row)) {
            prop_assert!(!defaults.regex(row).is_match(text.as_bytes()), "{}: {text}", PATTERNS[row].name);
        }
    }
}

proptest! {
    #[test]
    fn where_nothing_is_found_nothing_is_blanked_in_any_piece(
        pieces in vec(select(PIECES), 0..9),
        start in 0..60_usize,
        end in 0..60_usize,
    ) {
        let text = pieces.concat();
        let redactor = Redactor::default_rules();
        if redactor.finds_nothing(&text) {
            prop_assert_eq!(redactor.apply(&text), text.as_str());
            let piece = text.get(start.min(text.len())..end.min(text.len())).unwrap_or_default();
            prop_assert_eq!(redactor.apply(piece), piece);
        }
    }
}

/// What forms are made of, in both orders and out of place.
const PIECES: &[&str] = &[
    "pass",
    "password",
    "contrasena",
    "sessionid",
    "secretstring",
    "key_id",
    "key",
    "api-",
    "api",
    "credentials",
    "jwt",
    "-",
    "--",
    "=",
    ":",
    "=>",
    "%3D",
    "%22",
    "\\\\\\\\",
    "\"",
    "'",
    "`",
    "]",
    " ",
    "    ",
    "<",
    ">",
    "name=\"",
    "é",
    "x1",
    "token",
];
