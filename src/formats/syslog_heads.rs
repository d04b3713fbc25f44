//! Lines of BSD's syslog that begin as a line above did: the same day, host and program. Their outline is known but for
//! what their message begins with.
//!
//! Sound because what is remembered is what reading a whole header gave, and is taken only where reading it again could
//! give nothing else:
//!
//! - The stamp is of the usual form, with a name behind it ([`Usual`]): nothing but its day, the year reached, the time of
//!   day and the zone are in it. On one day of a fixed zone, or in one minute of another whose ends lie a minute's length
//!   apart, seconds go by evenly.
//! - Host and tag are told by the bytes up to the first bracket or colon behind the stamp, and by whether a blank follows
//!   a colon where no host stands before it. They are remembered only if the program was found to end there, and hold for
//!   lines without a percent sign.
//! - Behind them come the number of a process, in digits and brackets, and a colon, or the colon alone.
//! - What may begin a message and make it something else is asked of its first four bytes, once for all that begin so.

use super::lines::Usual;
use super::payload::{self, Opening, Outlook};
use super::years::Years;
use super::{Record, YearTrack, syslog};
use crate::model::stamp::{self, Yearless, Zone};
use crate::model::{Outline, OutlineHead, Quality, QuickMap, Stamp, Time, limits};
use std::ops::Range;

/// Heads and openings remembered at once.
const MOST: usize = 512;
/// Digits of a process's number.
const LONGEST_PROCESS: usize = 10;
/// Nanoseconds of a second.
const SECOND: i64 = 1_000_000_000;

/// What lines above began with.
#[derive(Default)]
pub(super) struct Heads {
    clock: Option<Clock>,
    /// By host and tag as written, up to the first bracket or colon.
    known: QuickMap<Box<[u8]>, Head>,
    /// By the first bytes of messages.
    openings: QuickMap<u32, Opening>,
}

/// A host and a program.
struct Head {
    /// Where they stand in the line.
    host: Option<Range<usize>>,
    program: Range<usize>,
    outlook: Outlook,
}

/// A day or a minute of which all stamps are known.
#[derive(Clone, Copy, Debug)]
struct Clock {
    day: u64,
    /// The year reached before it.
    year: YearTrack,
    /// The only minute of the day for which it holds, if it is one.
    minute: Option<u32>,
    /// The instant at which seconds of the day are counted from.
    start: i64,
}

impl Heads {
    /// The outline of a record all of whose parts were met; sets its time. `None`: read its header.
    pub(super) fn outline<'r>(&mut self, record: &mut Record<'r>) -> Option<Outline<'r>> {
        let text = record.text;
        let (usual, key, behind) = split(text)?;
        let Head { host, program, outlook } = self.known.get(key)?;
        let (process, message) = if key.ends_with(b"[") {
            let digits = behind.bytes().take(LONGEST_PROCESS).take_while(u8::is_ascii_digit).count();
            let (process, rest) = behind.split_at_checked(digits).filter(|_| digits > 0)?;
            (Some(process), rest.strip_prefix("]:")?)
        } else {
            // What stands first may go on behind its colon: then it is a host.
            (None, Some(behind).filter(|behind| host.is_some() || behind.starts_with(' '))?)
        };
        let blanks = message.bytes().take_while(|byte| *byte == b' ').count();
        let message = message.get(blanks..)?;
        let first: [u8; 4] = *message.as_bytes().first_chunk()?;
        // What is taken off its end may be a part of how it begins.
        message.as_bytes().last().filter(|last| last.is_ascii() && **last != b' ')?;
        let (openings, table) = (&mut self.openings, record.table);
        let known = openings.get(&u32::from_le_bytes(first)).copied();
        let opening = known.unwrap_or_else(|| payload::opening(first, table, &syslog::OPENED));
        if known.is_none() {
            forget_if_full(openings);
            openings.insert(u32::from_le_bytes(first), opening);
        }
        let program = text.get(program.clone())?;
        let host = host.clone().and_then(|host| text.get(host));
        // Nothing of it can stand at the end, and a blank no more at the beginning.
        let message = if first[0] < 0x80 { message } else { message.trim_start_matches([' ', '\u{feff}']) };
        let outlook = match opening {
            Opening::Plain => {
                let is_told =
                    first.is_ascii() && !(outlook.is_bare && memchr::memchr(b'=', message.as_bytes()).is_some());
                is_told.then_some(*outlook)?
            }
            Opening::Pam => payload::has_usual_keys(message).then(|| outlook.of_pam())?,
            Opening::Unsure => {
                let said = Some(message).filter(|message| !message.is_empty());
                payload::outlook(program, syslog::said(said?).1, table)?
            }
        };
        if memchr::memchr(b'%', text.as_bytes()).is_some() {
            return None;
        }
        let head = Some(OutlineHead { host, process, message });
        let outline = Outline { head, ..outline_of(program, outlook) };
        if let Some(stamp) = self.clock.and_then(|clock| clock.stamp(usual, *record.year)) {
            record.time = stamp;
        } else {
            let (yearless, _) = stamp::read_yearless(text)?;
            self.clock = Clock::of(yearless, usual, (*record.year, record.years), record.zone);
            record.time = record.yearless(yearless);
        }
        Some(outline)
    }

    /// Remembers how a record begins of which reading its header gave this.
    pub(super) fn learn(&mut self, record: &Record<'_>, outline: &Outline<'_>) {
        // Hostile hosts and programs may have any length.
        let Some((_, key, _)) = split(record.text).filter(|(_, key, _)| key.len() <= limits::NAME_KNOWN) else {
            return;
        };
        let program = outline.program.unwrap_or_default();
        let Some(outlook) = payload::outlook_of(program) else { return };
        // The tag ends where the key does, with nothing taken off the program.
        let end = Usual::LEN + key.len();
        let place = |piece: &str| {
            let start = piece.as_ptr().addr().checked_sub(record.text.as_ptr().addr())?;
            Some(start..start + piece.len())
        };
        let host = outline.head.and_then(|head| head.host);
        let places = (host.and_then(place), place(program).filter(|place| place.end == end));
        // What is remembered gives this again.
        let told = Outline { head: None, ..*outline };
        let is_usual = [outlook, outlook.of_pam()].iter().any(|known| outline_of(program, *known) == told);
        let is_behind =
            |host: &Range<usize>, program: &Range<usize>| Usual::LEN < host.start && host.end < program.start;
        if let (at_host, Some(program)) = places
            && is_usual
            && at_host.is_some() == host.is_some()
            && at_host.as_ref().is_none_or(|host| is_behind(host, &program))
        {
            forget_if_full(&mut self.known);
            self.known.insert(key.into(), Head { host: at_host, program, outlook });
        }
    }
}

