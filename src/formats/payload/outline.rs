//! What is known of a message before it is read: which row reads it, and which fields that can give.
//!
//! Only for messages of which this is sure. One row claims the program and its fields have fixed names; any PAM module's
//! message has those of [`pam`], if the keys in it are the usual ones and nothing is quoted; no row is for the beginning
//! of the message, nor a declared format (who reads by program is asked once a program, in `taxonomy`). Every value then
//! stands in the message, case aside: the tests hold all samples of these rows, and mangled ones, to that.

use super::{PAYLOADS, Payload, Rows, cron, is_program, kv, leaf, login, netfilter, pam, sshd, su, sudo, systemd};
use crate::model::{FieldTable, QuickMap};
use std::sync::LazyLock;

/// What a message may turn out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Outlook {
    /// The row that reads the program's messages, and PAM's if one begins like those, by name.
    pub(crate) payloads: [&'static str; 2],
    /// All names either pushes.
    pub(crate) names: [&'static [&'static str]; 2],
    /// Whether this holds only for messages without an equals sign, or for those of PAM.
    pub(crate) is_bare: bool,
}

impl Outlook {
    /// The same of messages that begin like PAM's.
    pub(crate) fn of_pam(self) -> Outlook {
        let ([payload, _], [names, _]) = (self.payloads, self.names);
        Outlook { payloads: [payload, pam::PAYLOAD.name], names: [names, OF_PAM], ..self }
    }
}

/// A row whose fields are known by name.
struct Told {
    row: &'static Payload,
    names: &'static [&'static str],
    /// Whether a value is a word of ours that the message does not hold.
    is_made_up: fn(&str) -> bool,
    /// Whether names are known only of messages without an equals sign.
    is_bare: bool,
}

impl Told {
    const fn always(row: &'static Payload, names: &'static [&'static str]) -> Told {
        Told { row, names, is_made_up: |_| false, is_bare: false }
    }

    /// Of a row, and of programs no row is for, that look for pairs and push nothing else.
    const fn without_pairs(row: &'static Payload) -> Told {
        Told { is_bare: true, ..Told::always(row, &[]) }
    }

    fn outlook(&self) -> Outlook {
        let (payloads, names) = ([self.row.name, ""], [self.names, &[][..]]);
        Outlook { payloads, names, is_bare: self.is_bare }
    }
}

/// Rows that are the only ones for their programs and push these names, whatever the message.
static TOLD: [Told; 8] = [
    Told {
        is_made_up: has_dropbear_key,
        ..Told::always(
            &sshd::PAYLOAD,
            &["method", "user", "rhost", "port", "key_type", "fingerprint", "laddr", "lport", "rname"],
        )
    },
    Told::always(&cron::PAYLOAD, &["user", "command", "verb", "target_user"]),
    Told::always(
        &sudo::PAYLOAD,
        &["user", "reason", "count", "HOST", "TTY", "CHROOT", "PWD", "USER", "GROUP", "TSID", "ENV", "COMMAND"],
    ),
    Told::always(&systemd::PAYLOAD, &["unit", "code", "status", "result"]),
    Told::always(&systemd::LOGIND, &["session", "user"]),
    Told::always(&su::PAYLOAD, &["user", "target_user", "tty"]),
    Told::always(&login::PAYLOAD, &["user", "tty", "rhost", "count"]),
    // Packets are pairs, and what else kernels say is not read.
    Told::without_pairs(&netfilter::PAYLOAD),
];

/// Programs no row is for.
static OTHERS: Told = Told::without_pairs(&kv::PAYLOAD);

/// What a PAM module's message gives, when [`has_usual_keys`].
const OF_PAM: &[&str] = &[
    "pam_module",
    "pam_service",
    "pam_type",
    "count",
    "logname",
    "uid",
    "euid",
    "tty",
    "ruser",
    "rhost",
    "user",
    "target_user",
    "user_id",
    "by",
    "by_id",
    "tally",
    "deny",
];

/// What dropbear calls a public key is called otherwise by OpenSSH, and here.
fn has_dropbear_key(message: &str) -> bool {
    DROPBEAR.iter().any(|start| message.starts_with(start))
}

/// How messages about such a key begin.
static DROPBEAR: [&str; 4] = ["Pubkey", "error: Pubkey", "fatal: Pubkey", "debug1: Pubkey"];

/// What `program` may be found to say in `message`, unless a declared format is for the program; `None`: it must be read
/// to know.
pub(crate) fn outlook(program: &str, message: &str, table: &FieldTable) -> Option<Outlook> {
    let told = told(program)?;
    let is_of_pam = pam::PAYLOAD.prefixes.iter().any(|prefix| message.starts_with(prefix));
    if is_of_pam {
        has_usual_keys(message).then_some(())?;
    } else if begins_another(message)
        || (told.is_made_up)(message)
        || (told.is_bare && memchr::memchr(b'=', message.as_bytes()).is_some())
    {
        return None;
    }
    let outlook = if is_of_pam { told.outlook().of_pam() } else { told.outlook() };
    (!table.is_beginning(message)).then_some(outlook)
}

/// What the outlook of a program's messages is, if they have one and PAM has no part in them.
pub(crate) fn outlook_of(program: &str) -> Option<Outlook> {
    told(program).map(Told::outlook)
}

/// The row of a program. Those that are spelt like the row are found at once.
fn told(program: &str) -> Option<&'static Told> {
    static BY_NAME: LazyLock<QuickMap<String, &'static Told>> = LazyLock::new(|| {
        let rows = TOLD.iter().flat_map(|told| told.row.programs.iter().map(move |program| (told, *program)));
        let plain = rows.filter(|(_, program)| !program.ends_with('*'));
        plain.flat_map(|(told, name)| [(name.to_owned(), told), (name.to_ascii_uppercase(), told)]).collect()
    });
    let plainly = || {
        let leaf = leaf(program);
        let is_for = |row: &Payload| row.programs.iter().any(|row| is_program(row, leaf));
        let is_claimed = || Rows::concerned(leaf, "").any(is_for);
        TOLD.iter().find(|told| is_for(told.row)).or_else(|| (!is_claimed()).then_some(&OTHERS))
    };
    BY_NAME.get(program).copied().or_else(plainly)
}

