//! An explanation for people: what was asked, the answer, and the condition as a tree, a truth before every line.

use super::super::console::shown;
use super::super::{Options, Where, counted, thousands};
use crate::model::{
    ExplainedCorrelation, ExplainedEvent, Explanation, FieldTrace, LogSource, Place, SourceWord, TestTrace, TestsTrace,
    Trace, Traced,
};
use std::io::{self, Write};

/// Columns of everything.
const WIDTH: usize = 80;
/// Lines one text may take.
const LINES: usize = 8;

/// Writes the answer.
pub(super) fn write(told: &Explanation, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let mut page = Page { out, options };
    let rule = &told.rule;
    page.line(0, &format!("{}: {}", rule.id, rule.title))?;
    let status = rule.status.as_deref().map_or_else(String::new, |status| format!(", {status}"));
    page.line(0, &format!("{} {}{status}, {}", rule.level, rule.kind.name(), rule.file))?;
    page.blank()?;
    page.line(0, &answer(told))?;
    for correlation in &told.correlations {
        page.blank()?;
        page.correlation(told, correlation)?;
    }
    for case in &told.cases {
        page.blank()?;
        page.case(told, case)?;
    }
    if told.cases.is_empty() && !told.others.is_empty() {
        page.blank()?;
        page.line(0, &format!("The rule is about {}. What was there instead:", source_name(&rule.logsource)))?;
        for (sources, count) in &told.others {
            page.line(2, &format!("{}: {}", counted(*count, "event", "events"), source_names(sources)))?;
        }
    }
    Ok(())
}

/// The answer in one sentence.
fn answer(told: &Explanation) -> String {
    let looked_at = counted(told.looked_at, "event", "events");
    match (told.held, told.cases.first()) {
        _ if told.looked_at == 0 => "It does not match: there are no events.".to_owned(),
        (held, _) if !told.correlations.is_empty() => {
            format!("It {}. Looked at {looked_at}.", if held { "fires" } else { "does not fire" })
        }
        (true, _) => format!("It matches. Looked at {looked_at}."),
        (false, Some(case)) if !case.applies && case.told.held => {
            format!("It does not match, though its condition holds: the log source is another. Looked at {looked_at}.")
        }
        (false, Some(_)) if told.applicable > 0 => {
            let applicable = thousands(told.applicable);
            format!("It does not match. Looked at {looked_at}, of which {applicable} had its log source.")
        }
        _ => format!("It does not match: none had its log source. Looked at {looked_at}."),
    }
}

fn source_name(source: &LogSource) -> String {
    let parts = [("product", &source.product), ("category", &source.category), ("service", &source.service)];
    let words: Vec<String> =
        parts.iter().filter_map(|(part, word)| Some(format!("{part} {}", word.as_deref()?))).collect();
    if words.is_empty() { "no log source".to_owned() } else { words.join(", ") }
}

/// The log sources of an event, as short as can be: `linux/sshd, linux/auth`.
fn source_names(sources: &[LogSource]) -> String {
    let name = |source: &LogSource| {
        let words = [&source.product, &source.category, &source.service];
        words.into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join("/")
    };
    let names: Vec<String> = sources.iter().map(name).collect();
    if names.is_empty() { "no known log source".to_owned() } else { names.join(", ") }
}

/// `logs/a.log:7`, or `a.evtx#7` where records have no lines.
fn place_text(told: &Explanation, place: &Place) -> String {
    let place = Where::new(&told.inputs, place);
    match (place.line, place.record) {
        (Some(line), _) => format!("{}:{line}", place.path),
        (None, Some(record)) => format!("{}#{record}", place.path),
        (None, None) => place.path.to_owned(),
    }
}

fn truth(held: bool) -> &'static str {
    if held { "yes" } else { "no " }
}

/// Lines that never grow past the width.
struct Page<'o> {
    out: &'o mut dyn Write,
    options: &'o Options,
}

