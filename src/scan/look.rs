//! The first look at an input, before the scan: its format, its first stamp, and the year of stamps that have none.
//!
//! Inputs are looked at on all cores and in any order; nothing here depends on another input.

use super::SetupError;
use super::anchor::{Anchors, Basis};
use super::reader::Reader;
use super::setup::Reading;
use super::text_stream::TextStream;
use crate::config::Config;
use crate::formats::recode::Recoder;
use crate::formats::years::YearScan;
use crate::formats::{self, Decoded, Decoder, Head, ReadOptions, Sniffed, binary, text};
use crate::model::show;
use crate::model::{Counting, FieldTable, FormatId, Problem, ProblemKind, Scratch, SourceId, Time, limits};
use crate::source::{Found, Place, Stream};
use crate::taxonomy::{Frozen, TagMemo};
use std::sync::{Arc, OnceLock};

/// What looking needs.
pub(super) struct Context<'a> {
    pub(super) config: &'a Config,
    pub(super) taxonomy: &'a Frozen,
    pub(super) reading: &'a Reading,
}

/// What a look gives.
pub(super) enum Look {
    /// An input that can be scanned.
    Ready(Box<Looked>),
    /// One that cannot.
    Not(Problem),
}

/// An input whose format is known.
pub(super) struct Looked {
    /// Set when all inputs are known.
    pub(super) source: SourceId,
    /// What reports call it.
    pub(super) shown: String,
    pub(super) origin: Origin,
    pub(super) sniffed: Sniffed,
    pub(super) container: Option<String>,
    /// Time of the first record that has one, in the first 64 KiB.
    pub(super) first: Option<Time>,
    /// Size as stored, where that can be known beforehand.
    pub(super) stored_bytes: u64,
    /// What reports should say: a year that was assumed.
    pub(super) problems: Vec<Problem>,
    /// What its year-less stamps rest on, if there can be any and as soon as it is known.
    pub(super) basis: Arc<OnceLock<Basis>>,
    options: ReadOptions,
    recoder: Option<Recoder>,
    /// Standard input stays open.
    pub(super) kept: Option<Stream>,
}

/// How a log is opened once it was looked at.
pub(super) enum Origin {
    /// Again, as often as one likes.
    Own(Found),
    /// It cannot be opened again: standard input, a pipe.
    Pipe,
    /// By walking through an archive to the member of this number.
    Part(Arc<Found>, usize),
}

impl Origin {
    /// The origin of an input that is no part of an archive read in one pass.
    pub(super) fn of(found: Found) -> Origin {
        if matches!(found.place, Place::Stdin | Place::Pipe(_)) { Origin::Pipe } else { Origin::Own(found) }
    }

    /// Size as stored, where that can be known beforehand.
    fn size(&self) -> u64 {
        match self {
            Origin::Own(found) => found.size(),
            Origin::Pipe | Origin::Part(..) => 0,
        }
    }
}

/// Refuses a forced format that does not exist.
pub(super) fn known_format(config: &Config, declared: &[FormatId]) -> Result<(), SetupError> {
    let Some(name) = &config.input_format else { return Ok(()) };
    if declared.iter().any(|id| formats::format(*id).is_some_and(|row| row.name == *name)) {
        return Ok(());
    }
    is_format(name).map_err(|nearest| SetupError::UnknownFormat { name: name.clone(), nearest })
}

/// Whether inputs can be read as `name`; if not, the known name most like it.
pub(crate) fn is_format(name: &str) -> Result<(), Option<String>> {
    if formats::sniff::forced(name, &Head::new("", true)).is_some() || formats::all().any(|row| row.name == name) {
        return Ok(());
    }
    let names = formats::all().map(|row| row.name);
    let nearest = names.map(|n| (similar(name, n), n)).max().filter(|(score, _)| *score > 0);
    Err(nearest.map(|(_, n)| n.to_owned()))
}

/// How long a beginning two names share.
fn similar(a: &str, b: &str) -> usize {
    a.bytes().zip(b.bytes()).take_while(|(x, y)| x == y).count()
}

/// Looks at a log that was opened.
pub(super) fn look(context: &Context<'_>, shown: &str, named: bool, origin: Origin, stream: Stream) -> Look {
    match looked(context, shown, named, origin, stream) {
        Ok(looked) => Look::Ready(Box::new(looked)),
        Err(problem) => Look::Not(problem),
    }
}