fn forget_if_full<K, V>(map: &mut QuickMap<K, V>) {
    if map.len() >= MOST {
        map.clear();
    }
}

/// The stamp of a line, what stands behind the blank up to the first bracket or colon, and what follows.
fn split(line: &str) -> Option<(Usual, &[u8], &str)> {
    let usual = Usual::of(line.as_bytes())?;
    let behind = line.as_bytes().get(Usual::LEN + 1..)?;
    // Both are mostly near.
    let end = behind.iter().position(|byte| matches!(byte, b'[' | b':'))?;
    Some((usual, behind.get(..=end)?, line.get(Usual::LEN + 1 + end + 1..)?))
}

fn outline_of(program: &str, Outlook { payloads, names: [own, of_pam], .. }: Outlook) -> Outline<'_> {
    Outline { program: Some(program), names: [syslog::NAMES, own, of_pam], payloads, ..Outline::default() }
}

impl Clock {
    /// One that knows the stamp's day or minute, if seconds go by evenly in it.
    fn of(yearless: Yearless, usual: Usual, (year, years): (YearTrack, &Years), zone: &Zone) -> Option<Clock> {
        let is_plain = yearless.decimals == 0 && yearless.weekday.is_none() && yearless.offset.is_none();
        let minute = (!zone.is_fixed()).then_some(usual.second / 60);
        let (first, last) = minute.map_or((0, 86_399), |minute| (i64::from(minute) * 60, i64::from(minute) * 60 + 59));
        let at = |second: i64| {
            let (mut year, yearless) = (year, Yearless { nanos: second * SECOND, ..yearless });
            yearless.in_year(year.follow(yearless, years)?, zone).time
        };
        let (Time(from), Time(to)) = (at(first)?, at(last)?);
        let is_even = is_plain && to - from == (last - first) * SECOND;
        is_even.then_some(Clock { day: usual.day, year, minute, start: from - first * SECOND })
    }

