//! What stands inside a message: the text of sshd, sudo or the kernel behind any syslog header.
//!
//! Specified by the programs' own sources, listed row by row in their files. An extractor pushes originals and
//! names the sentence it knew; what a sentence means (`action`, `outcome`, `reason`) is data elsewhere. Text that
//! no row knows stays in `msg` and gives nothing else.
//!
//! Names: a key the program writes keeps its spelling (`rhost`, `USER`, `SRC`); a value the program writes without
//! a key gets the name in the table. Empty values (`ruser=`) are pushed as they are, `-` and `unknown` too.
//!
//! User names and the like are chosen by attackers: sentences are read from the right wherever the
//! program writes such a value before fixed words.
//!
//! | payload | programs | sentence | text | originals pushed |
//! | --- | --- | --- | --- | --- |
//! | `sshd` | sshd, sshd-session, sshd-auth, dropbear | `accepted` | `Accepted METHOD for U from H port N ssh2[: TYPE FP]`; dropbear: `Password auth succeeded for 'U' from H:N`, `Pubkey auth succeeded for 'U' with key TYPE FP from H:N` | `method` `user` `rhost` `port` (`key_type` `fingerprint`) |
//! | | | `failed_password` | `Failed password for U from H port N`; dropbear: `Bad password attempt for 'U' from H:N` | `method` `user` `rhost` `port` |
//! | | | `failed` | `Failed METHOD for U from H port N`, other methods | `method` `user` `rhost` `port` (`key_type` `fingerprint`) |
//! | | | `failed_invalid_user` | `Failed METHOD for invalid user U from H port N` | `method` `user` `rhost` `port` (`key_type` `fingerprint`) |
//! | | | `invalid_user` | `Invalid user U from H[ port N]`, `input_userauth_request: invalid user U`; dropbear: `Login attempt for nonexistent user [U ]from H:N` | (`user` `rhost` `port`) |
//! | | | `not_allowed` | `User U [from H ]not allowed because ...`, `Access denied for user U by PAM account configuration` | `user` (`rhost`) |
//! | | | `max_attempts` | `maximum authentication attempts exceeded for U from H port N` | `user` `rhost` `port` |
//! | | | `max_attempts_invalid_user` | `... for invalid user U from H port N` | `user` `rhost` `port` |
//! | | | `pam_failure` | `error: PAM: Authentication failure for U from H` | `user` `rhost` |
//! | | | `pam_failure_invalid_user` | `error: PAM: User not known ... for illegal user U from H` | `user` `rhost` |
//! | | | `timeout` | `Timeout before authentication for [connection from ]H port N` | `rhost` (`port`) |
//! | | | `disconnect` | `Connection closed by`, `Connection reset by`, `Disconnected from`, `Disconnecting`, `Received disconnect from` | (`user`) `rhost` (`port`) |
//! | | | `disconnect_invalid_user` | the same with `invalid user U` | `user` `rhost` `port` |
//! | | | `connection` | `Connection from H port N[ on A port M]`; dropbear: `Child connection from H:N` | `rhost` `port` (`laddr` `lport`) |
//! | | | `negotiation_failed` | `Unable to negotiate with H[ port N]: ...` | `rhost` (`port`) |
//! | | | `refused` | `refused connect from NAME (H)` | `rhost` [`rname`, if it is a host name] |
//! | | | `probe` | banner exchange, identification string, protocol version, kex, magic value, dispatch errors; anything else that ends in `from H port N` | `rhost` (`port`) |
//! | | | `reverse_mapping` | `reverse mapping checking getaddrinfo for NAME [H] failed`, `Address H maps to NAME, but ...` | `rname` `rhost` |
//! | | | `listening` | `Server listening on A port N` | `laddr` `lport` |
//! | `pam` | any: message begins `pam_M(S:T): ` or the tag is `S(pam_M)` | `auth_failure` | `authentication failure; k=v ...` | `pam_module` `pam_service` `pam_type`, keys as written: `logname` `uid` `euid` `tty` `ruser` `rhost` `user` |
//! | | | `more_failures` | `[PAM ]N more authentication failure(s); k=v ...` | as above and `count`; without `pam_*` behind `PAM ` |
//! | | | `invalid_user` | `check pass; user unknown` | `pam_*` |
//! | | | `session_opened` | `session opened for user U[(uid=N)] [by V(uid=M)]` | `pam_*` `user` (`user_id` `by` `by_id`) |
//! | | | `session_closed` | `session closed for user U` | `pam_*` `user` |
//! | | | `tally` | `user U (N) tally n, deny m` | `pam_*` `user` `user_id` `tally` (`deny`) |
//! | | | `locked` | `Consecutive login failures for user U account temporarily locked` | `pam_*` `user` |
//! | | | `password_changed` | `password changed for U` | `pam_*` `target_user` |
//! | | | `expired` | `account U has expired` | `pam_*` `user` |
//! | | | (empty) | any other message of a PAM module | `pam_*` |
//! | `sudo` | sudo | `command` | `U : TTY=T ; PWD=D ; USER=R ; [GROUP=G ;] [ENV=E ;] COMMAND=C` | `user`, keys as written: `TTY` `PWD` `USER` `GROUP` `TSID` `ENV` `COMMAND` |
//! | | | `refused` | `U : user NOT in sudoers ; ...`, `command not allowed ; ...` and other refusals | as above and `reason` |
//! | | | `bad_password` | `U : N incorrect password attempts ; ...` | as above and `reason` `count` |
//! | `su` | su, su-l | `switched` | `Successful su for R by U`, `(to R) U on T`, `+ T U:R`, `'su R' succeeded for U on T` | `user` `target_user` (`tty`) |
//! | | | `failed` | `FAILED su for R by U`, `FAILED SU (to R) U on T`, `- T U:R`, `'su R' failed for U on T`, `BAD SU U to R on T` | `user` `target_user` (`tty`) |
//! | `login` | login, gdm*, lightdm, sddm, kdm, xdm | `opened` | `LOGIN ON T BY U[ FROM H]`, `ROOT LOGIN ON T[ FROM H]`, `DIALUP AT T BY U` | `user` `tty` (`rhost`) |
//! | | | `failed` | `FAILED LOGIN [(]n[)] on T FOR U`, `FAILED LOGIN n FROM H FOR U` | `user` (`tty` `rhost`) `count` |
//! | `accounts` | useradd, userdel, usermod, adduser, deluser, newusers, groupadd, groupdel, groupmod, gpasswd, passwd, chpasswd, chage, chfn, chsh | `user_created` | `new user: name=U, UID=..., ...` | keys as written: `name` `UID` `GID` `home` `shell` `from`; and `target_user` |
//! | | | `user_not_created` | `failed adding user 'U', ...` | `target_user` |
//! | | | `user_deleted` | `delete user 'U'` | `target_user` |
//! | | | `user_changed` | `change user 'U' WHAT from 'A' to 'B'`, `changed user 'U' shell to 'B'`, `changed password expiry for U` | `target_user` `attribute` (`old` `new`) |
//! | | | `user_renamed` | `change user name 'A' to 'B'` | `target_user` (the old name) `new` |
//! | | | `password_changed` | `change user 'U' password`, `password changed for U`, `password for 'U' changed by 'R'` | `target_user` (`user`) |
//! | | | `user_locked`, `user_unlocked` | `lock user 'U' password`, `unlock user 'U' password` | `target_user` |
//! | | | `member_added` | `add 'U' to [shadow ]group 'G'`, `user U added by R to group G`, `add member U to group G by R` | `target_user` `group` (`user`) |
//! | | | `member_removed` | `delete 'U' from [shadow ]group 'G'`, `user U removed by R from group G`, `remove member U from group G by R` | `target_user` `group` (`user`) |
//! | | | `members_set` | `members of group G set by R to A,B` | `group` `user` `members` |
//! | | | `group_created` | `new group: name=G, GID=N`, `group added to FILE: name=G[, GID=N]` | `name` `GID`; and `group` |
//! | | | `group_deleted` | `group 'G' removed[ from FILE]`, `removed [shadow ]group 'G' owned by 'U'` | `group` |
//! | | | `group_changed` | `group changed in FILE (group G/N, ...)`, `password of group G changed by R` | `group` (`user`) |
//! | `cron` | cron, crond, anacron, fcron, crontab, atd | `job` | `(U) CMD (C)`, `USER U pid N cmd C` | `user` `command` |
//! | | | `edit` | `(U) BEGIN EDIT (T)`, `(U) REPLACE (T)`, `(U) DELETE (T)` | `user` `verb` `target_user` |
//! | | | `view` | `(U) LIST (T)`, `(U) END EDIT (T)` | `user` `verb` `target_user` |
//! | `systemd` | systemd | `started` | `Started X.` | `unit` |
//! | | | `stopped` | `Stopped X.` | `unit` |
//! | | | `start_failed` | `Failed to start X.` | `unit` |
//! | | | `exited` | `X: Main process exited, code=C, status=S` | `unit` `code` `status` |
//! | | | `failed` | `X: Failed with result 'R'.` | `unit` `result` |
//! | `logind` | systemd-logind | `session_opened` | `New session N of user U.` | `session` `user` |
//! | | | `session_closed` | `Removed session N.`, `Session N logged out. ...` | `session` |
//! | `named` | named | `query` | `[C: ][S: ]client [@0xN ]A#P (NAME): [view V: ]query: Q CLASS TYPE FLAGS[ (SERVER)]` | `client` `client_port` `query` `class` `type` `flags` (`category` `severity` `name` `view` `server`) |
//! | | | `denied` | `client A#P: query (cache) 'Q/TYPE/CLASS' denied`, also of updates and zone transfers | `client` `client_port` `operation` `query` (`type`) |
//! | | | `client` | anything else of a client | `client` `client_port` (`name`) |
//! | `netfilter` | kernel, ulogd; any: message begins `IN=` or `[UFW ` | `blocked`, `allowed`, `logged` | `[[UPTIME] ][PREFIX]IN=I OUT=O ...`; the verdict is a word in the prefix | keys as written: `IN` `OUT` `PHYSIN` `PHYSOUT` `MAC` `SRC` `DST` `LEN` (UDP: twice) `TOS` `PREC` `TTL` `ID` `PROTO` `SPT` `DPT` `TYPE` `CODE` ...; words without `=` as `flags` (repeated: `SYN`, `DF`); `prefix` without its brackets, blanks and last colon |
//! | `auditd` | audispd, audisp-syslog, audit, auditd; any: message begins `type=`, `node=` or `audit: type=` | (empty) | what a line of an audit log says; the journal leaves out the header: `TYPE k=v ...` | `ID` (`node`) `type`, keys as written |
//! | `filterlog` | filterlog | `blocked`, `allowed`, `logged` | `RULE,SUB,ANCHOR,TRACKER,IF,REASON,ACTION,DIR,VERSION,...` of pf | `rulenr` `subrulenr` `anchor` `tracker` `interface` `reason` `action` `dir` `ipversion`, then by version and protocol `proto` `src` `dst` `srcport` `dstport` ... |
//! | `asa` | any: message begins `%ASA-`, `%FTD-`, `%PIX-`, `%FWSM-` | `denied` | `%ASA-4-106023: Deny tcp src outside:A/N dst inside:B/M by access-group "X" ...`, some fifty numbers; `%FTD-1-430002: AccessControlRuleAction: Block, ...` | `message_id` `level`, then what the message says of `protocol` `direction` `src_interface` `src_ip` `src_port` `src_nat_ip` `src_nat_port`, the same with `dst_`, `acl` `flags` `reason` `icmp_type` `icmp_code`; keys of FTD's events as written |
//! | | | `permitted` | `access-list X permitted tcp inside/A(N) -> outside/B(M) ...`, `TCP access permitted from A/N to inside:B/ssh` | as above (`verdict` `service`) |
//! | | | `built`, `teardown` | `Built outbound TCP connection N for outside:B/M (B/M) to inside:A/N (C/O)`, `Teardown ...`, translations | as above and `connection` (`duration` `bytes`) |
//! | | | `connection` | `Duplicate TCP SYN from ...`, `TCP access requested from ...` | as above |
//! | | | `request`, `request_denied` | `[U@]A Accessed URL B:URL`, `Access denied URL ... SRC A DEST B` | (`user`) `src_ip` `dst_ip` `url` |
//! | | | `login`, `login_failed`, `logout` | `Login permitted from A/N to inside:B/ssh for user "U"`, `AAA user authentication Rejected : reason = R : ... : user = U : user IP = A`, `Group = G, Username = U, IP = A, Session disconnected. ...` | `user` (`src_ip` `src_port` `server` `group` `reason` `tries` `session_type` `duration` `bytes_sent` `bytes_received`) |
//! | | | `locked`, `unlocked` | `User U locked out on exceeding N ...`, `User U unlocked by V` | `user` (`target_user` `tries`) |
//! | | | `session_opened`, `session_closed`, `closed` | `Group <G> User <U> IP <A> ... session started`, `... terminated: R`, `SSH session from A ... disconnected by SSH server, reason: "R"` | `user` `src_ip` (`group` `reason` `assigned_ip`) |
//! | | | `command`, `changed` | `User 'U' executed the 'C' command.`, `User 'U', running 'CLI' from IP A, executed 'C'` | `user` `command` (`application` `src_ip`) |
//! | | | `user_created`, `user_deleted`, `privileged` | `New user added to local dbase: Uname: U Priv: N ...`, `User priv level changed: Uname: U From: N To: M` | `target_user` `privilege`; `user` `old` `new` |
//! | | | `alert` | `[ Scanning] drop rate-1 exceeded. Current burst rate is N per second, ...`, shunned hosts | `reason` `burst_rate` or `src_ip` |
//! | | | `noted`, `event` | any other number behind `Group = G, Username = U, IP = A, `; FTD's other events | `group` `user` `src_ip` `detail`; keys as written |
//! | | | (empty) | any other number | `message_id` `level` |
//! | `ios` | any: message begins with another mnemonic, `%FACILITY-N-NAME: ` | `login`, `login_failed`, `logout` | `Login Success [user: U] [Source: A] [localport: N] at ...`, `User U has exited tty session N(A)` | `facility` `level` `mnemonic` `user` `src_ip` (`dst_port` `reason` `tty`) |
//! | | | `authenticated`, `refused` | `User 'U' authentication for SSH2 Session from A (tty = N) using ... Succeeded`, `No MD5 digest from A(N) to B(M)` | as above (`reason` `dst_ip`) |
//! | | | `connection`, `closed` | `SSH2 Session request from A (tty = N) ...`, `SSH2 Session from A (tty = N) for user 'U' ... closed` | as above |
//! | | | `changed` | `Configured from console by U on vty0 (A)`, `User:U  logged command:C` | `user` (`origin` `tty` `src_ip` `application` `command`) |
//! | | | `reload`, `restart` | `Reload requested by U on vty0 (A)`, `System restarted` | (`user` `tty` `src_ip` `detail`) |
//! | | | `denied`, `permitted` | `list X denied tcp A(N) -> B(M), 1 packet` | `acl` `verdict` `protocol` `src_ip` `src_port` `dst_ip` `dst_port` (`icmp_type` `icmp_code`) |
//! | | | `alert` | `Still timeleft for watching failures is N secs, [user: U] [Source: A] ...` | `user` `src_ip` `dst_port` `reason` |
//! | | | (empty) | any other mnemonic | `facility` `level` `mnemonic` |
//! | `snort` | snort, suricata | `alert` | `[GID:SID:REV] M [Classification: C] [Priority: N] {PROTO} A -> B` | `gid` `sid` `rev` `msg` (`classification` `priority`) `proto` `src` `dst` (`src_port` `dst_port`) |
//! | `access-log` | nginx, apache, apache2, httpd, lighttpd | (empty) | a request in the common or combined form | as in [`access_log`](super::access_log) |
//! | `nginx-error` | nginx | (empty) | `2023/11/14 22:13:20 [error] 7#8: ...` | as in [`nginx_error`](super::nginx_error) |
//! | `apache-error` | apache, apache2, httpd | (empty) | `[Tue Nov 14 22:13:20 2023] [core:notice] ...` | as in [`apache_error`](super::apache_error) |
//! | `squid` | squid, squid-1 | (empty) | a request in Squid's own form | as in [`squid`](super::squid) |
//! | `cef` | any: message begins `CEF:` | (empty) | `CEF:0\|VENDOR\|PRODUCT\|VERSION\|CLASS\|NAME\|SEVERITY\|k=v ...` | as in [`cef`](super::cef): `deviceVendor` ... `severity`, keys as written, labelled values under their labels too |
//! | `leef` | any: message begins `LEEF:` | (empty) | `LEEF:1.0\|VENDOR\|PRODUCT\|VERSION\|EVENT\|k=v<TAB>...` | as in [`leef`](super::leef): `deviceVendor` ... `eventId`, keys as written |
//! | `eventxml` | sysmon; any: message begins `<Event` | (empty) | an event as XML (Sysmon for Linux) | those of the format `event-xml` |
//! | `snare` | any: message begins `MSWinEventLog` | (empty) | a Windows event in columns with tabs between, as Snare sends it | `Criticality` `Channel` `EventTime` `EventID` `Provider_Name` `User` `SIDType` `EventType` `Computer` `Category` `Data` `Message`, and what the message's labels call as Windows does |
//! | `json` | any: message is one JSON object | (empty) | `{"k": "v"}` | its members, nested names dotted |
//! | `kv` | any program no row above claims | (empty) | pairs `key=value`, `key="value"` anywhere in the message | keys as written |

