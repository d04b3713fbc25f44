//! What Cisco's routers and switches say (IOS, IOS XE, NX-OS), by facility and name.

use super::{Header, IOS, Row, read};
use crate::formats::Record;
use crate::model::Sentence;

pub(super) fn extract(message: &str, record: &mut Record<'_>) -> Option<Sentence> {
    let header = Header::of(message)?;
    record.push("facility", header.facility);
    record.push("level", header.severity);
    record.push("mnemonic", header.name);
    // A subfacility says which card or supervisor wrote it.
    let name = read(ROWS, header.name, header.text, record);
    Some(Sentence { payload: IOS.name, name })
}

macro_rules! rows {
    ($($sentence:ident $($of:literal)+: $template:literal)*) => {
        &[$(Row { of: &[$($of),*], sentence: stringify!($sentence), template: $template }),*]
    };
}

static ROWS: &[Row] = rows! {
    login "LOGIN_SUCCESS" "WEBLOGIN_SUCCESS": "Login Success [user: {user>}] [Source: {src_ip}] [localport: {dst_port}]"
    login "LOGIN_SUCCESS" "WEBLOGIN_SUCCESS": "Login Success [user: {user>}] [Source: {src_ip}]"
    login_failed "LOGIN_FAILED" "WEBLOGIN_FAILED": "Login failed [user: {user>}] [Source: {src_ip}] [localport: {dst_port}] [Reason: {reason}]"
    login_failed "LOGIN_FAILED" "WEBLOGIN_FAILED": "Login failed [user: {user>}] [Source: {src_ip}]"
    alert "QUIET_MODE_ON": "Still timeleft for watching failures is {} secs, [user: {user>}] [Source: {src_ip}] [localport: {dst_port}] [Reason: {reason}]"
    changed "CONFIG_I": "Configured from {origin} by {user>} on {tty} ({src_ip})"
    changed "CONFIG_I": "Configured from {origin} by {tty} ({src_ip})"
    changed "CONFIG_I": "Configured from {origin} by {user*}"
    changed "CONFIG_P": "Configured programmatically by process {application} from {origin} as {user>} on {tty}"
    changed "CFGLOG_LOGGEDCMD": "User:{user}  logged command:{command*}"
    changed "CFGLOG_LOGGEDCMD": "User:{user} logged command:{command*}"
    logout "LOGOUT" "TTY_EXPIRE_TIMER" "TTY_CLEAR": "User {user>} has exited tty session {tty}({src_ip})"
    reload "RELOAD": "Reload requested by {user>} on {tty} ({src_ip})"
    reload "RELOAD": "Reload requested {detail*}"
    restart "RESTART": "System restarted"
    connection "SSH_SESSION" "SSH2_SESSION": "{} Session request from {src_ip} (tty"
    authenticated "SSH_USERAUTH" "SSH2_USERAUTH": "User '{user>}' authentication for {} Session from {src_ip} (tty = {tty}) {} Succeeded"
    refused "SSH_USERAUTH" "SSH2_USERAUTH": "User '{user>}' authentication for {} Session from {src_ip} (tty = {tty}) {} Failed"
    closed "SSH_CLOSE" "SSH2_CLOSE": "{} Session from {src_ip} (tty = {tty}) for user '{user>}' using"
    login_failed "SYSTEM_MSG": "pam_aaa:Authentication failed for user {user>} from {src_ip}"
    login_failed "SYSTEM_MSG": "pam_aaa:Authentication failed from {src_ip}"
    denied "IPACCESSLOGP" "ACCESSLOGP": "list {acl} {verdict:denied} {protocol} {src_ip}({src_port}) -> {dst_ip}({dst_port})"
    denied "IPACCESSLOGP" "ACCESSLOGP": "list {acl} {verdict:denied} {protocol} {src_ip}({src_port}) ({}) -> {dst_ip}({dst_port})"
    permitted "IPACCESSLOGP" "ACCESSLOGP": "list {acl} {verdict:permitted} {protocol} {src_ip}({src_port}) -> {dst_ip}({dst_port})"
    permitted "IPACCESSLOGP" "ACCESSLOGP": "list {acl} {verdict:permitted} {protocol} {src_ip}({src_port}) ({}) -> {dst_ip}({dst_port})"
    denied "IPACCESSLOGDP" "ACCESSLOGDP": "list {acl} {verdict:denied} {protocol} {src_ip} -> {dst_ip} ({icmp_type}/{icmp_code})"
    permitted "IPACCESSLOGDP" "ACCESSLOGDP": "list {acl} {verdict:permitted} {protocol} {src_ip} -> {dst_ip} ({icmp_type}/{icmp_code})"
    denied "IPACCESSLOGNP" "ACCESSLOGNP": "list {acl} {verdict:denied} {protocol} {src_ip} -> {dst_ip}"
    permitted "IPACCESSLOGNP" "ACCESSLOGNP": "list {acl} {verdict:permitted} {protocol} {src_ip} -> {dst_ip}"
    denied "IPACCESSLOGS": "list {acl} {verdict:denied} {src_ip}"
    permitted "IPACCESSLOGS": "list {acl} {verdict:permitted} {src_ip}"
    refused "BADAUTH": "{reason} from {src_ip}({src_port}) to {dst_ip}({dst_port})"
};
