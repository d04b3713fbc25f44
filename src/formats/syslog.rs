//! What all dialects of syslog share: the priority, the tag, and what is done with a message.

use super::payload::{self, Outlook};
use super::{Head, Learned, Record, Sniffed, lines};
use crate::model::stamp::{self, Zone};
use crate::model::{Outline, OutlineHead, cut};

/// A tag: which program wrote, and as which process.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tag<'r> {
    pub(super) program: &'r str,
    pub(super) process: Option<&'r str>,
    /// The module in old Red Hat's `sshd(pam_unix)[123]`.
    pub(super) pam_module: Option<&'r str>,
}

/// Longer words before a colon are no tags.
const LONGEST_TAG: usize = 64;

/// How sure a dialect is of an input. Where every record of the sample begins with a priority, that is learned.
pub(super) fn sniff(
    head: &Head<'_>,
    name: &str,
    specificity: u8,
    why: &'static str,
    fits: fn(&str) -> bool,
) -> Option<Sniffed> {
    let sniffed = lines::sniff(head, name, specificity, why, fits)?;
    let records = || head.text.lines().filter(|line| fits(line));
    // One record is no pattern.
    let has_priorities = records().nth(1).is_some() && records().all(|line| priority(line).is_some());
    let learned = if has_priorities { Learned::Priority } else { sniffed.learned };
    Some(Sniffed { learned, ..sniffed })
}

/// Whether a line begins a record of an input whose records begin with priorities: it has one, or at least a stamp.
pub(super) fn begins_record(line: &[u8]) -> bool {
    line.starts_with(b"<")
        || lines::yearless(line).is_some()
        || std::str::from_utf8(line.get(..40).unwrap_or(line))
            .is_ok_and(|text| stamp::read_prefix(text, &Zone::default()).is_some())
}

/// Splits `<34>rest` into its number, as written, and what follows. 24 facilities of 8 severities: 191 is the last
/// one. The length that RFC 6587 puts in front of a frame is passed over.
pub(super) fn priority(text: &str) -> Option<(&str, &str)> {
    // Most lines begin with neither.
    text.bytes().next().filter(|first| *first == b'<' || first.is_ascii_digit() || *first == b' ')?;
    let text = match text.split_once(' ') {
        Some((length, rest)) if length.len() <= 6 && length.bytes().all(|b| b.is_ascii_digit()) => rest,
        _ => text,
    };
    let (number, rest) = text.strip_prefix('<')?.split_once('>')?;
    let is_priority = (1..=3).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_digit());
    (is_priority && number.parse::<u8>().is_ok_and(|n| n <= 191)).then_some((number, rest))
}

/// Where the message of a network device begins that puts a number and a stamp of its own behind the header: `45: *Mar  1
/// 18:46:11.123 UTC: %SYS-5-CONFIG_I: ...`. Any other text is left alone.
fn behind_device_header(text: &str) -> &str {
    // A mnemonic stands near the beginning.
    const ENOUGH: usize = 80;
    if memchr::memchr(b'%', text.as_bytes().get(..ENOUGH).unwrap_or(text.as_bytes())).is_none() {
        return text;
    }
    let rest = behind_number(text.trim_start_matches([' ', ':']));
    let stamp = stamp::read_yearless(rest).map(|(_, taken)| taken);
    let stamp = stamp.or_else(|| stamp::read_prefix(rest, &Zone::default()).map(|(_, taken)| taken));
    let rest = match stamp.and_then(|taken| rest.get(taken..)) {
        Some(behind) => behind.trim_start_matches([' ', ':']),
        None => behind_uptime(rest),
    };
    if rest.starts_with('%') { rest } else { text }
}

/// Takes off the number a network device gives its messages: `45: `.
pub(super) fn behind_number(text: &str) -> &str {
    behind_word(text, |b| b.is_ascii_digit())
}

/// Takes off the time since a network device started: `1w2d: `, `00:05:12: `.
pub(super) fn behind_uptime(text: &str) -> &str {
    behind_word(text, |b| b.is_ascii_digit() || b"ywdhms:.".contains(&b))
}

fn behind_word(text: &str, is_of_it: fn(u8) -> bool) -> &str {
    let len = text.bytes().take(16).take_while(|b| is_of_it(*b)).count();
    // An uptime has colons of its own.
    let word = text.get(..len).unwrap_or_default().trim_end_matches(':');
    let behind = text.get(word.len()..).and_then(|rest| rest.strip_prefix(": "));
    behind.filter(|_| !word.is_empty()).map_or(text, |rest| rest.trim_start_matches(' '))
}

/// Splits `TAG[PID]: rest`.
pub(super) fn tag(text: &str) -> Option<(Tag<'_>, &str)> {
    let text = behind_device_header(text);
    // `polkitd(authority=local)[7]: `: only there an equals sign may stand in a tag.
    let mut is_inside = false;
    let end = text.bytes().position(|b| {
        is_inside = (is_inside || b == b'(') && b != b')';
        b.is_ascii_whitespace() || matches!(b, b':' | b'[') || (b == b'=' && !is_inside)
    })?;
    let (program, rest) = text.split_at_checked(end).filter(|_| (1..=LONGEST_TAG).contains(&end))?;
    let (process, rest) = match rest.strip_prefix('[').and_then(|r| cut::at_first(r, b"]")) {
        Some((process, rest)) if process.len() <= LONGEST_TAG && !process.contains(char::is_whitespace) => {
            (Some(process).filter(|p| !p.is_empty()), rest)
        }
        _ => (None, rest),
    };
    let rest = rest.strip_prefix(':')?;
    // `CEF:0|...` names no program: it is the message's beginning.
    if matches!(program, "CEF" | "LEEF") {
        return None;
    }
    let detail = program.strip_suffix(')').and_then(|p| p.split_once('(')).filter(|(p, _)| !p.is_empty());
    let pam_module = detail.map(|(_, detail)| detail).filter(|detail| detail.starts_with("pam_"));
    // gdm puts half of a bracket into its tag: `gdm-password]: `.
    let program = detail.map_or(program.trim_end_matches(']'), |(program, _)| program);
    Some((Tag { program, process, pam_module }, rest))
}