/// Whether a message begins like those of some row but PAM's, whatever its program.
fn begins_another(message: &str) -> bool {
    let first = message.bytes().next().and_then(|byte| BEGINNINGS.get(usize::from(byte)));
    first.is_some_and(|prefixes| prefixes.iter().any(|prefix| message.starts_with(prefix)))
}

/// How the messages of rows but PAM's begin, whatever their program: by the first byte.
static BEGINNINGS: LazyLock<Vec<Vec<&str>>> = LazyLock::new(|| {
    let mut by_first = vec![Vec::new(); 256];
    let others = PAYLOADS.iter().filter(|row| row.name != pam::PAYLOAD.name).flat_map(|row| row.prefixes);
    for prefix in others {
        if let Some(prefixes) = prefix.bytes().next().and_then(|byte| by_first.get_mut(usize::from(byte))) {
            prefixes.push(*prefix);
        }
    }
    by_first
});

/// What the first bytes of a message tell of its [`Outlook`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Opening {
    /// Any message of a program that has an outlook has one if it begins so,
    Plain,
    /// or if its keys are the usual ones, since a PAM module says it.
    Pam,
    /// More must be looked at.
    Unsure,
}

/// Tells it of four bytes; `others`: what else a message may begin with that is to be looked at.
pub(crate) fn opening(first: [u8; 4], table: &FieldTable, others: &[&str]) -> Opening {
    // One begins as the other goes on.
    let may_be = |prefix: &str| prefix.bytes().zip(first).all(|(a, b)| a == b);
    let has_prefix = BEGINNINGS.iter().flatten().chain(&DROPBEAR).chain(others).any(|prefix| may_be(prefix));
    if has_prefix || table.beginnings().any(may_be) {
        return Opening::Unsure;
    }
    let of_pam: Vec<&str> = pam::PAYLOAD.prefixes.iter().copied().filter(|prefix| may_be(prefix)).collect();
    match of_pam[..] {
        [] => Opening::Plain,
        [prefix] if prefix.len() <= first.len() => Opening::Pam,
        _ => Opening::Unsure,
    }
}

/// Whether every word before an equals sign is a key PAM writes, and no value is quoted.
pub(crate) fn has_usual_keys(message: &str) -> bool {
    let bytes = message.as_bytes();
    memchr::memchr2_iter(b'=', b'"', bytes).all(|at| {
        let is_sign = bytes.get(at) == Some(&b'=');
        let Some((before, key)) = bytes.get(..at).filter(|_| is_sign).and_then(key_at_end) else { return false };
        // What stands before the key must end the word before, or the key goes on there.
        before.get(..at - key).and_then(<[u8]>::last).is_none_or(|b| matches!(b, b' ' | b'(' | b';'))
    })
}

