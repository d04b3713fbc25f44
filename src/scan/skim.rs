//! Counts events that concern no rule without reading them.
//!
//! A format tells what a line is by its outline, `taxonomy` what that means, `detect` what such a line must hold to concern
//! a rule; here the three meet. What a report tells of every event (that it is one, its time, whether a rule's log source
//! fits it) is told by the outline, so no report depends on whether this is done. In a block most of whose lines must be
//! read anyway it is soon given up, and tried again in the next.
//!
//! What the sieves that are known look for is looked for in a whole block at once ([`Sweep`]); the lines it is found in are
//! held against their sieve one by one.

use super::work::Desk;
use crate::detect::{Sieve, Sweep, Worker};
use crate::model::{FormatId, Glance, Outline, limits};

/// Outlines a worker remembers: programs and priorities, in logs that are no attack.
const OUTLINES: usize = 128;
/// Lines of a block after which it shows whether it pays.
const TRIAL: u32 = 512;

/// What a worker knows of the outlines it met.
#[derive(Default)]
pub(super) struct Skim {
    known: Vec<Known>,
    /// The one met last.
    last: usize,
    /// What all sieves look for, and how many outlines there were when it was made.
    sweep: Option<Sweep>,
    swept: usize,
    /// Whether no line of this block was asked for yet, and whether most of the block before had to be read: then most
    /// would be looked for in vain.
    is_new: bool,
    was_vain: bool,
    /// Lines of this block that were looked at, and how many of them had to be read.
    looked_at: u32,
    read: u32,
}

/// What makes outlines the same.
#[derive(Debug, PartialEq, Eq)]
struct Shape {
    format: FormatId,
    program: Option<Box<str>>,
    priority: Option<Box<str>>,
    payloads: [&'static str; 2],
    is_proxy: bool,
}

/// An outline and what lets its lines through.
struct Known {
    shape: Shape,
    sieve: Option<Sieve>,
}

impl Shape {
    fn of(outline: &Outline<'_>, format: FormatId) -> Shape {
        let (program, priority) = (outline.program.map(Into::into), outline.priority.map(Into::into));
        Shape { format, program, priority, payloads: outline.payloads, is_proxy: is_proxy(outline) }
    }

    fn is(&self, outline: &Outline<'_>, format: FormatId) -> bool {
        self.format == format
            && self.program.as_deref() == outline.program
            && self.priority.as_deref() == outline.priority
            && self.payloads.iter().zip(outline.payloads).all(|(known, name)| std::ptr::eq(*known, name))
            && self.is_proxy == is_proxy(outline)
    }
}

/// Whether its program may be remembered: hostile ones have any length.
fn is_short(outline: &Outline<'_>) -> bool {
    outline.program.is_none_or(|program| program.len() <= limits::NAME_KNOWN)
}

fn is_proxy(outline: &Outline<'_>) -> bool {
    outline.request.is_some_and(Outline::is_of_proxy)
}

impl Skim {
    /// Begins a block.
    pub(super) fn begin(&mut self) {
        self.was_vain = self.is_vain();
        self.is_new = true;
        (self.looked_at, self.read) = (0, 0);
    }

    /// Looks a block through before its first line is asked for.
    fn sweep(&mut self, block: &[u8]) {
        if self.swept < self.known.len() {
            self.sweep = Sweep::of(self.known.iter().filter_map(|known| known.sieve.as_ref()), block);
            self.swept = self.known.len();
        }
        match &mut self.sweep {
            Some(sweep) if self.was_vain => sweep.leave(),
            Some(sweep) => sweep.over(block),
            None => {}
        }
    }

    /// Whether most lines looked at in this block had to be read.
    fn is_vain(&self) -> bool {
        self.looked_at >= TRIAL && self.read > self.looked_at / 2
    }

    /// The sieve that lets a record of a block through, if one does: then it need not be read.
    pub(super) fn sieve(
        &mut self,
        desk: &Desk<'_>,
        (block, glance): (&[u8], &Glance<'_>),
        worker: &mut Worker,
    ) -> Option<&mut Sieve> {
        if std::mem::take(&mut self.is_new) {
            self.sweep(block);
        }
        if self.is_vain() {
            return None;
        }
        self.looked_at += 1;
        self.read += 1;
        glance.header_time.time?;
        let at = self.find(desk, glance)?;
        let place =
            glance.at.filter(|_| at < self.swept).map(|start| start as usize..start as usize + glance.raw.len());
        let is_clear = self.sweep.as_mut().zip(place).is_some_and(|(sweep, place)| sweep.is_clear(place));
        let sieve = self.known.get_mut(at)?.sieve.as_mut()?;
        if !sieve.lets_through(glance.raw, is_clear, worker) {
            return None;
        }
        self.read -= 1;
        Some(sieve)
    }

    /// Where what is known of an outline stands.
    fn find(&mut self, desk: &Desk<'_>, glance: &Glance<'_>) -> Option<usize> {
        let is_it = |known: &Known| known.shape.is(&glance.outline, glance.format);
        if self.known.get(self.last).is_some_and(is_it) {
            return Some(self.last);
        }
        let at = match self.known.iter().position(is_it) {
            Some(at) => at,
            None if self.known.len() < OUTLINES && is_short(&glance.outline) => {
                let bounds = desk.taxonomy.bounds(&glance.outline, glance.format);
                let sieve = bounds.and_then(|bounds| desk.engine.sieve(&bounds, glance.format));
                self.known.push(Known { shape: Shape::of(&glance.outline, glance.format), sieve });
                self.known.len() - 1
            }
            None => return None,
        };
        self.last = at;
        Some(at)
    }
}

#[cfg(test)]
mod tests {
    use crate::formats::{self, Decoded, Head, ReadOptions, sniff};
    use crate::model::stamp::Zones;
    use crate::model::{Asks, Block, Scratch};
    use crate::taxonomy::{TagMemo, Taxonomy};

