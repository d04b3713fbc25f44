//! What Cisco's firewalls say, by number.
//!
//! Of a connection the first end is where it came from, but where the message says outbound: then it is the second. A
//! message that ends one does not say, and is read like one inbound.

use super::{ASA, Header, Row, read};
use crate::formats::Record;
use crate::model::Sentence;

pub(super) fn extract(message: &str, record: &mut Record<'_>) -> Option<Sentence> {
    let header = Header::of(message)?;
    if header.name.len() != 6 || !header.name.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    record.push("message_id", header.name);
    record.push("level", header.severity);
    let name = match header.name {
        "430001" | "430002" | "430003" | "430004" | "430005" => pairs(header.text, record),
        id => read(ROWS, id, header.text, record),
    };
    Some(Sentence { payload: ASA.name, name })
}

/// More pairs than any event has.
const PAIRS: usize = 256;

/// FTD's events about connections, intrusions and files: `Name: value, Name: value`.
fn pairs(text: &str, record: &mut Record<'_>) -> &'static str {
    let mut sentence = "event";
    for pair in text.split(", ").take(PAIRS) {
        let Some((name, value)) = pair.split_once(": ").or_else(|| pair.split_once(':')) else { continue };
        if name.is_empty() || !name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b' ')) {
            continue;
        }
        record.push(name, value);
        sentence = match (name, value) {
            ("AccessControlRuleAction", "Allow" | "Trust" | "Fastpath") => "permitted",
            ("AccessControlRuleAction", value) if value.starts_with("Block") => "denied",
            _ => sentence,
        };
    }
    sentence
}

macro_rules! rows {
    ($($sentence:ident $($of:literal)*: $template:literal)*) => {
        &[$(Row { of: &[$($of),*], sentence: stringify!($sentence), template: $template }),*]
    };
}

