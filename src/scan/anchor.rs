//! Which year the stamps of an input are of that name none (README decision 28).
//!
//! What is known of it stands in the configuration, in the input, in its name or its container; the clock's place comes
//! last. An input whose beginning shows such stamps is looked through before it is scanned. Most have none: those are looked
//! through when the first one is met, if ever, and read once otherwise. Either way the same is found.

use super::inputs::{bounds, reopened};
use super::look::{Context, Origin, fill, problem};
use super::text_stream::TextStream;
use crate::formats::recode::Recoder;
use crate::formats::years::{self, Known, YearScan, Years};
use crate::model::{Problem, ProblemKind, limits};
use crate::source::{Bounds, Found};
use jiff::civil::Date;
use std::sync::{Arc, OnceLock};

/// What the years of year-less stamps rest on.
#[derive(Clone, Debug)]
pub(super) enum Basis {
    /// A date no stamp should lie after by more than a day.
    Date(Date),
    /// The clock; with what is to be said of it once stamps are met, where it was not said before.
    Clock(Option<Problem>),
}

/// What is known of dates before an input is looked through.
#[derive(Clone)]
pub(super) struct Anchors {
    shown: String,
    /// `--year`.
    told: Option<Date>,
    /// What beginning, name or container say, which a date inside goes before.
    found: Option<Date>,
    reference: jiff::Timestamp,
}

/// So many bytes tell an input from another that took its place: stamps stand in them.
const BEGINNING: usize = 4096;

/// How an input is opened again.
struct Again {
    found: Found,
    bounds: Bounds,
    recoder: Option<Recoder>,
    /// What it began with.
    beginning: Vec<u8>,
}

impl Anchors {
    /// What is known of an input; `stored_at` says when its content was last changed, in seconds since 1970.
    pub(super) fn of(context: &Context<'_>, shown: &str, stored_at: Option<i64>, head: &str) -> Anchors {
        let stored = stored_at.and_then(|seconds| jiff::Timestamp::from_second(seconds).ok());
        let found = years::anchor_in_text(head).or_else(|| years::anchor_in_name(shown)).or_else(|| stored.map(day_of));
        let told = context.config.year.and_then(years::anchor_of_year);
        Anchors { shown: shown.to_owned(), told, found, reference: context.reading.reference }
    }

    /// What the years of an input's stamps rest on, as a decoder asks for it and as reports tell it; and what they should
    /// say whoever asks. `stream` stands at the beginning, which has the text `head`.
    pub(super) fn years(
        self,
        context: &Context<'_>,
        origin: &Origin,
        stream: &mut TextStream,
        (head, mut scan): (&str, YearScan),
    ) -> (Years, Arc<OnceLock<Basis>>, Option<Problem>) {
        let shows_stamps = {
            let mut beginning = scan.clone();
            beginning.feed(head.as_bytes());
            beginning.finish();
            beginning.has_stamps()
        };
        match origin {
            Origin::Own(found) if !shows_stamps => {
                let bounds = Bounds { hashed: false, ..bounds(context.config) };
                let beginning = stream.stream.ahead().iter().take(BEGINNING).copied().collect();
                let again = Again { found: found.clone(), bounds, recoder: stream.recoder(), beginning };
                let basis = Arc::<OnceLock<Basis>>::default();
                let later = Arc::clone(&basis);
                let find = move || {
                    let (scan, is_whole) = again.through(scan.clone());
                    let (known, basis) = self.known(&scan);
                    later.get_or_init(|| if is_whole { basis } else { self.broken(known) });
                    known
                };
                return (Years::later(find), basis, None);
            }
            // A pipe is held back while it is looked through, so only for stamps that its beginning shows.
            Origin::Pipe if !shows_stamps => {}
            Origin::Own(_) | Origin::Pipe | Origin::Part(..) => scan = looked_through(origin, stream, scan),
        }
        let (known, mut basis) = self.known(&scan);
        let unsaid = match &mut basis {
            Basis::Clock(unsaid) if scan.has_stamps() => unsaid.take(),
            Basis::Clock(_) | Basis::Date(_) => None,
        };
        (Years::Known(known), Arc::new(basis.into()), unsaid)
    }

    fn known(&self, scan: &YearScan) -> (Known, Basis) {
        let dated = self.told.or_else(|| scan.date_inside()).or(self.found);
        let anchor = dated.unwrap_or_else(|| day_of(self.reference));
        let basis = match dated {
            Some(date) => Basis::Date(date),
            None => Basis::Clock(Some(assumed_year(&self.shown, self.reference))),
        };
        (Known { first: scan.first_year(anchor), anchor: Some(anchor) }, basis)
    }