mod accounts;
mod audit;
mod cisco;
mod cron;
mod event;
mod events;
mod filterlog;
mod kv;
mod login;
mod named;
mod netfilter;
mod outline;
mod pam;
mod snare;
mod snort;
mod sshd;
mod su;
mod sudo;
mod systemd;
mod template;
mod web;

pub(super) use outline::{Opening, Outlook, has_usual_keys, opening, outlook, outlook_of};

use super::{Record, declared};
use crate::model::cut::{self, leaf};
use crate::model::{QuickMap, Sentence};
use std::sync::LazyLock;

/// One row of [`PAYLOADS`].
pub(crate) struct Payload {
    /// As `@payload` shows it.
    pub(crate) name: &'static str,
    /// Programs whose messages are tried, without path, in lower case. A trailing `*` stands for any ending.
    pub(crate) programs: &'static [&'static str],
    /// Beginnings of messages that are tried whatever the program.
    pub(crate) prefixes: &'static [&'static str],
    /// Messages and what they must give.
    #[cfg_attr(not(test), expect(dead_code, reason = "laws and samples are held by tests"))]
    pub(crate) samples: &'static [PayloadSample],
    /// Reads one message: pushes its originals and names the sentence, or pushes nothing.
    pub(crate) extract: fn(&str, &mut Record<'_>) -> Option<Sentence>,
}

