//! Values of records and the texts Windows writes for them (MS-EVEN6 2.2.12, 2.2.14 and 3.1.4.7), as the `evtx` crate
//! does.
//!
//! Left to the crate: arrays but those of texts, floating-point numbers, text in code pages beyond ASCII, values whose
//! size is not that of their type.

/// Text in UTF-16.
pub(super) const TEXT: u8 = 0x01;
/// Nothing: elements that depend on such a value are left out.
pub(super) const NULL: u8 = 0x00;
/// Binary XML of its own.
pub(super) const XML: u8 = 0x21;
/// Several texts, each with a zero behind it.
pub(super) const TEXTS: u8 = 0x81;
const ANSI: u8 = 0x02;
const BINARY: u8 = 0x0e;
const SIZE: u8 = 0x10;
const SID: u8 = 0x13;

/// Whether there is such a type of values.
pub(super) fn is_kind(kind: u8) -> bool {
    matches!(kind, 0x00..=0x15 | 0x20 | 0x21 | 0x23 | 0x81..=0x95)
}

/// Whether a value of a record is what its type says, as far as this tells what the crate would take it for.
pub(super) fn is_sound(kind: u8, bytes: &[u8]) -> bool {
    let len = bytes.len();
    match kind {
        NULL | BINARY | XML => true,
        // The crate leaves zeros out, wherever they stand.
        ANSI => bytes.split(|b| *b == 0).skip(1).all(<[u8]>::is_empty),
        TEXT => len.is_multiple_of(2),
        0x03 | 0x04 => len == 1,
        0x05 | 0x06 => len == 2,
        0x07 | 0x08 | 0x0b | 0x0d | 0x14 => len == 4,
        0x09 | 0x0a | 0x0c | 0x11 | 0x15 => len == 8,
        0x0f | 0x12 => len == 16,
        SIZE => len == 4 || len == 8,
        SID => len >= 8 && bytes.get(1).is_some_and(|subs| len == 8 + 4 * usize::from(*subs)),
        TEXTS => len.is_multiple_of(2) && (len == 0 || bytes.ends_with(&[0, 0])),
        _ => false,
    }
}

/// Where units of zero stand.
fn zeros(bytes: &[u8]) -> impl DoubleEndedIterator<Item = usize> {
    let units = bytes.as_chunks::<2>().0.iter().enumerate();
    units.filter(|(_, unit)| **unit == [0, 0]).map(|(n, _)| n * 2)
}

/// The texts of an array of them.
pub(super) fn texts(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    zeros(bytes).scan(0, |start, end| {
        let text = bytes.get(*start..end).unwrap_or_default();
        *start = end + 2;
        Some(text)
    })
}

/// Whether nothing is written for a value, however it is used.
pub(super) fn is_empty(kind: u8, bytes: &[u8]) -> bool {
    match kind {
        NULL => true,
        TEXT => bytes.len() < 2 || bytes.starts_with(&[0, 0]),
        ANSI => bytes.iter().all(|b| *b == 0),
        BINARY | XML | TEXTS => bytes.is_empty(),
        _ => false,
    }
}

/// Writes a value that is not empty; `None` when only the crate can.
pub(super) fn write(kind: u8, bytes: &[u8], into: &mut String) -> Option<()> {
    match kind {
        TEXT => utf16(bytes, into),
        ANSI => ansi(bytes, into)?,
        0x03 => signed(i8::from_le_bytes(bytes.try_into().ok()?).into(), into),
        0x04 => decimal(u8::from_le_bytes(bytes.try_into().ok()?).into(), into),
        0x05 => signed(i16::from_le_bytes(bytes.try_into().ok()?).into(), into),
        0x06 => decimal(u16::from_le_bytes(bytes.try_into().ok()?).into(), into),
        0x07 => signed(i32::from_le_bytes(bytes.try_into().ok()?).into(), into),
        0x08 => decimal(u32::from_le_bytes(bytes.try_into().ok()?).into(), into),
        0x09 => signed(i64::from_le_bytes(bytes.try_into().ok()?), into),
        0x0a => decimal(u64::from_le_bytes(bytes.try_into().ok()?), into),
        0x0d => match i32::from_le_bytes(bytes.try_into().ok()?) {
            0 => into.push_str("false"),
            1 => into.push_str("true"),
            // Bits that somebody put into a boolean.
            other => signed(other.into(), into),
        },
        BINARY => bytes.iter().for_each(|byte| hex_pair(*byte, UPPER, into)),
        0x0f => guid(bytes.try_into().ok()?, into),
        0x14 => hex(u32::from_le_bytes(bytes.try_into().ok()?).into(), into),
        0x15 => hex(u64::from_le_bytes(bytes.try_into().ok()?), into),
        SIZE => match <[u8; 4]>::try_from(bytes) {
            Ok(narrow) => hex(u32::from_le_bytes(narrow).into(), into),
            Err(_) => hex(u64::from_le_bytes(bytes.try_into().ok()?), into),
        },
        0x11 => filetime(u64::from_le_bytes(bytes.try_into().ok()?), into),
        0x12 => systime(bytes, into)?,
        SID => sid(bytes, into)?,
        _ => return None,
    }
    Some(())
}