impl Page<'_> {
    fn blank(&mut self) -> io::Result<()> {
        writeln!(self.out)
    }

    /// A text at a column, on as many lines as it needs, the later ones further in.
    fn line(&mut self, indent: usize, text: &str) -> io::Result<()> {
        self.marked("", indent, text)
    }

    /// The same with a word at the margin.
    fn marked(&mut self, mark: &str, indent: usize, text: &str) -> io::Result<()> {
        let indent = indent.min(WIDTH / 2);
        let text = shown(text, self.options);
        let mut rest: &str = &text;
        for n in 0..LINES {
            let start = if n == 0 { indent } else { indent + 4 };
            let room = WIDTH - start - mark.len();
            let end = rest.char_indices().nth(room).map_or(rest.len(), |(at, _)| at);
            let (now, later) = rest.split_at(if end < rest.len() { at_blank(rest, end) } else { end });
            let cut = n + 1 == LINES && !later.is_empty();
            let now = if cut { shortened(now) } else { now };
            let mark = if n == 0 { mark } else { blanks(mark.len()) };
            let line = format!("{mark}{}{now}{}", blanks(start), if cut { "…" } else { "" });
            writeln!(self.out, "{}", line.trim_end())?;
            rest = later.trim_start();
            if rest.is_empty() {
                break;
            }
        }
        Ok(())
    }

    /// What a correlation asks for, what its rules gave, and its nearest windows.
    fn correlation(&mut self, told: &Explanation, one: &ExplainedCorrelation) -> io::Result<()> {
        let of = if one.counts.is_empty() { String::new() } else { format!(" of {}", one.counts.join(", ")) };
        let by = if one.group_by.is_empty() { String::new() } else { format!(" by {}", one.group_by.join(", ")) };
        let (id, kind, wants, span) = (&one.id, one.kind, &one.wants, &one.timespan);
        self.line(0, &format!("{id}: {kind}{of} {wants} within {span}{by}"))?;
        for contributor in &one.contributors {
            let came = counted(contributor.came, "time", "times");
            let words = match contributor.matched {
                Some(0) => "matched nothing".to_owned(),
                Some(n) => format!("matched {}, reached a window {came}", counted(n, "event", "events")),
                None if contributor.came == 0 => "never fired in a way that counts here".to_owned(),
                None => format!("reached a window {came}"),
            };
            self.line(2, &format!("{} {words}", contributor.rule))?;
        }
        for window in &one.windows {
            let key: Vec<String> = window.key.iter().map(|pair| format!("{}={}", pair.field, pair.value)).collect();
            let key = if key.is_empty() { "all events".to_owned() } else { key.join(", ") };
            self.marked(truth(window.held), 1, &format!("{key}: {} (asked for: {wants})", window.reading))?;
            if !window.missing.is_empty() {
                self.marked(blanks(3), 3, &format!("not seen: {}", window.missing.join(", ")))?;
            }
            let at = place_text(told, &window.at);
            let time = window.time.rfc3339().unwrap_or_default();
            self.marked(blanks(3), 3, &format!("in the {span} up to {time} ({at}):"))?;
            if window.more > 0 {
                let more = counted(window.more as u64, "earlier event", "earlier events");
                self.marked(blanks(3), 5, &more)?;
            }
            for (place, time, rule) in &window.events {
                let time = time.rfc3339().unwrap_or_default();
                let rule = if one.contributors.len() > 1 { format!("  {rule}") } else { String::new() };
                self.marked(blanks(3), 5, &format!("{time}  {}{rule}", place_text(told, place)))?;
            }
        }
        if one.windows.is_empty() {
            self.line(2, "No event reached a window.")?;
        }
        Ok(())
    }

    fn case(&mut self, told: &Explanation, case: &ExplainedEvent) -> io::Result<()> {
        let place = place_text(told, &case.place);
        if case.rule != told.rule.id {
            self.line(0, &case.rule)?;
        }
        let time = case.time.rfc3339().unwrap_or_else(|| "without a time".to_owned());
        let of_line = case.told.line.map_or_else(String::new, |line| format!(", line {line} of the record"));
        self.line(0, &format!("{place}  {time}  {}{of_line}", case.format))?;
        self.line(2, &format!("is {}", source_names(&case.logsources)))?;
        if !case.applies {
            self.line(2, "has not earned the rule's log source, so a scan does not try it:")?;
            for word in &case.standing {
                self.marked(truth(word.earned), 3, &source_word(word))?;
            }
        }
        for (n, trace) in case.told.conditions.iter().enumerate() {
            let text = told.conditions.get(n).map_or("", String::as_str);
            let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
            let text = if text.is_empty() { "condition".to_owned() } else { format!("condition: {text}") };
            self.marked(truth(trace.held), 1, &text)?;
            self.trace(trace, 1)?;
        }
        Ok(())
    }

    fn trace(&mut self, trace: &Trace, depth: usize) -> io::Result<()> {
        let (mark, indent) = (truth(trace.held), depth * 2 + 1);
        match &trace.what {
            Traced::Field(field) => return self.field(trace.held, field, depth),
            Traced::Keywords(tests) => {
                let key = if tests.key.is_empty() { String::new() } else { format!(" {}", tests.key) };
                self.marked(mark, indent, &format!("keywords{key}{}", linked(tests)))?;
                return self.tests(tests, depth + 1);
            }
            // The entries of an identifier stand below its name, and one part is that part.
            Traced::All | Traced::Any if trace.parts.len() == 1 => {
                return trace.parts.iter().try_for_each(|part| self.trace(part, depth));
            }
            Traced::All => self.marked(mark, indent, "all of:")?,
            Traced::Any => self.marked(mark, indent, "any of:")?,
            Traced::Not => self.marked(mark, indent, "not:")?,
            Traced::Never => self.marked(mark, indent, "a selector that reaches no identifier")?,
            Traced::Selection(name) => {
                self.marked(mark, indent, name)?;
                let body = trace.parts.first().filter(|body| body.what == Traced::All);
                return body.unwrap_or(trace).parts.iter().try_for_each(|part| self.trace(part, depth + 1));
            }
        }
        trace.parts.iter().try_for_each(|part| self.trace(part, depth + 1))
    }

    fn field(&mut self, held: bool, field: &FieldTrace, depth: usize) -> io::Result<()> {
        let indent = depth * 2 + 1;
        let canonical = field.canonical.map_or_else(String::new, |name| format!(" (here: {name})"));
        let tests = &field.tests;
        self.marked(truth(held), indent, &format!("{}{canonical}{}", tests.key, linked(tests)))?;
        let event = blanks(3);
        match &field.values {
            None => self.marked(event, indent + 2, "the event has no such field")?,
            Some(values) if values.is_empty() => self.marked(event, indent + 2, "the event has an empty list")?,
            Some(values) => {
                for value in values {
                    let value = value.as_ref().map_or_else(|| "null".to_owned(), |value| format!("\"{value}\""));
                    self.marked(event, indent + 2, &format!("the event has {value}"))?;
                }
            }
        }
        if field.more_values > 0 {
            let more = counted(field.more_values as u64, "more value", "more values");
            self.marked(event, indent + 2, &format!("and {more}"))?;
        }
        let several = field.values.as_ref().is_some_and(|values| values.len() > 1);
        self.tests_by(tests, depth + 1, several)
    }

    fn tests(&mut self, tests: &TestsTrace, depth: usize) -> io::Result<()> {
        self.tests_by(tests, depth, true)
    }

    /// The values of an entry; `with_hits` names what met them, where that is not plain already.
    fn tests_by(&mut self, tests: &TestsTrace, depth: usize, with_hits: bool) -> io::Result<()> {
        for test in &tests.tests {
            self.marked(truth(test.held), depth * 2 + 1, &test_words(test, with_hits))?;
        }
        let (met, unmet) = tests.left_out;
        for (n, held) in [(met, true), (unmet, false)].into_iter().filter(|(n, _)| *n > 0) {
            self.marked(truth(held), depth * 2 + 1, &format!("{} more", thousands(n as u64)))?;
        }
        Ok(())
    }
}