fn looked(
    context: &Context<'_>,
    shown: &str,
    named: bool,
    origin: Origin,
    mut stream: Stream,
) -> Result<Looked, Problem> {
    let mut head = Vec::new();
    let failure = fill(&mut stream, &mut head, limits::SNIFF_BYTES).err();
    if let (Some(error), true) = (&failure, head.is_empty()) {
        return Err(broken_off(shown, 0, error));
    }
    let told = context.config.input_format.as_deref();
    let magic = formats::sniff::by_magic(&head, told);
    // What the user says about its encoding makes text of what would not look like it.
    let kind_of = if context.reading.encoding.is_some() { binary::named_kind } else { binary::binary_kind };
    if magic.is_none()
        && let Some(kind) = kind_of(&head)
    {
        return Err(skipped(shown, named, &format!("{}: {}", kind.name, kind.advice)));
    }
    let mut whole = head.len() < limits::SNIFF_BYTES;
    if magic.is_some() && !whole {
        // The first chunk ends a little behind what shows the format of a text. What cannot be read now is told later.
        drop(fill(&mut stream, &mut head, formats::evtx::BEGINNING + 1));
        whole = head.len() <= formats::evtx::BEGINNING;
    }
    stream.unread(&head);
    let recoder = if magic.is_some() { None } else { Recoder::of(&head, context.reading.encoding) };
    if let Some(mut rewriter) = recoder.clone() {
        let mut text = Vec::new();
        rewriter.push(&head, &mut text);
        head = text;
    }
    // Nobody asks for the text of what is none.
    let clean = text::Text::clean(if magic.is_some() { &[] } else { &head });
    let start = Head::new(&clean.text, whole);
    let sniffed = magic.unwrap_or_else(|| formats::sniff::with_declared(&start, told, &context.reading.declared));
    let mut options = ReadOptions {
        zone: context.reading.zones.usual().clone(),
        forced: context.config.input_format.is_some(),
        multiline: context.reading.multiline.clone(),
        ..ReadOptions::default()
    };
    let mut problems = Vec::new();
    if recoder.as_ref().is_some_and(Recoder::has_returns) {
        let message = "its lines end with carriage returns alone, which were taken for line ends";
        problems.push(problem(shown, ProblemKind::Repaired, message.to_owned(), false));
    }
    let mut stream = TextStream::new(stream, recoder.clone());
    let is_pipe = matches!(origin, Origin::Pipe);
    let mut basis = Arc::default();
    if let Some(scan) = YearScan::of(&sniffed) {
        let anchors = Anchors::of(context, shown, stream.stream.stored_at, start.text);
        let unsaid;
        (options.years, basis, unsaid) = anchors.years(context, &origin, &mut stream, (start.text, scan));
        problems.extend(unsaid);
    }
    let stream = stream.stream;
    let container = stream.container.clone();
    let mut looked = Looked {
        source: SourceId(0),
        shown: shown.to_owned(),
        stored_bytes: origin.size(),
        kept: is_pipe.then_some(stream),
        origin,
        sniffed,
        container,
        first: None,
        problems,
        basis,
        options,
        recoder,
    };
    looked.first = first_stamp(context, &looked, head, whole);
    Ok(looked)
}

impl Looked {
    /// The encoding of its text.
    pub(super) fn encoding(&self) -> Option<&'static str> {
        let is_text = formats::format(self.sniffed.format).is_some_and(|row| row.counting != Counting::Records);
        is_text.then(|| self.recoder.as_ref().map_or("UTF-8", Recoder::encoding))
    }

    /// Its place in the archive it is part of.
    pub(super) fn place(&self) -> usize {
        match &self.origin {
            Origin::Part(_, at) => *at,
            Origin::Own(_) | Origin::Pipe => 0,
        }
    }

    /// Reads the input from its beginning, with its format's decoder. `position`: where its text begins among that of
    /// the inputs it follows.
    pub(super) fn reader(self, stream: Stream, position: u64, table: &Arc<FieldTable>) -> (Reader, Box<dyn Decoder>) {
        let cutter = formats::cutter(&self.sniffed, &self.options);
        let decoder = formats::decoder(&self.sniffed, table, &self.options);
        (Reader::new(self.source, TextStream::new(stream, self.recoder), cutter, position), decoder)
    }
}

/// Reads up to `max` bytes.
pub(super) fn fill(stream: &mut Stream, into: &mut Vec<u8>, max: usize) -> std::io::Result<()> {
    while into.len() < max {
        if stream.read(into, max - into.len())? == 0 {
            break;
        }
    }
    Ok(())
}

/// The first time among the records of the head.
fn first_stamp(context: &Context<'_>, looked: &Looked, mut head: Vec<u8>, whole: bool) -> Option<Time> {
    let table = Arc::clone(&context.taxonomy.table);
    let mut cutter = formats::cutter(&looked.sniffed, &looked.options);
    let decoder = formats::decoder(&looked.sniffed, &table, &looked.options);
    let mut scratch = Scratch::default();
    let mut first = None;
    let mut end = whole;
    // A few records at a time: the first one nearly always has a stamp.
    while first.is_none() {
        let Some(block) = cutter.cut(&mut head, 1 << 12, end) else {
            // Records whose lines stand apart may have no end so soon.
            if std::mem::replace(&mut end, true) {
                break;
            }
            continue;
        };
        decoder.decode(&block, &mut scratch, &mut |decoded| {
            if let Decoded::Event(event) = decoded
                && first.is_none()
            {
                let view = context.taxonomy.tag(event, &mut TagMemo::default());
                first = view.time(event).time;
            }
        });
    }
    first
}

/// An input that could not be read to its end.
pub(super) fn broken_off(shown: &str, lines: u64, error: &std::io::Error) -> Problem {
    let why = show::why(error);
    let message = match lines {
        0 => format!("cannot be read: {why}"),
        n => format!("cannot be read beyond line {n}: {why}"),
    };
    problem(shown, ProblemKind::Unreadable, message, true)
}

/// An input of a kind that is not read.
pub(super) fn skipped(shown: &str, named: bool, message: &str) -> Problem {
    // Met while walking, a file of another kind is expected; named, it was meant to be read.
    problem(shown, ProblemKind::Skipped, message.to_owned(), named)
}

pub(super) fn problem(shown: &str, kind: ProblemKind, message: String, incomplete: bool) -> Problem {
    Problem { path: shown.to_owned(), kind, count: 1, first: Vec::new(), message, incomplete }
}