    /// What is to be said where not all of an input could be looked through.
    fn broken(&self, known: Known) -> Basis {
        let anchor = known.anchor.unwrap_or_else(|| day_of(self.reference));
        let message = format!(
            "could not be read once more for the years of stamps without one, which were counted from {anchor}; \
             --year says which it is"
        );
        Basis::Clock(Some(problem(&self.shown, ProblemKind::YearAssumed, message, true)))
    }
}

impl Again {
    /// Looks through the whole input; gives whether it could. It may have gone, been cut, or given its name to another
    /// while its scan, which opened it before, reads on.
    fn through(&self, mut scan: YearScan) -> (YearScan, bool) {
        let Ok(mut stream) = reopened(&mut self.found.clone(), &self.bounds) else { return (scan, false) };
        let mut beginning = Vec::new();
        let read = fill(&mut stream, &mut beginning, self.beginning.len());
        if read.is_err() || beginning != self.beginning {
            return (scan, false);
        }
        stream.unread(&beginning);
        let is_whole = through(&mut TextStream::new(stream, self.recoder.clone()), usize::MAX, &mut scan);
        (scan, is_whole)
    }
}

/// Looks an input through: a pipe and a member of an archive that is read in one pass for their first 64 MiB, anything else
/// to its end.
fn looked_through(origin: &Origin, stream: &mut TextStream, mut scan: YearScan) -> YearScan {
    if matches!(origin, Origin::Pipe) {
        // A pipe cannot be opened again: its beginning is kept, and given back as it came.
        let mut kept = Vec::new();
        while kept.len() < limits::YEAR_WINDOW && matches!(stream.stream.read(&mut kept, 1 << 18), Ok(n) if n > 0) {}
        stream.stream.unread(&kept);
        match stream.recoder() {
            None => scan.feed(&kept),
            Some(mut recoder) => {
                let mut text = Vec::new();
                recoder.push(&kept, &mut text);
                scan.feed(&text);
            }
        }
        scan.finish();
        return scan;
    }
    let window = if matches!(origin, Origin::Part(..)) { limits::YEAR_WINDOW } else { usize::MAX };
    // An input that breaks off here breaks off again when it is scanned, and is reported then.
    through(stream, window, &mut scan);
    scan
}

/// Looks through so many bytes of text; gives whether nothing broke off.
fn through(stream: &mut TextStream, window: usize, scan: &mut YearScan) -> bool {
    let mut seen = 0_usize;
    let mut see = |bytes: &[u8]| {
        scan.feed(bytes);
        seen = seen.saturating_add(bytes.len());
        seen < window
    };
    let (mut wants_more, mut is_whole) = (true, true);
    while wants_more {
        match stream.pass(1 << 18, &mut |bytes| wants_more = see(bytes)) {
            Ok(true) => {}
            Ok(false) => break,
            Err(_) => (wants_more, is_whole) = (false, false),
        }
    }
    scan.finish();
    is_whole
}

fn day_of(time: jiff::Timestamp) -> Date {
    time.to_zoned(jiff::tz::TimeZone::UTC).date()
}

fn assumed_year(shown: &str, reference: jiff::Timestamp) -> Problem {
    let message = format!("stamps without a year were counted back from {reference:.0}; --year says which it is");
    problem(shown, ProblemKind::YearAssumed, message, false)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::{Head, sniff};
    use crate::source::{Found, Place};

    #[test]
    fn an_input_that_has_gone_is_told_of() {
        let place = Place::File("/no/such/log".into());
        let found = Found { place, shown: "log".to_owned(), named: true, promised: 0 };
        let again = Again { found, bounds: Bounds::default(), recoder: None, beginning: Vec::new() };
        let sniffed = sniff::forced("syslog-3164", &Head::new("", true)).expect("it is a row");
        let (scan, is_whole) = again.through(YearScan::of(&sniffed).expect("it has lines"));
        assert!(!is_whole && !scan.has_stamps());
        let reference = "2026-06-01T00:00:00Z".parse().expect("a time");
        let anchors = Anchors { shown: "log".to_owned(), told: None, found: None, reference };
        let Basis::Clock(Some(said)) = anchors.broken(anchors.known(&scan).0) else { panic!("it is said") };
        assert!(said.incomplete && said.message.contains("counted from 2026-06-01"), "{}", said.message);
    }
}