    fn stamp(&self, usual: Usual, year: YearTrack) -> Option<Stamp> {
        let is_known = self.day == usual.day && self.minute.is_none_or(|minute| minute == usual.second / 60);
        let time = Time(self.start + i64::from(usual.second) * SECOND);
        let stamp = Stamp { time: Some(time), decimals: 0, quality: Quality::YearInferred };
        (is_known && self.year == year).then_some(stamp)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::{FORMATS, Met, Shape};
    use crate::model::{FieldTable, Scratch};
    use proptest::prelude::*;

    /// What the outline of a line is, and its time.
    fn outlined(line: &str, zone: &Zone, year: YearTrack, met: &mut Met) -> Option<String> {
        let row = FORMATS.iter().find(|row| row.name == "syslog-3164").expect("a row");
        let Shape::Lines(shape) = &row.shape else { unreachable!("its records are lines") };
        let (table, mut year, mut scratch) = (FieldTable::default(), year, Scratch::default());
        let mut record = Record::new(line, 0, &mut scratch, &table, zone, &mut year);
        let outline = shape.outline.expect("it has one")(&mut record, met)?;
        Some(format!("{outline:?} {:?}", record.time))
    }

    /// Lines below others have the outline they would have alone.
    fn check(lines: &[String], zone: &Zone) -> usize {
        let (mut met, mut told) = (Met::default(), 0);
        for line in lines {
            for year in [2024, 2025] {
                let track = YearTrack { year: Some(year), last: None };
                let alone = outlined(line, zone, track, &mut Met::default());
                assert_eq!(outlined(line, zone, track, &mut met), alone, "{line}");
                told += usize::from(alone.is_some());
            }
        }
        told
    }

    #[test]
    fn a_line_below_others_has_the_outline_it_has_alone() {
        let heads = [
            "web1 sshd[4]: ",
            "web1 sshd[5]:",
            "web1 sshd[]: ",
            "web1 sshd[4] ",
            "web1 sshd: ",
            "web1 sshd(pam_unix)[4]: ",
            "web1 sshd [4]: ",
            "sshd[4]: ",
            "sshd: ",
            "sshd:",
            "web1: sshd[4]: ",
            "web1 : sshd: ",
            "fe80::1 sshd[4]: ",
            "host : CRON[1]:  ",
            "web_1 CRON[12345678901]: ",
            "web1  sudo:   ",
            "message repeated 2 times: [ ",
            "web1 gdm-password]: ",
            "WEB sudo: ",
            "a%b sudo: ",
            "web1 systemd-logind[x]: ",
            "web1 kernel: ",
            "web1 app[7]: ",
            "web1 useradd[7]: ",
            "web1 systemd[1]: ",
        ];
        let messages = [
            "Failed password for root from 203.0.113.9 port 4 ssh2",
            "pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=h  user=root",
            "pam_unix(sshd:auth): authentication failure; logname= time=1",
            "PAM 2 more authentication failures; logname= uid=0 user=\"a",
            "message repeated 2 times: [ Failed password for a from b port 1 ssh2]",
            "message repeated 2 times: [ CEF:0|a|b|c|d|e|f|x=1]  ",
            "[ID 702911 auth.info] Failed none for a from b port 2 ssh2",
            "CEF:0|a|b|c|d|e|f|rt=1",
            "Pubkey auth succeeded for 'a' with key x y from b:1",
            "100% of it",
            "IN=eth0 OUT= SRC=1.2.3.4",
            "usb 1-1: new device",
            "a=b",
            "PAM ",
            "PAM  \u{feff}",
            "Fai \u{feff} ",
            "a",
            "",
            "   ",
            "\u{feff}abcd",
            "\u{e9}\u{e9}",
        ];
        let stamps = [
            "Nov  2 09:10:11",
            "Nov  2 23:59:59",
            "Nov  3 00:00:00",
            "Nov 31 09:10:11",
            "Feb 29 10:00:00",
            "Oct 27 02:30:00",
            "Nov  2 09:10:60",
        ];
        let line = |stamp: &str, head: &str, message: &str| format!("{stamp} {head}{message}");
        let lines: Vec<String> = stamps
            .iter()
            .flat_map(|stamp| heads.iter().map(move |head| (stamp, head)))
            .flat_map(|(stamp, head)| messages.iter().map(move |message| line(stamp, head, message)))
            .collect();
        for zone in ["UTC", "+05:30", "Europe/Berlin"] {
            assert!(check(&lines, &Zone::parse(zone).expect("a zone")) > 300, "{zone}");
        }
    }

    proptest! {
        #[test]
        fn mangled_lines_have_the_outline_they_have_alone(
            lines in proptest::collection::vec(
                "Nov  [23] 0[09]:1[01]:1[0-9] (web1|db|x_y) (sshd|su|CRON)(\\[[0-9]{0,3}\\])?:[ ]{0,2}(Fail|pam_|PAM |mess|CEF:|x)(.| user=| a=|:|\\[){0,6}", 1..12
            )
        ) {
            check(&lines, &Zone::default());
        }
    }
}