/// A message, the sentence it is and every original it must give, in order.
#[cfg_attr(not(test), expect(dead_code, reason = "laws and samples are held by tests"))]
pub(crate) struct PayloadSample {
    pub(crate) text: &'static str,
    pub(crate) sentence: &'static str,
    pub(crate) fields: &'static [(&'static str, &'static str)],
}

/// All payloads. Rows are tried in this order.
pub(crate) static PAYLOADS: &[Payload] = &[
    events::CEF,
    events::LEEF,
    pam::PAYLOAD,
    sshd::PAYLOAD,
    sudo::PAYLOAD,
    su::PAYLOAD,
    login::PAYLOAD,
    accounts::PAYLOAD,
    cron::PAYLOAD,
    systemd::PAYLOAD,
    systemd::LOGIND,
    named::PAYLOAD,
    netfilter::PAYLOAD,
    audit::PAYLOAD,
    filterlog::PAYLOAD,
    snort::PAYLOAD,
    web::ACCESS,
    web::NGINX,
    web::APACHE,
    web::SQUID,
    cisco::ASA,
    cisco::IOS,
    event::PAYLOAD,
    snare::PAYLOAD,
    kv::JSON,
    kv::PAYLOAD,
];

/// Reads a message, chosen by its beginning or its program (a path is allowed): the first row that knows the text wins,
/// formats declared in YAML behind those of the table.
/// Programs no row knows are read as pairs.
pub(crate) fn extract(program: Option<&str>, message: &str, record: &mut Record<'_>) {
    let path = program.unwrap_or_default();
    let program = leaf(path);
    // What continues a record is no part of the sentence, but pairs, JSON and XML may stand there.
    let sentence = cut::at_first(message, b"\n").map_or(message, |(line, _)| line.strip_suffix('\r').unwrap_or(line));
    let mut is_claimed = false;
    for row in Rows::concerned(program, message) {
        let by_program = row.programs.iter().any(|p| is_program(p, program));
        is_claimed |= by_program;
        if by_program || row.prefixes.iter().any(|p| message.starts_with(p)) {
            let is_open = [event::PAYLOAD.name, kv::JSON.name, kv::PAYLOAD.name].contains(&row.name);
            record.payload = (row.extract)(if is_open { message } else { sentence }, record);
            if record.payload.is_some() {
                return;
            }
        }
    }
    record.payload = declared::said(path, sentence, record);
    if !is_claimed && record.payload.is_none() {
        record.payload = (kv::PAYLOAD.extract)(message, record);
    }
}