    /// Lines of which outlines are made, beside the samples of the formats.
    const LINES: [(&str, &str); 3] = [
        (
            "syslog-3164",
            "Nov  2 09:10:11 web1 sshd[4]: Failed password for root from 203.0.113.9 port 40022 ssh2\n\
             Nov  2 09:10:11 web1 sshd[4]: nobody knows this\n\
             <86>Nov  2 09:10:12 web1 sshd[4]: pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh \
             ruser= rhost=203.0.113.9  user=root\n\
             <13>Nov  2 09:10:12 web1 CRON[5]: (root) CMD (run-parts)\n\
             Nov  2 09:10:13 web1 sudo:   alice : TTY=pts/1 ; PWD=/tmp ; USER=root ; COMMAND=/bin/id\n\
             Nov  2 09:10:13 web1 su[7]: (to root) alice on pts/1\n\
             Nov  2 09:10:13 web1 login: ROOT LOGIN ON tty1\n\
             Nov  2 09:10:14 web1 systemd-logind[3]: New session 5 of user root.\n\
             Nov  2 09:10:14 web1 sshd[4]: message repeated 2 times: [ Invalid user a from 203.0.113.9]\n",
        ),
        ("syslog-3339", "2026-11-02T09:10:11Z web1 sshd[4]: Accepted publickey for root from ::1 port 4 ssh2\n"),
        (
            "access-log",
            "203.0.113.9 - - [10/Oct/2025:13:55:36 -0700] \"GET /a?b=c HTTP/1.1\" 200 5 \"-\" \"curl\"\n\
             203.0.113.9 - a [10/Oct/2025:13:55:36] \"CONNECT h:443 HTTP/1.1\" 200 5\n\
             shop.example 203.0.113.9 - - [10/Oct/2025:13:55:36 +0200] \"-\" - -\n\
             203.0.113.9 - a [10/Oct/2025:13:55:37 +0200] \"GET http://h/x HTTP/1.1\" 200 5 \"-\" \"-\"\n",
        ),
    ];

    /// Every record lies within the bounds of its outline.
    #[track_caller]
    fn check(format: &str, text: &str) -> usize {
        let mut asks = Asks::default();
        for (name, category) in
            [("user", None), ("cs-uri-query", Some("webserver")), ("action", Some("authentication"))]
        {
            asks.intern(name, category);
        }
        let frozen = Taxonomy::load().freeze(&asks, false, &Zones::default(), &formats::names());
        let sniffed = sniff::forced(format, &Head::new("", true)).expect("a row");
        let options = ReadOptions { first_year: Some(2026), ..ReadOptions::default() };
        let decoder = formats::decoder(&sniffed, &frozen.table, &options);
        let block = Block { bytes: text.as_bytes().to_vec(), ..Block::default() };
        let (mut tags, mut met, mut told) = (TagMemo::default(), 0, None);
        decoder.skim(&block, &mut Scratch::default(), &mut |decoded| match decoded {
            Decoded::Glance(glance) => {
                told = frozen.bounds(&glance.outline, glance.format).zip(Some(glance.header_time));
            }
            Decoded::Event(event) => {
                let Some((bounds, time)) = told.take() else { return };
                met += 1;
                let view = frozen.tag(event, &mut tags);
                assert!(event.tags.covers(&bounds.least) && bounds.most.covers(&event.tags), "{:?}", event.raw);
                assert!(bounds.views.iter().any(|may| may.number() == view.number()), "{:?}", event.raw);
                assert!(event.tags.sources().iter().all(|row| bounds.within.sources.contains(row)), "{:?}", event.raw);
                assert!(event.entries.iter().all(|e| bounds.within.fields.contains(&e.field)), "{:?}", event.raw);
                assert!(
                    bounds.within.sure.iter().all(|f| event.entries.iter().any(|e| e.field == *f)),
                    "{:?}",
                    event.raw
                );
                assert!(time.time.is_none() || view.time(event) == time, "{:?}", event.raw);
                assert!(event.entries.iter().all(|e| {
                    let text = event.datum(e).text().unwrap_or_default().to_lowercase();
                    event.raw.text().to_lowercase().contains(&text)
                }));
            }
            _ => {}
        });
        met
    }

    #[test]
    fn every_record_lies_within_the_bounds_of_its_outline() {
        for (format, text) in LINES {
            assert_eq!(check(format, text), text.lines().count(), "{format}: each has an outline");
        }
        for row in formats::all().filter(|row| LINES.iter().any(|(name, _)| *name == row.name)) {
            row.samples.iter().for_each(|sample| {
                check(row.name, &format!("{}\n", sample.text));
            });
        }
    }
}
