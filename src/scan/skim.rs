//! Counts events that concern no rule without reading them.
//!
//! A format tells what a line is by its outline, `taxonomy` what that means, `detect` what such a line must hold to concern
//! a rule; here the three meet. What a report tells of every event (that it is one, its time, whether a rule's log source
//! fits it) is told by the outline, so no report depends on whether this is done, nor on how much is read of a line that
//! may concern a rule: where no rule asks for more, its header. Where too many lines of an outline must be read anyway,
//! looking is soon given up for the rest of the block.
//!
//! What the sieves that are known look for is looked for in a whole block at once ([`Sweep`]); the lines it is found in are
//! held against their sieve one by one.

use super::work::Desk;
use crate::detect::{Sieve, Sweep, Worker};
use crate::model::{Extent, FormatId, Glance, Outline, Stamp, TagSet, limits};

/// Outlines a worker remembers: programs and priorities, in logs that are no attack.
const OUTLINES: usize = 128;
/// Lines of a block after which it shows whether looking pays: of all outlines, and of one.
const TRIAL: u32 = 512;
const TRIAL_OF_ONE: u32 = 128;

/// What a worker knows of the outlines it met.
#[derive(Default)]
pub(super) struct Skim {
    known: Vec<Known>,
    /// The one met last.
    last: usize,
    /// What all sieves look for, and how many outlines there were when it was made.
    sweep: Option<Sweep>,
    swept: usize,
    /// Whether no line of this block was asked for yet, and whether most of the block before had to be read.
    is_new: bool,
    was_vain: bool,
    /// Lines of this block that were looked at, and how many of them had to be read.
    looked_at: u32,
    read: u32,
    /// What is known of the record that comes next.
    next: Option<Seen>,
}

/// What a record's outline says of it: its log sources, and which view it is looked at through.
#[derive(Clone, Copy)]
pub(super) struct Seen {
    pub(super) tags: TagSet,
    pub(super) view: usize,
}

/// What makes outlines the same.
#[derive(Debug, PartialEq, Eq)]
struct Shape {
    format: FormatId,
    program: Option<Box<str>>,
    priority: Option<Box<str>>,
    payloads: [&'static str; 2],
    is_proxy: bool,
    is_sure: bool,
}

/// An outline and what lets its lines through.
struct Known {
    shape: Shape,
    sieve: Option<Sieve>,
    /// How much is read of its records, if that is not nothing, and what is known of them.
    extent: Extent,
    seen: Option<Seen>,
    /// Its lines of this block that were looked at, and how many of them had to be read.
    looked_at: u32,
    read: u32,
}

impl Known {
    fn new(desk: &Desk<'_>, glance: &Glance<'_>) -> Known {
        let bounds = desk.taxonomy.bounds(&glance.outline, glance.format);
        let (sieve, extent, seen) = bounds.map_or_else(Default::default, |bounds| {
            let extent = desk.engine.extent(&bounds, glance.format);
            let view = bounds.views.first().filter(|_| extent != Extent::All);
            let seen = view.map(|view| Seen { tags: bounds.least, view: view.number() });
            // Where log sources that a text of the line gives matter to some rule, those texts are looked for.
            let plain =
                desk.engine.fits_some(&bounds).then(|| desk.taxonomy.plain_bounds(&glance.outline, glance.format));
            let bounds = plain.flatten().unwrap_or(bounds);
            (desk.engine.sieve(&bounds, glance.format), extent, seen)
        });
        let shape = Shape::of(&glance.outline, glance.format);
        Known { shape, sieve, extent, seen, looked_at: 0, read: 0 }
    }

    /// Whether too many of its lines had to be read after a look, which costs as much as reading a header, and a small
    /// part of what reading a whole record does.
    fn is_vain(&self) -> bool {
        let most = if self.extent == Extent::Head { self.looked_at / 2 } else { self.looked_at / 8 * 7 };
        self.looked_at >= TRIAL_OF_ONE && self.read > most
    }
}

impl Shape {
    fn of(outline: &Outline<'_>, format: FormatId) -> Shape {
        let (program, priority) = (outline.program.map(Into::into), outline.priority.map(Into::into));
        let (is_proxy, is_sure) = (is_proxy(outline), outline.sure.is_some());
        Shape { format, program, priority, payloads: outline.payloads, is_proxy, is_sure }
    }