/// Which rows name a program, those that name it in full at once, and which may begin like a message. A bit a row; rows
/// behind the last bit are asked by all.
struct Rows {
    /// By its name in small letters.
    named: QuickMap<Box<[u8]>, u64>,
    /// Rows that name programs by how they begin.
    begun: u64,
    /// By the first byte of a message.
    beginning: [u64; 256],
}

static ROWS: LazyLock<Rows> = LazyLock::new(Rows::new);

/// Longer names are no tags, and are asked of every row.
const LONGEST_NAME: usize = 64;

impl Rows {
    fn new() -> Rows {
        let mut rows = Rows { named: QuickMap::default(), begun: 0, beginning: [0; 256] };
        for (n, row) in PAYLOADS.iter().enumerate() {
            let bit = u32::try_from(n).ok().and_then(|n| 1_u64.checked_shl(n)).unwrap_or(0);
            for program in row.programs {
                if program.ends_with('*') {
                    rows.begun |= bit;
                } else {
                    *rows.named.entry(program.to_ascii_lowercase().into_bytes().into()).or_default() |= bit;
                }
            }
            for first in row.prefixes.iter().filter_map(|prefix| prefix.bytes().next()) {
                rows.beginning[usize::from(first)] |= bit;
            }
        }
        rows
    }