fn test_words(test: &TestTrace, with_hits: bool) -> String {
    let forms = if test.forms > 1 { format!(" (one of {} forms)", test.forms) } else { String::new() };
    let hit = match &test.hit {
        Some((name, value)) if with_hits && !name.is_empty() => format!(": {name} has \"{value}\""),
        Some((_, value)) if with_hits => format!(": \"{value}\""),
        _ => String::new(),
    };
    format!("{}{forms}{hit}", test.words)
}

fn linked(tests: &TestsTrace) -> &'static str {
    match (tests.all, tests.negated) {
        (false, false) => "",
        (true, false) => ", every one",
        (false, true) => ", none",
        (true, true) => ", not every one",
    }
}

fn source_word(word: &SourceWord) -> String {
    let unknown = if word.known { "" } else { " (no log that can be read is known to be that)" };
    format!("{} {}{unknown}", word.part, word.word)
}

/// Where a line may end: behind the last blank in its second half, else where it must.
fn at_blank(text: &str, end: usize) -> usize {
    let head = text.get(..end).unwrap_or(text);
    head.rfind(' ').filter(|at| *at > end / 2).map_or(end, |at| at + 1)
}

/// Without the last character.
fn shortened(text: &str) -> &str {
    let end = text.char_indices().last().map_or(0, |(at, _)| at);
    text.get(..end).unwrap_or_default()
}

fn blanks(n: usize) -> &'static str {
    const BLANKS: &str = "                                                                                ";
    BLANKS.get(..n).unwrap_or(BLANKS)
}