/// A text of a template; `None` when it holds a zero.
pub(super) fn plain(bytes: &[u8]) -> Option<String> {
    let mut text = String::new();
    utf16(bytes, &mut text);
    zeros(bytes).next().is_none().then_some(text)
}

/// Units that are looked at together.
const RUN: usize = 64;

/// Writes text in UTF-16 up to its first zero. What XML cannot hold becomes `_`, as Windows has it.
pub(super) fn utf16(bytes: &[u8], into: &mut String) {
    let mut rest = bytes.as_chunks::<2>().0;
    while !rest.is_empty() {
        let (run, behind) = rest.split_at(rest.len().min(RUN));
        let mut ascii = [0_u8; RUN];
        let mut odd = 0;
        for (to, unit) in ascii.iter_mut().zip(run) {
            let unit = u16::from_le_bytes(*unit);
            *to = unit as u8;
            // Controls are below, all else that is not of ASCII above.
            odd |= unit | unit.wrapping_sub(0x20);
        }
        match ascii.get(..run.len()).map(std::str::from_utf8) {
            Some(Ok(text)) if odd < 0x80 => {
                into.push_str(text);
                rest = behind;
            }
            _ => match some(rest, into) {
                Some(behind) => rest = behind,
                None => break,
            },
        }
    }
}

/// Writes about a run of any characters, and gives what is left unless the text ends.
fn some<'u>(mut rest: &'u [[u8; 2]], into: &mut String) -> Option<&'u [[u8; 2]]> {
    for _ in 0..RUN {
        let Some(([first], behind)) = rest.split_first_chunk() else { break };
        rest = behind;
        let unit = u16::from_le_bytes(*first);
        match char::from_u32(unit.into()) {
            Some('\0') => return None,
            Some(c) => into.push(shown(c)),
            None => {
                let low = behind.first().map(|unit| u16::from_le_bytes(*unit));
                let pair = low.and_then(|low| char::decode_utf16([unit, low]).next()?.ok());
                into.push(pair.unwrap_or('_'));
                rest = behind.get(usize::from(pair.is_some())..)?;
            }
        }
    }
    Some(rest)
}

/// A character as XML can hold it.
fn shown(c: char) -> char {
    match c {
        '\t' | '\n' | '\r' => c,
        '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => '_',
        _ => c,
    }
}

/// Writes text in the log's code page, if that is ASCII: zeros in it are left out.
fn ansi(bytes: &[u8], into: &mut String) -> Option<()> {
    let text = std::str::from_utf8(bytes).ok().filter(|text| text.is_ascii())?;
    into.extend(text.chars().filter(|c| *c != '\0').map(shown));
    Some(())
}

fn signed(number: i64, into: &mut String) {
    if number < 0 {
        into.push('-');
    }
    decimal(number.unsigned_abs(), into);
}

fn decimal(mut number: u64, into: &mut String) {
    let mut digits = [b'0'; 20];
    let mut start = digits.len();
    loop {
        start -= 1;
        digits[start] = b'0' + (number % 10) as u8;
        number /= 10;
        if number == 0 {
            break;
        }
    }
    into.push_str(ascii(&digits[start..]));
}

/// Digits and letters that were put together here.
fn ascii(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap_or_default()
}

const LOWER: &[u8; 16] = b"0123456789abcdef";
const UPPER: &[u8; 16] = b"0123456789ABCDEF";