    fn is(&self, outline: &Outline<'_>, format: FormatId) -> bool {
        self.format == format
            && self.program.as_deref() == outline.program
            && self.priority.as_deref() == outline.priority
            && self.payloads.iter().zip(outline.payloads).all(|(known, name)| std::ptr::eq(*known, name))
            && self.is_proxy == is_proxy(outline)
            && self.is_sure == outline.sure.is_some()
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
        // Then most would be looked for in vain in this one, too.
        self.was_vain = self.looked_at >= TRIAL && self.read > self.looked_at / 2;
        self.is_new = true;
        (self.looked_at, self.read) = (0, 0);
        self.known.iter_mut().for_each(|known| (known.looked_at, known.read) = (0, 0));
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

    /// Says how much of a record of a block is to be read. Where that is nothing, counts it with `pass`.
    pub(super) fn glance(
        &mut self,
        desk: &Desk<'_>,
        (block, glance): (&[u8], &mut Glance<'_>),
        worker: &mut Worker,
        pass: impl FnOnce(&mut Sieve, Stamp, &mut Worker),
    ) {
        self.next = None;
        if std::mem::take(&mut self.is_new) {
            self.sweep(block);
        }
        let Some(at) = glance.header_time.time.and_then(|_| self.find(desk, glance)) else { return };
        let place =
            glance.at.filter(|_| at < self.swept).map(|start| start as usize..start as usize + glance.raw.len());
        let Some(known) = self.known.get_mut(at) else { return };
        if !known.is_vain()
            && let Some(sieve) = &mut known.sieve
        {
            known.looked_at += 1;
            self.looked_at += 1;
            let is_clear = self.sweep.as_mut().zip(place).is_some_and(|(sweep, place)| sweep.is_clear(place));
            if sieve.lets_through(glance.raw, is_clear, worker) {
                glance.extent = Extent::Nothing;
                return pass(sieve, glance.header_time, worker);
            }
            known.read += 1;
            self.read += 1;
        }
        glance.extent = known.extent;
        self.next = known.seen;
    }

    /// What is known of the record that was glanced at last.
    pub(super) fn next(&mut self) -> Option<Seen> {
        self.next.take()
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
                self.known.push(Known::new(desk, glance));
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
    use crate::correlate;
    use crate::detect::{Engine, Kind, Options, Redaction};
    use crate::formats::{self, Decoded, Head, ReadOptions, sniff, years};
    use crate::model::stamp::Zones;
    use crate::model::{AskId, Asks, Block, Bounds, Entry, Event, Extent, Scratch, Seen, Values, View};
    use crate::sigma::{self, LoadOptions, SourceText};
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
             Nov  2 09:10:14 web1 sshd[4]: message repeated 2 times: [ Invalid user a from 203.0.113.9]\n\
             Nov  2 09:10:15 web1 sshd[4]: 1,2026/11/02 09:10:15,007,TRAFFIC,end of 10.0.0.1\n\
             Nov  2 09:10:15 web1 su[7]: told by web1 rpd[6]: bgp_read\n\
             Nov  2 09:10:15 web1 sshd[4]: told by web1 rpd[6]: bgp_read\n",
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

    const NAMES: [(&str, Option<&str>); 8] = [
        ("user", None),
        ("cs-uri-query", Some("webserver")),
        ("action", Some("authentication")),
        ("message", None),
        ("host", None),
        ("src_ip", None),
        ("USER", None),
        ("process", None),
    ];

    /// A question that the header answers has the same answers where nothing but the header was read, and one that no
    /// log source matters to the same where these are not known in full.
    #[track_caller]
    fn stands(event: &Event<'_>, view: &dyn View, ask: AskId, bounds: &Bounds<'_>) {
        let answers = |event: &Event<'_>| {
            let mut values = Values::new();
            view.values(event, ask, &mut values);
            format!("{values:?} {:?}", view.single(event, ask))
        };
        let all = answers(event);
        let tags = bounds.least;
        if view.way(ask, &bounds.within.fields, &bounds.within).is_some() {
            assert_eq!(answers(&Event { tags, ..*event }), all, "{:?}", event.raw);
        }
        let way = view.way(ask, &bounds.head, &bounds.within);
        if way.is_some() {
            let is_head = |entry: &&Entry| bounds.head.contains(&entry.field);
            let entries: Vec<Entry> = event.entries.iter().filter(is_head).copied().collect();
            let tags = bounds.least;
            let head = Event { tags, payload: None, seen: Seen::of(&entries), ..event.with(&entries) };
            assert_eq!(answers(&head), all, "{:?}", event.raw);
            for other in bounds.views.iter().filter(|other| other.way(ask, &bounds.head, &bounds.within) == way) {
                let mut values = Values::new();
                other.values(&head, ask, &mut values);
                assert_eq!(format!("{values:?} {:?}", other.single(&head, ask)), all, "{:?}", event.raw);
            }
        }
    }

    /// How much is read of each line with an outline, for these rules.
    fn extents(rules: &str) -> Vec<Extent> {
        let source = SourceText { shown: "rules.yml".to_owned(), text: rules.to_owned(), builtin: false };
        let loaded = sigma::load(&[source], &LoadOptions::default());
        assert_eq!(loaded.loaded, loaded.documents, "{:?}", loaded.diagnostics);
        let (taxonomy, mut asks) = (Taxonomy::load(), Asks::default());
        let options = Options {
            engine: Kind::Indexed,
            raw: false,
            raw_text: |_| true,
            excluded: Vec::new(),
            excuses: Vec::new(),
            samples: 0,
            redaction: Redaction::default_rules(),
        };
        let feeds = correlate::feeds(&loaded.rules);
        let engine = Engine::new(&loaded.rules, &feeds, &|source| taxonomy.needs(source), &mut asks, options);
        let frozen = taxonomy.freeze(&asks, engine.has_keywords(), &Zones::default(), &formats::names());
        let sniffed = sniff::forced("syslog-3164", &Head::new("", true)).expect("a row");
        let options = ReadOptions { years: years::Years::known(Some(2026), None), ..ReadOptions::default() };
        let decoder = formats::decoder(&sniffed, &frozen.table, &options);
        let block = Block { bytes: LINES[0].1.as_bytes().to_vec(), ..Block::default() };
        let mut extents = Vec::new();
        decoder.skim(&block, &mut Scratch::default(), &mut |decoded| {
            if let Decoded::Glance(glance) = decoded {
                let bounds = frozen.bounds(&glance.outline, glance.format);
                extents.push(bounds.map_or(Extent::All, |bounds| engine.extent(&bounds, glance.format)));
            }
        });
        extents
    }

    #[test]
    fn a_header_is_enough_where_rules_ask_for_no_more() {
        let of_sshd = |logsource: &str, detection: &str, more: &str| {
            let rule = "title: R\nname: r\nstatus: test\nlevel: low\nlogsource";
            extents(&format!("{rule}: {{{logsource}}}\ndetection: {{{detection}, condition: s}}\n{more}"))[0]
        };
        let linux = "product: linux";
        let correlation = |field: &str| {
            format!(
                "---\ntitle: C\nname: c\nstatus: test\nlevel: low\ncorrelation: {{type: event_count, rules: [r], group-by: \
                 [{field}], timespan: 1h, condition: {{gte: 2}}}}\n"
            )
        };
        let root = "s: {message|contains: root}";
        for (detection, more) in [
            (root, ""),
            ("s: {message|re: 'ro+t', host: web1}", "fields: [process]\n"),
            ("s: {appname: sshd, nowhere: null}", ""),
            ("s: [root, 'uid=0']", ""),
            (root, &correlation("host")),
            (root, &correlation("message")),
        ] {
            assert_eq!(of_sshd(linux, detection, more), Extent::Head, "{detection} {more}");
        }
        for (detection, more) in [
            ("s: {user: root}", ""),
            ("s: {rhost|exists: true}", ""),
            ("s: {message|contains: root, user: null}", ""),
            ("s: {'|re': 'ro+t'}", ""),
            (root, "fields: [user]\n"),
            (root, &correlation("user")),
            (root, &correlation("rhost")),
        ] {
            let extent = of_sshd(linux, detection, more);
            assert!(matches!(extent, Extent::Fields | Extent::All), "{detection} {more}");
        }
        for logsource in ["category: authentication", "product: linux, service: auditd"] {
            let extent = of_sshd(logsource, root, "");
            assert!(logsource.contains("auditd") || extent == Extent::All, "{logsource}: {extent:?}");
        }
        assert_eq!(
            extents("title: R\nname: r\nlogsource: {product: windows}\ndetection: {s: {user: a}, condition: s}")[0],
            Extent::Head
        );
    }

    #[test]
    fn a_message_is_known_by_its_header_and_what_it_says_is_not() {
        let mut asks = Asks::default();
        let [message, user] = ["message", "user"].map(|name| asks.intern(name, None));
        let frozen = Taxonomy::load().freeze(&asks, false, &Zones::default(), &formats::names());
        let sniffed = sniff::forced("syslog-3164", &Head::new("", true)).expect("a row");
        let options = ReadOptions { years: years::Years::known(Some(2026), None), ..ReadOptions::default() };
        let decoder = formats::decoder(&sniffed, &frozen.table, &options);
        let block = Block { bytes: LINES[0].1.as_bytes().to_vec(), ..Block::default() };
        let mut seen = Vec::new();
        decoder.skim(&block, &mut Scratch::default(), &mut |decoded| {
            if let Decoded::Glance(glance) = decoded {
                let bounds = frozen.bounds(&glance.outline, glance.format).expect("nothing speaks against it");
                let stands = |ask| {
                    let ways = bounds.views.iter().map(|view| view.way(ask, &bounds.head, &bounds.within));
                    let ways: Vec<Option<String>> = ways.collect();
                    ways.iter().all(|way| way.is_some() && *way == ways[0])
                };
                seen.push((stands(message), stands(user)));
            }
        });
        assert!(seen.len() > 5 && seen.iter().all(|seen| *seen == (true, false)), "{seen:?}");
    }

    /// Every record lies within the bounds of its outline: how many there are, and how many hold no text that may give them
    /// log sources.
    #[track_caller]
    fn check(format: &str, text: &str) -> (usize, u32) {
        let mut asks = Asks::default();
        for (name, category) in NAMES {
            asks.intern(name, category);
        }
        let frozen = Taxonomy::load().freeze(&asks, false, &Zones::default(), &formats::names());
        let sniffed = sniff::forced(format, &Head::new("", true)).expect("a row");
        let options = ReadOptions { years: years::Years::known(Some(2026), None), ..ReadOptions::default() };
        let decoder = formats::decoder(&sniffed, &frozen.table, &options);
        let block = Block { bytes: text.as_bytes().to_vec(), ..Block::default() };
        let (mut tags, mut met, mut told, mut plains) = (TagMemo::default(), 0, None, 0);
        decoder.skim(&block, &mut Scratch::default(), &mut |decoded| match decoded {
            Decoded::Glance(glance) => {
                let plain = frozen.plain_bounds(&glance.outline, glance.format);
                told = frozen.bounds(&glance.outline, glance.format).zip(plain).zip(Some(glance.header_time));
            }
            Decoded::Event(event) => {
                let Some(((bounds, plain), time)) = told.take() else { return };
                met += 1;
                let view = frozen.tag(event, &mut tags);
                let folded = event.raw.text().to_lowercase();
                let is_plain = !plain.unless.iter().any(|text| folded.contains(text));
                plains += u32::from(is_plain);
                for bounds in [Some(&bounds), Some(&plain).filter(|_| is_plain)].into_iter().flatten() {
                    assert!(event.tags.covers(&bounds.least) && bounds.most.covers(&event.tags), "{:?}", event.raw);
                    let rows = &bounds.within.sources;
                    assert!(event.tags.sources().iter().all(|row| rows.contains(row)), "{:?}", event.raw);
                }
                assert!(bounds.views.iter().any(|may| may.number() == view.number()), "{:?}", event.raw);
                assert!(event.entries.iter().all(|e| bounds.within.fields.contains(&e.field)), "{:?}", event.raw);
                assert!(
                    bounds.within.sure.iter().all(|f| event.entries.iter().any(|e| e.field == *f)),
                    "{:?}",
                    event.raw
                );
                assert!(time.time.is_none() || view.time(event) == time, "{:?}", event.raw);
                for ask in (0..).map(AskId).take(NAMES.len()) {
                    stands(event, view, ask, &bounds);
                }
                assert!(event.entries.iter().all(|e| {
                    let text = event.datum(e).text().unwrap_or_default().to_lowercase();
                    event.raw.text().to_lowercase().contains(&text)
                }));
            }
            _ => {}
        });
        (met, plains)
    }

    /// What records with a header of their own give where `extent` of them is read: their fields, and the time.
    fn read(text: &str, format: &str, extent: Extent) -> Vec<String> {
        let mut asks = Asks::default();
        for (name, category) in NAMES {
            asks.intern(name, category);
        }
        // Keywords want every field.
        let frozen = Taxonomy::load().freeze(&asks, true, &Zones::default(), &formats::names());
        let sniffed = sniff::forced(format, &Head::new("", true)).expect("a row");
        let options = ReadOptions { years: years::Years::known(Some(2026), None), ..ReadOptions::default() };
        let decoder = formats::decoder(&sniffed, &frozen.table, &options);
        let block = Block { bytes: text.as_bytes().to_vec(), ..Block::default() };
        let (mut told, mut all) = (None, Vec::new());
        decoder.skim(&block, &mut Scratch::default(), &mut |decoded| match decoded {
            Decoded::Glance(glance) => {
                glance.extent = if glance.outline.head.is_some() { extent } else { Extent::All };
                told = glance.outline.head.map(|_| glance.outline.names[0]);
            }
            Decoded::Event(event) => {
                let Some(names) = told.take() else { return };
                let is_head = |entry: &&Entry| names.contains(&event.name(entry));
                assert!(extent == Extent::All || event.entries.iter().all(|e| is_head(&e)), "{:?}", event.raw);
                let entries = event.entries.iter().filter(is_head);
                let entries = entries.map(|e| (e.field, e.spelling != 0, event.name(e), event.datum(e)));
                all.push(format!("{:?} {:?}", event.header_time, entries.collect::<Vec<_>>()));
            }
            _ => {}
        });
        all
    }

    #[test]
    fn a_header_that_is_read_alone_gives_what_it_gives_in_a_whole_record() {
        for format in ["syslog-3164", "syslog-3339"] {
            let samples = formats::all().filter(|row| row.name == format).flat_map(|row| row.samples);
            let lines = LINES.iter().filter(|(name, _)| *name == format).flat_map(|(_, text)| text.lines());
            let lines: Vec<&str> = lines.chain(samples.map(|sample| sample.text)).collect();
            let text = format!("{}\n", lines.join("\n")).repeat(2);
            let all = read(&text, format, Extent::All);
            assert!(all.len() > 3, "{all:?}");
            assert_eq!(read(&text, format, Extent::Head), all);
        }
    }

    #[test]
    fn every_record_lies_within_the_bounds_of_its_outline() {
        for (format, text) in LINES {
            let (met, plains) = check(format, text);
            assert_eq!(met, text.lines().count(), "{format}: each has an outline");
            assert_eq!(
                met - plains as usize,
                text.matches("TRAFFIC").count() + text.matches("rpd[6]").count(),
                "{format}"
            );
        }
        for row in formats::all().filter(|row| LINES.iter().any(|(name, _)| *name == row.name)) {
            row.samples.iter().for_each(|sample| {
                check(row.name, &format!("{}\n", sample.text));
            });
        }
    }
}
