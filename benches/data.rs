//! Made-up logs, the same each time, for benches and for tests that count: lines of some length that repeat themselves as
//! real ones do.
#![allow(dead_code, reason = "whoever includes this needs a part of it")]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// A kind of input: its file name, and a line from a number and a random one.
pub(crate) type Kind = (&'static str, fn(&mut String, u64, u64));

/// Quiet: what no rule holds for. Loud: one line in ten is a failed login, so folds and correlations have work.
pub(crate) static KINDS: [Kind; 5] = [
    ("auth-quiet.log", |text, n, r| syslog(text, n, r, false)),
    ("auth-loud.log", |text, n, r| syslog(text, n, r, r.is_multiple_of(10))),
    ("access.log", access),
    ("windows.jsonl", windows),
    ("cloudtrail.jsonl", cloudtrail),
];

/// At least `size` bytes of a kind of input.
pub(crate) fn text(name: &str, size: usize) -> String {
    let (_, line) = KINDS.iter().find(|(known, _)| *known == name).expect("a row of the table");
    let mut text = String::with_capacity(size + 1024);
    let mut random = 0x9e37_79b9_7f4a_7c15_u64;
    for n in 0.. {
        if text.len() >= size {
            break;
        }
        // xorshift
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        line(&mut text, n, random);
    }
    text
}

/// The same in a file of that name in a folder.
pub(crate) fn file(folder: &Path, name: &str, size: usize) -> PathBuf {
    std::fs::create_dir_all(folder).expect("the folder for such files is there");
    let path = folder.join(name);
    std::fs::write(&path, text(name, size)).expect("the folder for such files is there");
    path
}

fn syslog(text: &mut String, n: u64, r: u64, is_attack: bool) {
    let (day, hour, minute, second) = (1 + n / 86_400 % 28, n / 3_600 % 24, n / 60 % 60, n % 60);
    let (a, b, pid) = (r >> 8 & 0xff, r >> 16 & 0xff, 300 + (r >> 24) % 60_000);
    let said = if is_attack {
        format!("sshd[{pid}]: Failed password for invalid user u{b} from 203.0.113.{} port {pid} ssh2", a % 40)
    } else {
        format!("sshd[{pid}]: Accepted publickey for alice from 10.0.{a}.{b} port {pid} ssh2")
    };
    writeln!(text, "Mar {day:2} {hour:02}:{minute:02}:{second:02} web1 {said}").expect("writing to a string works");
}

fn access(text: &mut String, n: u64, r: u64) {
    let (hour, minute, second) = (n / 3_600 % 24, n / 60 % 60, n % 60);
    let (a, b) = (r >> 8 & 0xff, r >> 16 & 0xff);
    let agent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
    let line = format!(
        "198.51.100.{a} - - [12/Mar/2026:{hour:02}:{minute:02}:{second:02} +0000] \"GET /shop/item{b}?page={a}&sort=name \
         HTTP/1.1\" 200 {} \"https://www.example.com/shop\" \"{agent}\"",
        r % 50_000
    );
    writeln!(text, "{line}").expect("writing to a string works");
}

fn windows(text: &mut String, n: u64, r: u64) {
    let (hour, minute, second) = (n / 3_600 % 24, n / 60 % 60, n % 60);
    let line = format!(
        r#"{{"TimeCreated":"2026-03-12T{hour:02}:{minute:02}:{second:02}.000Z","Channel":"Microsoft-Windows-Sysmon/Operational","Provider":"Microsoft-Windows-Sysmon","EventID":1,"Computer":"WS{}.corp.example","Image":"C:\\Program Files\\App\\app{}.exe","CommandLine":"\"C:\\Program Files\\App\\app.exe\" --session {r}","ParentImage":"C:\\Windows\\explorer.exe","User":"CORP\\user{}","ProcessId":{},"IntegrityLevel":"Medium"}}"#,
        r >> 8 & 0xff,
        r >> 16 & 0xff,
        r >> 24 & 0xff,
        r >> 32 & 0xffff
    );
    writeln!(text, "{line}").expect("writing to a string works");
}

fn cloudtrail(text: &mut String, n: u64, r: u64) {
    let (hour, minute, second) = (n / 3_600 % 24, n / 60 % 60, n % 60);
    let (service, name) = [
        ("ec2", "DescribeInstances"),
        ("s3", "GetObject"),
        ("sts", "AssumeRole"),
        ("kms", "Decrypt"),
        ("logs", "PutLogEvents"),
    ][(r % 5) as usize];
    let line = format!(
        r#"{{"eventVersion":"1.08","userIdentity":{{"type":"AssumedRole","principalId":"AROAEXAMPLE:job{0}","arn":"arn:aws:sts::111122223333:assumed-role/worker/job{0}","accountId":"111122223333"}},"eventTime":"2026-03-12T{hour:02}:{minute:02}:{second:02}Z","eventSource":"{service}.amazonaws.com","eventName":"{name}","awsRegion":"eu-central-1","sourceIPAddress":"10.1.{1}.{2}","userAgent":"aws-sdk-go/1.44.{3}","requestParameters":{{"id":"i-{r:016x}"}},"responseElements":null,"readOnly":true,"eventType":"AwsApiCall","managementEvent":true}}"#,
        r >> 8 & 0x3f,
        r >> 16 & 0xff,
        r >> 24 & 0xff,
        r >> 32 & 0x3f
    );
    writeln!(text, "{line}").expect("writing to a string works");
}