    /// The rows that may say something of a message: all that a name may mean, and all that begin messages like it.
    fn concerned(program: &str, message: &str) -> impl Iterator<Item = &'static Payload> {
        let first = message.bytes().next();
        let begin = first.and_then(|byte| ROWS.beginning.get(usize::from(byte)));
        let mut left = Rows::naming(program) | begin.copied().unwrap_or(0);
        let next = move || {
            let n = left.trailing_zeros();
            left &= left.wrapping_sub(1);
            PAYLOADS.get(n as usize).filter(|_| n < u64::BITS)
        };
        std::iter::from_fn(next).chain(PAYLOADS.iter().skip(u64::BITS as usize))
    }

    /// The rows whose programs may be meant by a name.
    fn naming(program: &str) -> u64 {
        let mut small = [0; LONGEST_NAME];
        let name = small.get_mut(..program.len()).map(|small| {
            small.copy_from_slice(program.as_bytes());
            small.make_ascii_lowercase();
            &*small
        });
        name.map_or(u64::MAX, |name| ROWS.named.get(name).copied().unwrap_or(0) | ROWS.begun)
    }
}

/// Reads a message nobody is known to have said: by its beginning alone.
pub(crate) fn extract_unnamed(message: &str, record: &mut Record<'_>) {
    for row in PAYLOADS.iter().filter(|row| row.prefixes.iter().any(|p| message.starts_with(p))) {
        record.payload = (row.extract)(message.lines().next().unwrap_or(message), record);
        if record.payload.is_some() {
            return;
        }
    }
}