/// Whether a text begins with `key=`.
pub(super) fn begins_pair(text: &str) -> bool {
    let end = text.bytes().position(|b| !b.is_ascii_alphanumeric() && !matches!(b, b'_' | b'-' | b'.'));
    end.is_some_and(|end| end > 0 && text.as_bytes().get(end) == Some(&b'='))
}

/// Pushes the tag and the message, and what stands inside the message.
pub(super) fn finish(record: &mut Record<'_>, tag: Option<Tag<'_>>, message: &str) {
    // A network device has no program to name: what it says begins with a mnemonic.
    let device = behind_device_header(message.trim_start_matches(' '));
    if tag.is_none()
        && device.starts_with('%')
        && let Some((tag, message)) = self::tag(device)
    {
        return finish(record, Some(tag), message);
    }
    if let Some(tag) = tag {
        record.push("appname", tag.program);
        record.push_some("procid", tag.process);
    }
    let message = message.trim_matches([' ', '\u{feff}']);
    if message.is_empty() {
        return;
    }
    record.push("msg", message);
    let (count, inner) = said(message);
    record.push_some("repeat_count", count);
    // A mnemonic is half of what a network device says.
    let inner = match tag {
        Some(Tag { program, .. }) if program.starts_with('%') => joined(record.text, program, inner),
        _ => inner,
    };
    match tag {
        Some(Tag { program, pam_module: Some(module), .. }) => payload::extract_pam(module, program, inner, record),
        _ => payload::extract(tag.map(|t| t.program), inner, record),
    }
}

/// How messages begin that [`said`] takes something off.
pub(super) const OPENED: [&str; 2] = ["message repeated ", "[ID "];

/// What a message says, without what relays put around it, and how often it was said if they tell.
pub(super) fn said(message: &str) -> (Option<&str>, &str) {
    let (count, inner) = repeated(message).map_or((None, message), |(count, inner)| (Some(count), inner));
    (count, without_solaris_id(inner))
}

/// The names of headers, and those [`finish`] pushes behind them.
pub(super) const NAMES: &[&str] = &["pri", "hostname", "appname", "procid", "msg", "repeat_count"];

/// What a record is whose header was read: see [`Outline`]. Nothing is said of lines with a percent sign, which may be a
/// mnemonic anywhere, nor of those in which a module or no program is named.
pub(super) fn outline<'r>(
    record: &Record<'r>,
    (priority, host): (Option<&'r str>, Option<&'r str>),
    rest: &'r str,
) -> Option<Outline<'r>> {
    if memchr::memchr(b'%', record.text.as_bytes()).is_some() {
        return None;
    }
    let (tag, message) = tag(rest)?;
    let message = message.trim_matches([' ', '\u{feff}']);
    let is_usual = tag.pam_module.is_none() && !tag.program.is_empty() && !message.is_empty();
    let Outlook { payloads, names: [own, of_pam], .. } =
        is_usual.then(|| payload::outlook(tag.program, said(message).1, record.table))??;
    let names = [NAMES, own, of_pam];
    let head = Some(OutlineHead { host, process: tag.process, message });
    Some(Outline { program: Some(tag.program), priority, names, payloads, head, ..Outline::default() })
}

/// Pushes of a record that has an outline what its header says: what [`finish`] and its callers push, but for what stands
/// inside the message.
pub(super) fn push_head(record: &mut Record<'_>, outline: &Outline<'_>) {
    let Some(OutlineHead { host, process, message }) = outline.head else { return };
    record.push_some("pri", outline.priority);
    record.push_some("hostname", host);
    record.push_some("appname", outline.program);
    record.push_some("procid", process);
    record.push("msg", message);
    record.push_some("repeat_count", said(message).0);
}

/// A tag and its message as one piece of the record, if they are.
fn joined<'r>(record: &'r str, tag: &str, message: &'r str) -> &'r str {
    let place = |piece: &str| piece.as_ptr().addr().checked_sub(record.as_ptr().addr());
    let whole =
        place(tag).zip(place(message)).and_then(|(start, end)| record.get(start..end.checked_add(message.len())?));
    whole.unwrap_or(message)
}

/// Opens `message repeated N times: [ M ]`.
fn repeated(message: &str) -> Option<(&str, &str)> {
    let (count, rest) = message.strip_prefix("message repeated ")?.split_once(" times: [")?;
    let inner = rest.trim_end().strip_suffix(']')?.trim_matches(' ');
    count.bytes().all(|b| b.is_ascii_digit()).then_some((count, inner))
}

/// Solaris writes `[ID 702911 auth.info] ` before a message.
fn without_solaris_id(message: &str) -> &str {
    message.strip_prefix("[ID ").and_then(|m| m.split_once("] ")).map_or(message, |(_, m)| m)
}