/// The length of the key that a text ends with, if it is one of PAM's; the text again.
fn key_at_end(text: &[u8]) -> Option<(&[u8], usize)> {
    let key: &[u8] = match text.last()? {
        b'e' => b"logname",
        b'd' if text.ends_with(b"euid") => b"euid",
        b'd' => b"uid",
        b'y' => b"tty",
        b't' => b"rhost",
        b'r' if text.ends_with(b"ruser") => b"ruser",
        b'r' => b"user",
        _ => return None,
    };
    text.ends_with(key).then_some((text, key.len()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::testing;
    use proptest::prelude::*;

    /// Holds what a row makes of a message, if the message is one of which it is told.
    #[track_caller]
    fn check(row: &Payload, names: &[&str], message: &str) {
        let told = TOLD.iter().chain([&OTHERS]).find(|told| told.row.name == row.name);
        let has_pairs = message.contains('=');
        if told
            .map_or_else(|| !has_usual_keys(message), |told| (told.is_made_up)(message) || (told.is_bare && has_pairs))
        {
            return;
        }
        let entries = testing::read_by(&testing::everything(), message, |record| {
            record.payload = (row.extract)(message, record);
        });
        let text = message.to_lowercase();
        for (name, value, _) in entries {
            assert!(names.contains(&name.as_str()), "{}: {message}: {name}", row.name);
            assert!(text.contains(&value.to_lowercase()), "{}: {message}: {value}", row.name);
        }
    }

    /// Rows and what they push at most.
    fn rows() -> impl Iterator<Item = (&'static Payload, &'static [&'static str])> {
        TOLD.iter().chain([&OTHERS]).map(|told| (told.row, told.names)).chain([(&pam::PAYLOAD, OF_PAM)])
    }

    #[test]
    fn every_sample_gives_the_names_it_may() {
        for (row, names) in rows() {
            row.samples.iter().for_each(|sample| check(row, names, sample.text));
        }
    }

    #[test]
    fn no_program_is_told_by_two_rows() {
        for program in TOLD.iter().flat_map(|told| told.row.programs) {
            let claiming = PAYLOADS.iter().filter(|row| row.programs.iter().any(|p| is_program(p, program)));
            assert_eq!(claiming.count(), 1, "{program}");
        }
    }

    #[test]
    fn a_message_somebody_else_may_read_has_no_outlook() {
        let table = FieldTable::default();
        let has = |program, message| outlook(program, message, &table).is_some();
        assert!(has("sshd", "Failed password for root from 203.0.113.9 port 4 ssh2"));
        assert!(has("/usr/sbin/CRON", "pam_unix(cron:session): session opened for user root(uid=0) by (uid=0)"));
        assert!(has("sshd", "pam_unix(sshd:auth): authentication failure; logname= uid=0 user=a rhost=b"));
        assert!(!has("sshd", "pam_unix(sshd:auth): authentication failure; logname= uid=0 time=a"));
        assert!(!has("sshd", "pam_unix(sshd:auth): authentication failure; x.user=a"));
        assert!(!has("sshd", "pam_unix(sshd:auth): authentication failure; user=\"a\\\"b\""));
        assert!(!has("sshd", "{\"time\": 1}"));
        assert!(!has("sshd", "CEF:0|a|b|c|d|e|f|rt=1"));
        assert!(has("kernel", "usb 1-1: new device") && has("app", "says what it likes") && has("/opt/app", "100"));
        assert!(
            !has("kernel", "IN=eth0 OUT=") && !has("app", "a=b") && !has("app", "{}") && !has("useradd", "nothing")
        );
        assert!(has("app", "pam_unix(app:auth): check pass; user unknown"));
    }

    #[test]
    fn an_opening_tells_of_messages_what_reading_them_on_does() {
        let mut table = FieldTable::default();
        let who = crate::model::Speaker::Anybody("Decl".to_owned());
        table.hear(crate::model::Heard { format: crate::model::FormatId(0), who });
        let samples = PAYLOADS.iter().flat_map(|row| row.samples).map(|sample| sample.text);
        let prefixes = PAYLOADS.iter().flat_map(|row| row.prefixes).copied();
        let others = ["Declared", "Dec", "pam", "Pubkey auth", "error: Pubkey", "nothing of the kind", "abc"];
        for text in samples.chain(prefixes).chain(others) {
            let Some(first) = text.as_bytes().first_chunk() else { continue };
            let has_outlook = outlook("sshd", text, &table).is_some();
            match opening(*first, &table, &[]) {
                Opening::Plain => assert!(has_outlook, "{text}"),
                Opening::Pam => assert_eq!(has_outlook, has_usual_keys(text), "{text}"),
                Opening::Unsure => {}
            }
        }
        let of = |first: &[u8; 4]| opening(*first, &table, &["message repeated "]);
        assert_eq!(of(b"Fail"), Opening::Plain);
        assert_eq!(of(b"pam_"), Opening::Pam);
        for first in [b"mess", b"Decl", b"CEF:"] {
            assert_eq!(of(first), Opening::Unsure);
        }
    }

    proptest! {
        #[test]
        fn no_mangled_sample_gives_another_name(
            pick in any::<prop::sample::Index>(), from in 0usize..160, len in 0usize..40, put in "(.|=| user=| a=|\"){0,4}"
        ) {
            let samples: Vec<_> =
                rows().flat_map(|(row, names)| row.samples.iter().map(move |s| (row, names, s.text))).collect();
            let (row, names, sample) = pick.get(&samples);
            let kept = sample.chars().take(from).chain(put.chars()).chain(sample.chars().skip(from + len));
            let text: String = kept.collect();
            check(row, names, &text);
        }
    }
}