/// Reads a message whose tag names a PAM module: `sshd(pam_unix)[123]: ...`.
pub(crate) fn extract_pam(module: &str, program: &str, message: &str, record: &mut Record<'_>) {
    record.payload = Some(pam::extract_of(module, leaf(program), message, record));
}

/// Whether a program is meant by a row, by its whole name (`postfix/smtpd`) or what stands behind the last slash.
pub(super) fn is_said_by(row: &str, program: &str) -> bool {
    is_program(row, program) || is_program(row, leaf(program))
}

fn is_program(row: &str, program: &str) -> bool {
    match row.strip_suffix('*') {
        Some(start) => program.get(..start.len()).is_some_and(|p| p.eq_ignore_ascii_case(start)),
        None => row.eq_ignore_ascii_case(program),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::testing;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    /// What a reader makes of a message: its sentence and the originals in order.
    fn read(message: &str, with: impl FnOnce(&str, &mut Record<'_>)) -> (Option<Sentence>, Vec<(String, String)>) {
        let mut payload = None;
        let entries = testing::read_by(&testing::everything(), message, |record| {
            with(message, record);
            payload = record.payload;
        });
        (payload, entries.into_iter().map(|(name, value, _)| (name, value)).collect())
    }

    #[test]
    fn rows_that_name_a_program_are_found() {
        let named = PAYLOADS.iter().flat_map(|row| row.programs).map(|program| program.trim_end_matches('*'));
        let long = "x".repeat(LONGEST_NAME + 1);
        for program in named.chain(["gdm-password", "nobody", "", "\u{212a}", &long]) {
            for program in [program.to_owned(), program.to_ascii_uppercase()] {
                let asked: Vec<&str> = Rows::concerned(&program, "").map(|row| row.name).collect();
                for row in PAYLOADS.iter().filter(|row| row.programs.iter().any(|p| is_program(p, &program))) {
                    assert!(asked.contains(&row.name), "{program}: {}", row.name);
                }
            }
        }
    }

    #[test]
    fn rows_that_begin_a_message_are_found() {
        for row in PAYLOADS {
            assert!(row.prefixes.iter().all(|prefix| !prefix.is_empty()), "{}", row.name);
            for prefix in row.prefixes {
                assert!(
                    Rows::concerned("nobody", prefix).any(|asked| asked.name == row.name),
                    "{}: {prefix}",
                    row.name
                );
            }
        }
        let order: Vec<&str> = Rows::concerned(&"x".repeat(LONGEST_NAME + 1), "").map(|row| row.name).collect();
        assert_eq!(order, PAYLOADS.iter().map(|row| row.name).collect::<Vec<_>>());
    }

    #[test]
    fn every_sample_gives_its_sentence_and_its_originals() {
        for row in PAYLOADS {
            for sample in row.samples {
                let (sentence, fields) = read(sample.text, |m, r| r.payload = (row.extract)(m, r));
                let fields: Vec<_> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
                let sentence = sentence.map(|s| (s.payload, s.name));
                assert_eq!(sentence, Some((row.name, sample.sentence)), "{}: {}", row.name, sample.text);
                assert_eq!(fields, sample.fields, "{}: {}", row.name, sample.text);
            }
        }
    }

    #[test]
    fn names_are_unique_words() {
        for (n, row) in PAYLOADS.iter().enumerate() {
            assert!(row.name.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'), "{}", row.name);
            assert!(PAYLOADS.iter().take(n).all(|r| r.name != row.name), "{} twice", row.name);
            assert!(!row.samples.is_empty(), "{} has no samples", row.name);
        }
    }

    /// Payloads and sentences of the table above.
    fn documented() -> Vec<(String, String)> {
        let mut payload = String::new();
        let rows = include_str!("mod.rs").lines().filter_map(|line| line.strip_prefix("//! |"));
        let mut found = Vec::new();
        for cells in rows.skip(2).map(|row| row.split('|').collect::<Vec<_>>()) {
            let words =
                |n: usize| cells.get(n).copied().unwrap_or_default().split(',').map(|w| w.trim().trim_matches('`'));
            payload = words(0).next().filter(|name| !name.is_empty()).map_or(payload, str::to_owned);
            found.extend(words(2).map(|name| (payload.clone(), name.replace("(empty)", ""))));
        }
        found
    }

    #[test]
    fn the_table_above_names_exactly_the_sentences_that_have_samples() {
        let samples = PAYLOADS.iter().flat_map(|row| row.samples.iter().map(|s| (row.name, s.sentence)));
        let samples: BTreeSet<_> = samples.map(|(p, s)| (p.to_owned(), s.to_owned())).collect();
        assert_eq!(documented().into_iter().collect::<BTreeSet<_>>(), samples);
    }

    proptest! {
        #[test]
        fn no_message_makes_a_payload_panic_or_push_in_vain(text in ".{0,120}") {
            for row in PAYLOADS {
                check(row, &text)?;
            }
        }

        /// Samples with pieces moved about reach further than arbitrary text.
        #[test]
        fn no_mangled_sample_makes_a_payload_panic_or_push_in_vain(
            pick in any::<prop::sample::Index>(), from in 0usize..160, len in 0usize..40, put in ".{0,6}"
        ) {
            let samples: Vec<_> = PAYLOADS.iter().flat_map(|r| r.samples.iter().map(move |s| (r, s.text))).collect();
            let (row, sample) = pick.get(&samples);
            let kept = sample.chars().take(from).chain(put.chars()).chain(sample.chars().skip(from + len));
            let text: String = kept.collect();
            check(row, &text)?;
        }
    }

    fn check(row: &Payload, text: &str) -> Result<(), TestCaseError> {
        let (sentence, fields) = read(text, |m, r| r.payload = (row.extract)(m, r));
        prop_assert!(sentence.is_some() || fields.is_empty(), "{} pushed and then gave up: {:?}", row.name, fields);
        Ok(())
    }
}