static ROWS: &[Row] = rows! {
    denied "106001": "Inbound {protocol} connection denied from {src_ip}/{src_port} to {dst_ip}/{dst_port} flags {flags} on interface {src_interface}"
    denied "106002": "{protocol} Connection denied by outbound list {acl} src {src_ip} {} dest {dst_ip} "
    denied "106002": "{protocol} Connection denied by outbound list {acl} src {src_ip} dest {dst_ip}"
    denied "106006": "Deny inbound {protocol} from {src_ip}/{src_port} to {dst_ip}/{dst_port} on interface {src_interface}"
    denied "106007": "Deny inbound {protocol} from {src_ip}/{src_port} to {dst_ip}/{dst_port} due to {reason*}"
    denied "106010": "Deny inbound protocol {protocol} src {src_interface}:{src_ip} dst {dst_interface}:{dst_ip}"
    denied "106010": "Deny inbound {protocol} src {src_interface}:{src_ip}/{src_port} dst {dst_interface}:{dst_ip}/{dst_port}"
    denied "106011": "Deny inbound (No xlate) {protocol} src {src_interface}:{src_ip}/{src_port} dst {dst_interface}:{dst_ip}/{dst_port}"
    denied "106012": "Deny IP from {src_ip} to {dst_ip}, {reason*}"
    denied "106013": "Dropping echo request from {src_ip} to PAT address {dst_ip}"
    denied "106014": "Deny inbound {protocol:icmp} src {src_interface}:{src_ip} dst {dst_interface}:{dst_ip} (type {icmp_type}, code {icmp_code})"
    denied "106015": "Deny {protocol} ({reason}) from {src_ip}/{src_port} to {dst_ip}/{dst_port} flags {flags} on interface {src_interface}"
    denied "106016": "Deny IP spoof from ({src_ip}) to {dst_ip} on interface {src_interface}"
    denied "106017": "Deny IP due to {reason:Land Attack} from {src_ip} to {dst_ip}"
    denied "106018": "ICMP packet type {icmp_type} denied by outbound list {acl} src {src_ip} dest {dst_ip}"
    denied "106020": "Deny IP {reason:teardrop fragment} ({}) from {src_ip} to {dst_ip}"
    denied "106021": "Deny {protocol} {reason:reverse path check} from {src_ip} to {dst_ip} on interface {src_interface}"
    denied "106022": "Deny {protocol} {reason:connection spoof} from {src_ip} to {dst_ip} on interface {src_interface}"
    denied "106023": "Deny protocol {protocol} src {src_interface}:{src_ip} dst {dst_interface}:{dst_ip} by access-group \"{acl}\""
    denied "106023": "Deny {protocol} src {src_interface}:{src_ip}/{src_port} dst {dst_interface}:{dst_ip}/{dst_port} by access-group \"{acl}\""
    denied "106023": "Deny {protocol} src {src_interface}:{src_ip} dst {dst_interface}:{dst_ip} (type {icmp_type}, code {icmp_code}) by access-group \"{acl}\""
    denied "106023": "Deny {protocol} src {src_interface}:{src_ip} dst {dst_interface}:{dst_ip} by access-group \"{acl}\""
    denied "106100" "106102" "106103": "access-list {acl} {verdict:denied} {protocol} {}for user '{user>}' {src_interface}/{src_ip}({src_port}) -> {dst_interface}/{dst_ip}({dst_port})"
    denied "106100" "106102" "106103": "access-list {acl} {verdict:denied} {protocol} {src_interface}/{src_ip}({src_port}) -> {dst_interface}/{dst_ip}({dst_port})"
    permitted "106100" "106102" "106103": "access-list {acl} {verdict:permitted} {protocol} for user '{user>}' {src_interface}/{src_ip}({src_port}) -> {dst_interface}/{dst_ip}({dst_port})"
    permitted "106100" "106102" "106103": "access-list {acl} {verdict:permitted} {protocol} {src_interface}/{src_ip}({src_port}) -> {dst_interface}/{dst_ip}({dst_port})"
    permitted "106100": "access-list {acl} {verdict:est-allowed} {protocol} {src_interface}/{src_ip}({src_port}) -> {dst_interface}/{dst_ip}({dst_port})"
    built "302013" "302015" "302017": "Built {direction:inbound} {protocol} connection {connection} for {src_interface}:{src_ip}/{src_port} ({src_nat_ip}/{src_nat_port}){} to {dst_interface}:{dst_ip}/{dst_port} ({dst_nat_ip}/{dst_nat_port})"
    built "302013" "302015" "302017": "Built {direction:outbound} {protocol} connection {connection} for {dst_interface}:{dst_ip}/{dst_port} ({dst_nat_ip}/{dst_nat_port}){} to {src_interface}:{src_ip}/{src_port} ({src_nat_ip}/{src_nat_port})"
    built "302017": "Built {direction:inbound} {protocol} connection {connection} from {src_interface}:{src_ip} ({src_nat_ip}) to {dst_interface}:{dst_ip}"
    teardown "302014" "302016" "302018": "Teardown {protocol} connection {connection} for {src_interface}:{src_ip}/{src_port} to {dst_interface}:{dst_ip}/{dst_port} duration {duration} bytes {bytes} {reason*}"
    teardown "302014" "302016" "302018": "Teardown {protocol} connection {connection} for {src_interface}:{src_ip}/{src_port} to {dst_interface}:{dst_ip}/{dst_port} duration {duration} bytes {bytes}"
    teardown "302018": "Teardown {protocol} connection {connection} from {src_interface}:{src_ip} ({}) to {dst_interface}:{dst_ip} ({}) duration {duration} bytes {bytes}"
    built "302020": "Built {direction:inbound} {protocol:ICMP} connection for faddr {src_ip}/{} gaddr {dst_nat_ip}/{} laddr {dst_ip}/"
    built "302020": "Built {direction:outbound} {protocol:ICMP} connection for faddr {dst_ip}/{} gaddr {src_nat_ip}/{} laddr {src_ip}/"
    teardown "302021": "Teardown {protocol:ICMP} connection for faddr {src_ip}/{} gaddr {dst_nat_ip}/{} laddr {dst_ip}/"
    request "304001": "{user>}@{src_ip} Accessed URL {dst_ip}:{url*}"
    request "304001": "{src_ip} Accessed URL {dst_ip}:{url*}"
    request_denied "304002": "Access denied URL {url} SRC {src_ip} DEST {dst_ip}"
    built "305011": "Built {} {protocol} translation from {src_interface}:{src_ip}/{src_port} to {dst_interface}:{src_nat_ip}/{src_nat_port}"
    teardown "305012": "Teardown {} {protocol} translation from {src_interface}:{src_ip}/{src_port} to {dst_interface}:{src_nat_ip}/{src_nat_port} duration {duration}"
    denied "305013": "{reason:Asymmetric NAT rules} matched for forward and reverse flows; Connection for {protocol} src {src_interface}:{src_ip}/{src_port} dst {dst_interface}:{dst_ip}/{dst_port} denied"
    denied "313001" "313008": "Denied {protocol} type={icmp_type}, code={icmp_code} from {src_ip} on interface {src_interface}"
    denied "313004": "Denied {protocol} type={icmp_type}, from laddr {src_ip} on interface {src_interface} to {dst_ip}: {reason*}"
    denied "313004": "Denied {protocol} type={icmp_type}, from {src_ip} on interface {src_interface} to {dst_ip}:{reason*}"
    denied "313005": "{reason:No matching connection} for ICMP error message: {protocol:icmp} src {src_interface}:{src_ip} dst {dst_interface}:{dst_ip} (type {icmp_type}, code {icmp_code})"
    denied "313009": "Denied invalid {protocol:ICMP} code {icmp_code}, for {src_interface}:{src_ip}/{} ({}) to {dst_interface}:{dst_ip}/"
    denied "402117": "IPSEC: Received a non-IPSec packet (protocol= {protocol}) from {src_ip} to {dst_ip}"
    denied "402116" "402119": "IPSEC: Received an {protocol} packet ({}) from {src_ip} (user= {user>}) to {dst_ip}"
    denied "410001": "Dropped {protocol} DNS {} from {src_interface}:{src_ip}/{src_port} to {dst_interface}:{dst_ip}/{dst_port}; {reason*}"
    denied "419001": "Dropping {protocol} packet from {src_interface}:{src_ip}/{src_port} to {dst_interface}:{dst_ip}/{dst_port}, reason: {reason*}"
    connection "419002": "Duplicate {protocol} SYN from {src_interface}:{src_ip}/{src_port} to {dst_interface}:{dst_ip}/{dst_port} with"
    connection "419002": "Received duplicate {protocol} SYN from {src_interface}:{src_ip}/{src_port} to {dst_interface}:{dst_ip}/{dst_port} with"
    denied "500003": "{reason:Bad TCP hdr length} ({}) from {src_ip}/{src_port} to {dst_ip}/{dst_port}, flags: {flags}, on interface {src_interface}"
    denied "500004": "{reason:Invalid transport field} for protocol={protocol}, from {src_ip}/{src_port} to {dst_ip}/{dst_port}"
    connection "710001": "{protocol} access requested from {src_ip}/{src_port} to {dst_interface}:{dst_ip}/{service}"
    permitted "710002": "{protocol} access permitted from {src_ip}/{src_port} to {dst_interface}:{dst_ip}/{service}"
    denied "710003": "{protocol} access denied by ACL from {src_ip}/{src_port} to {dst_interface}:{dst_ip}/{service}"
    denied "710004": "{protocol} {reason:connection limit exceeded} from {src_ip}/{src_port} to {dst_interface}:{dst_ip}/{service}"
    denied "710005": "{protocol} request discarded from {src_ip}/{src_port} to {dst_interface}:{dst_ip}/{service}"
    denied "710006": "{protocol} request discarded from {src_ip} to {dst_interface}:{dst_ip}"
    login "605005": "Login permitted from {src_ip}/{src_port} to {dst_interface}:{dst_ip}/{service} for user \"{user>}\""
    login_failed "605004": "Login denied from {src_ip}/{src_port} to {dst_interface}:{dst_ip}/{service} for user \"{user>}\""
    login "611101": "User authentication succeeded: IP address: {src_ip}, Uname: {user*}"
    login "611101": "User authentication succeeded: Uname: {user*}"
    login_failed "611102": "User authentication failed: IP address: {src_ip}, Uname: {user*}"
    login_failed "611102": "User authentication failed: IP = {src_ip}, Uname: {user*}"
    login_failed "611102": "User authentication failed: Uname: {user*}"
    logout "611103": "User logged out: Uname: {user*}"
    login "109005": "Authentication succeeded for user {user>} from {src_ip}/{src_port} to {dst_ip}/{dst_port} on interface {src_interface}"
    login_failed "109006": "Authentication failed for user {user>} from {src_ip}/{src_port} to {dst_ip}/{dst_port} on interface {src_interface}"
    login "113004": "AAA user authentication Successful : server = {server} : user = {user*}"
    login_failed "113005": "AAA user authentication Rejected : reason = {reason} : server = {server} : user = {user>} : user IP = {src_ip}"
    login_failed "113005": "AAA user authentication Rejected : reason = {reason} : server = {server} : user = {user*}"
    locked "113006": "User {user>} locked out on exceeding {tries} successive failed"
    unlocked "113007": "User {target_user>} unlocked by {user*}"
    login "113012": "AAA user authentication Successful : local database : user = {user*}"
    login_failed "113014": "AAA authentication {reason:server not accessible} : server = {server} : user = {user*}"
    login_failed "113015": "AAA user authentication Rejected : reason = {reason} : local database : user = {user>} : user IP = {src_ip}"
    login_failed "113015": "AAA user authentication Rejected : reason = {reason} : local database : user = {user>}: user IP = {src_ip}"
    login_failed "113015": "AAA user authentication Rejected : reason = {reason} : local database : user = {user*}"
    login_failed "113021": "Attempted console login failed. User {user>} did NOT have"
    logout "113019": "Group = {group}, Username = {user>}, IP = {src_ip}, Session disconnected. Session Type: {session_type}, Duration: {duration}, Bytes xmt: {bytes_sent}, Bytes rcv: {bytes_received}, Reason: {reason*}"
    session_opened "113039": "Group {group} User {user>} IP {src_ip} AnyConnect parent session started"
    session_opened "716001": "Group {group} User {user>} IP {src_ip} WebVPN session started"
    session_closed "716002": "Group {group} User {user>} IP {src_ip} WebVPN session terminated: {reason*}"
    login "716038": "Group {group} User {user>} IP {src_ip} Authentication: successful, Session Type: {session_type}"
    login_failed "716039": "Group {group} User {user>} IP {src_ip} Authentication: rejected, Session Type: {session_type}"
    session_opened "722022": "Group {group} User {user>} IP {src_ip} {} connection established {reason*}"
    session_closed "722023": "Group {group} User {user>} IP {src_ip} {} connection terminated {reason*}"
    session_closed "722037" "722028" "722030" "722036": "Group {group} User {user>} IP {src_ip} SVC closing connection: {reason*}"
    session_opened "722051": "Group {group} User {user>} IP {src_ip} IPv4 Address {assigned_ip} IPv6 address {assigned_ip} assigned to session"
    session_opened "722051": "Group {group} User {user>} IP {src_ip} Address {assigned_ip} assigned to session"
    command "111008" "111009": "User '{user>}' executed the '{command>}' command"
    changed "111010": "User '{user>}', running '{application}' from IP {src_ip}, executed '{command*}"
    login_failed "308001": "console {reason:enable password incorrect} for {tries} tries (from {src_ip})"
    closed "315011": "SSH session from {src_ip} on interface {src_interface} for user \"{user>}\" disconnected by SSH server, reason: \"{reason}\""
    closed "315011": "SSH session from {src_ip} on interface {src_interface} for user {user>} disconnected by SSH server, reason: {reason*}"
    user_created "502101": "New user added to local dbase: Uname: {target_user>} Priv: {privilege}"
    user_deleted "502102": "User deleted from local dbase: Uname: {target_user>} Priv: {privilege}"
    privileged "502103": "User priv level changed: Uname: {user>} From: {old} To: {new}"
    alert "733100": "[{reason}] drop {} exceeded. Current burst rate is {burst_rate} per second"
    alert "733101": "{} {src_ip} is attacking"
    alert "733102": "Threat-detection adds host {src_ip} to shun list"
    noted: "Group = {group}, Username = {user>}, IP = {src_ip}, {detail*}"
    noted: "Group {group} User {user>} IP {src_ip} {detail*}"
};