fn hex_pair(byte: u8, digits: &[u8; 16], into: &mut String) {
    into.push(digits[usize::from(byte >> 4)].into());
    into.push(digits[usize::from(byte & 15)].into());
}

fn hex(number: u64, into: &mut String) {
    into.push_str("0x");
    let mut digits = [0_u8; 16];
    let mut start = digits.len();
    let mut rest = number;
    loop {
        start -= 1;
        digits[start] = LOWER[(rest & 15) as usize];
        rest >>= 4;
        if rest == 0 {
            break;
        }
    }
    into.push_str(ascii(&digits[start..]));
}

fn guid(bytes: [u8; 16], into: &mut String) {
    const ORDER: [usize; 16] = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];
    let mut text = *b"{00000000-0000-0000-0000-000000000000}";
    let mut at = 1;
    for (n, from) in ORDER.into_iter().enumerate() {
        at += usize::from(matches!(n, 4 | 6 | 8 | 10));
        text[at] = LOWER[usize::from(bytes[from] >> 4)];
        text[at + 1] = LOWER[usize::from(bytes[from] & 15)];
        at += 2;
    }
    into.push_str(ascii(&text));
}

/// `S-1-5-21-…`: revision, number of parts, six bytes of authority, four bytes a part.
fn sid(bytes: &[u8], into: &mut String) -> Option<()> {
    let (head, parts) = bytes.split_first_chunk::<8>()?;
    let [revision, _, authority @ ..] = *head;
    into.push_str("S-");
    decimal(revision.into(), into);
    into.push('-');
    decimal(authority.iter().fold(0, |all, byte| all << 8 | u64::from(*byte)), into);
    for part in parts.as_chunks::<4>().0 {
        into.push('-');
        decimal(u32::from_le_bytes(*part).into(), into);
    }
    Some(())
}

const SECOND: u64 = 10_000_000;
const DAY: u64 = 86_400 * SECOND;

/// Intervals of 100 ns since 1601. Windows shows years by their last four digits, and no time where there is none.
fn filetime(ticks: u64, into: &mut String) {
    if i64::try_from(ticks).is_err() {
        return stamp([0; 7], into);
    }
    let (days, rest) = (ticks / DAY, ticks % DAY);
    // Days since the first of March of the year 0, in eras of 400 years.
    let days = days + 584_694;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let (day, month) = (day - (153 * month + 2) / 5 + 1, if month < 10 { month + 3 } else { month - 9 });
    let year = era * 400 + year + u64::from(month <= 2);
    let seconds = rest / SECOND;
    stamp([year % 10_000, month, day, seconds / 3_600, seconds / 60 % 60, seconds % 60, rest % SECOND], into);
}

/// Eight numbers of 16 bits: year, month, day of the week, day, hour, minute, second, millisecond.
fn systime(bytes: &[u8], into: &mut String) -> Option<()> {
    let mut units = bytes.as_chunks::<2>().0.iter().map(|unit| u64::from(u16::from_le_bytes(*unit)));
    let mut next = || units.next();
    let (year, month, _) = (next()?, next()?, next()?);
    let (day, hour, minute, second, milli) = (next()?, next()?, next()?, next()?, next()?);
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 if is_leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    let is_time = (1601..=30_827).contains(&year)
        && (1..=12).contains(&month)
        && (1..=days).contains(&day)
        && (hour < 24 && minute < 60 && second < 60 && milli < 1000);
    let parts = if is_time {
        [year % 10_000, month, day, hour, minute, second, milli * 10_000]
    } else {
        [1601, 1, 1, 0, 0, 0, 0]
    };
    stamp(parts, into);
    Some(())
}

/// Year, month, day, hour, minute, second and 100 ns.
fn stamp(parts: [u64; 7], into: &mut String) {
    let mut text = *b"0000-00-00T00:00:00.0000000Z";
    for (part, (start, end)) in parts.into_iter().zip([(0, 4), (5, 7), (8, 10), (11, 13), (14, 16), (17, 19), (20, 27)])
    {
        let mut rest = part;
        for digit in text[start..end].iter_mut().rev() {
            *digit = b'0' + (rest % 10) as u8;
            rest /= 10;
        }
    }
    into.push_str(ascii(&text));
}
