//! Formats that need no Rust: a name, patterns with named captures, where the stamp is, samples that must hold.
//!
//! Ours lie in `rules/formats`; users bring theirs (`formats:`, `--format-file`). One file holds one format or a list of
//! them. Samples are tried when a file is loaded: a format that does not read its own samples is refused, as is one whose
//! name is taken. A record is a line and the lines behind it that begin with a blank.
//!
//! Rows live as long as the program, as those of the table do: a file that is loaded again gives the row it gave before.

mod grok;
mod row;
mod sign;

pub(crate) use row::Declared;

use super::{
    FORMATS, Format, Head, Learned, LineShape, Record, Refused, Sample, Shape, Sniffed, YearTrack, payload, sniff,
};
use crate::model::stamp::Zone;
use crate::model::{Counting, FieldTable, FormatId, Heard, Scratch, Sentence, Speaker, Value, limits};
use row::{RawRow, RawSample};
use std::sync::{LazyLock, PoisonError, RwLock};

/// One of our own: its name, as it is written, and as `build.rs` left it.
macro_rules! ours {
    ($name:literal) => {
        (
            $name,
            include_str!(concat!("../../../rules/formats/", $name, ".yml")),
            include_str!(concat!(env!("OUT_DIR"), "/tables/formats/", $name, ".json")),
        )
    };
}

/// Our own, by file.
static BUILTIN: &[(&str, &str, &str)] = &[
    ours!("bind"),
    ours!("clamav"),
    ours!("dnsmasq"),
    ours!("dovecot"),
    ours!("haproxy"),
    ours!("junos"),
    ours!("meraki"),
    ours!("mongodb"),
    ours!("mosquitto"),
    ours!("mssql"),
    ours!("mysql-error"),
    ours!("netscreen"),
    ours!("paloalto"),
    ours!("postfix"),
    ours!("postgresql"),
    ours!("proftpd"),
    ours!("pure-ftpd"),
    ours!("routeros"),
    ours!("samba"),
    ours!("snmptrapd"),
    ours!("vsftpd"),
    ours!("xinetd"),
];

/// All declared formats so far, those of [`BUILTIN`] first, with the text each was made of.
static ROWS: LazyLock<RwLock<Vec<(String, &'static Format)>>> = LazyLock::new(|| {
    let rows = BUILTIN.iter().map(|(name, text, table)| {
        let made = prepared(table).and_then(|raws| raws.iter().map(|raw| made(raw)).collect::<Result<Vec<_>, _>>());
        let rows =
            made.unwrap_or_else(|why| panic!("rules/formats/{name}.yml: {why}; a test reads what is compiled in"));
        rows.into_iter().map(|row| ((*text).to_owned(), row)).collect::<Vec<_>>()
    });
    RwLock::new(rows.flatten().collect())
});

/// The rows that ship with the program.
pub(crate) fn builtin() -> Vec<FormatId> {
    let ours = rows().iter().take_while(|(text, _)| BUILTIN.iter().any(|(_, own, _)| own == text)).count();
    (0..ours).filter_map(id_at).collect()
}

/// The row behind an id, if it is a declared one's.
pub(super) fn format(id: FormatId) -> Option<&'static Format> {
    let at = usize::from(id.0).checked_sub(FORMATS.len())?;
    rows().get(at).map(|(_, row)| *row)
}

/// The name of a declared format and what it says.
pub(crate) fn row(id: FormatId) -> Option<(&'static str, &'static Declared)> {
    match format(id) {
        Some(Format { name, shape: Shape::Declared(_, _, declared), .. }) => Some((name, declared)),
        _ => None,
    }
}

/// Reads what a program says, by the first declared format that is for it and takes the message.
pub(super) fn said(program: &str, message: &str, record: &mut Record<'_>) -> Option<Sentence> {
    let table = record.table;
    let is_it = |heard: &&Heard| is_speaker(&heard.who, program, message);
    let mut read = |heard: &Heard| {
        let (name, declared) = row(heard.format)?;
        declared.said(message, record).then_some(Sentence { payload: name, name: "" })
    };
    // Most messages begin like none of theirs, and few formats name a program.
    if table.is_beginning(message) || program.contains('/') {
        return table.heard().iter().filter(is_it).find_map(&mut read);
    }
    table.heard_of(program).filter(is_it).find_map(&mut read)
}

fn is_speaker(who: &Speaker, program: &str, message: &str) -> bool {
    match who {
        Speaker::Program(row) => payload::is_said_by(row, program),
        Speaker::Anybody(beginning) => message.starts_with(beginning.as_str()),
    }
}

/// The names of all declared formats, in order of their ids.
pub(super) fn names() -> Vec<&'static str> {
    rows().iter().map(|(_, row)| row.name).collect()
}

fn rows() -> std::sync::RwLockReadGuard<'static, Vec<(String, &'static Format)>> {
    ROWS.read().unwrap_or_else(PoisonError::into_inner)
}

fn id_at(at: usize) -> Option<FormatId> {
    u16::try_from(FORMATS.len().checked_add(at)?).ok().map(FormatId)
}

/// Loads the formats of a text; says what is wrong with the first that cannot be used.
pub(crate) fn load(text: &str) -> Result<Vec<FormatId>, String> {
    if text.len() > limits::RULE_BYTES {
        return Err(format!("it is longer than {} MiB", limits::RULE_BYTES >> 20));
    }
    let wanted = parsed(text)?;
    let mut rows = ROWS.write().unwrap_or_else(PoisonError::into_inner);
    let mut ids = Vec::new();
    for raw in wanted {
        let known = rows.iter().position(|(from, row)| from == text && row.name == raw.name);
        let at = match known {
            Some(at) => at,
            None if is_ours(&raw.name, &rows) => return Err(format!("{}: a format of this name exists", raw.name)),
            None => {
                let row = made(&raw).and_then(|row| tried(row, &raw.samples));
                rows.push((text.to_owned(), row.map_err(|why| format!("{}: {why}", raw.name))?));
                rows.len() - 1
            }
        };
        ids.push(id_at(at).ok_or("too many formats were declared")?);
    }
    Ok(ids)
}

/// Whether a format that ships with the program has this name.
fn is_ours(name: &str, rows: &[(String, &'static Format)]) -> bool {
    let declared = rows.iter().filter(|(from, _)| BUILTIN.iter().any(|(_, own, _)| own == from)).map(|(_, row)| *row);
    FORMATS.iter().chain(declared).any(|row| row.name == name)
}

/// One format or a list of them.
fn parsed(text: &str) -> Result<Vec<RawRow>, String> {
    // Looked at beforehand, so that mistakes are told in words about a format and not about the choice.
    let is_said = |line: &&str| !line.trim().is_empty() && !line.starts_with('#') && !line.starts_with("---");
    if text.lines().find(is_said).is_some_and(|line| line.starts_with('-')) {
        return serde_yaml::from_str(text).map_err(|error| error.to_string());
    }
    serde_yaml::from_str(text).map(|one| vec![one]).map_err(|error| error.to_string())
}

/// What [`parsed`] gives of a text of our own, from what was made of it while building.
fn prepared(table: &str) -> Result<Vec<RawRow>, String> {
    if table.starts_with('[') {
        return serde_json::from_str(table).map_err(|error| error.to_string());
    }
    serde_json::from_str(table).map(|one| vec![one]).map_err(|error| error.to_string())
}

/// Makes a row that lives as long as the program.
fn made(raw: &RawRow) -> Result<&'static Format, String> {
    let is_name = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    if raw.name.len() > limits::FORMAT_NAME || !raw.name.split('-').all(is_name) {
        return Err("the name is no word in lower case: letters, digits and `-` between them".to_owned());
    }
    if !(1..=9).contains(&raw.specificity) {
        return Err("specificity reaches from 1 to 9".to_owned());
    }
    if raw.samples.is_empty() {
        return Err("it has no samples".to_owned());
    }
    let leaked = |text: &str| -> &'static str { Box::leak(text.to_owned().into_boxed_str()) };
    let samples: Vec<Sample> = raw
        .samples
        .iter()
        .map(|sample| {
            let fields = sample.fields.iter().map(|(name, value)| (leaked(name), leaked(value)));
            Sample { text: leaked(&sample.line()), fields: Box::leak(fields.collect::<Vec<_>>().into_boxed_slice()) }
        })
        .collect();
    let continues = |line: &[u8]| line.first().is_some_and(|b| matches!(b, b' ' | b'\t'));
    let shape = LineShape { read: refuse, continues, yearless: None, longest: limits::LINE, rank: 0, outline: None };
    Ok(Box::leak(Box::new(Format {
        name: leaked(&raw.name),
        summary: leaked(&raw.summary),
        spec: leaked(&raw.spec),
        samples: Box::leak(samples.into_boxed_slice()),
        raw_text: true,
        counting: Counting::Lines,
        claims: 0,
        sniff: |_| None,
        shape: Shape::Declared(shape, raw.specificity, Box::new(Declared::new(raw))),
    })))
}

/// Only its patterns read a declared format.
fn refuse(_: &mut Record<'_>) -> Result<(), Refused> {
    Err(Refused { expected: "a declared format", at: 0 })
}

/// A row, if everything in it compiles and its samples hold.
fn tried(row: &'static Format, samples: &[RawSample]) -> Result<&'static Format, String> {
    let Shape::Declared(_, _, declared) = &row.shape else { return Err("it is no declared format".to_owned()) };
    declared.check()?;
    samples.iter().try_for_each(|sample| holds(declared, sample)).map(|()| row)
}

/// Whether a sample gives its fields.
fn holds(declared: &Declared, sample: &RawSample) -> Result<(), String> {
    let text = sample.text.as_str();
    let (mut scratch, mut table) = (Scratch::default(), FieldTable::default());
    table.keep_everything();
    let (zone, mut year) = (Zone::default(), YearTrack::default());
    let mut record = Record::new(text, 0, &mut scratch, &table, &zone, &mut year);
    let is_read = match &sample.program {
        Some(program) if !declared.speakers.iter().any(|who| is_speaker(who, program, text)) => {
            return Err(format!("its sample {text:?} is said by none of its programs"));
        }
        Some(_) => declared.said(text, &mut record),
        None => declared.fits(text) && declared.read(&mut record).is_ok(),
    };
    if !is_read {
        return Err(format!("its sample {text:?} does not fit"));
    }
    let regions = scratch.regions(text);
    let given = scratch.entries.iter().filter_map(|entry| match entry.value {
        Value::Text(span) | Value::Number(span) => Some((regions.text(entry.name), regions.text(span))),
        _ => None,
    });
    let given: Vec<(&str, &str)> = given.collect();
    for (name, value) in &sample.fields {
        match given.iter().find(|(field, _)| field == name) {
            Some((_, is)) if is == value => {}
            Some((_, is)) => return Err(format!("its sample {text:?} gives {name}={is:?} and not {value:?}")),
            None => return Err(format!("its sample {text:?} gives no {name}")),
        }
    }
    Ok(())
}

/// The best claim among some declared formats that may be surer than a claim of this rank.
pub(crate) fn best(head: &Head<'_>, ids: &[FormatId], known: (u8, u16)) -> Option<Sniffed> {
    let mut best: Option<Sniffed> = None;
    for id in ids {
        let Some(Format { shape: Shape::Declared(shape, specificity, declared), .. }) = format(*id) else { continue };
        // All lines that fit are a thousand thousandths: what cannot be better is not compiled.
        if (*specificity, 1000) <= known || !declared.may_fit(head.text) {
            continue;
        }
        let first = |line: &str| !declared.continues(line.as_bytes()).unwrap_or((shape.continues)(line.as_bytes()));
        let (mut fit, mut all) = (0_usize, 0_usize);
        for line in sniff::lines(head).filter(|line| first(line)) {
            fit += usize::from(declared.fits(line));
            all += 1;
        }
        if fit == 0 || fit * 2 < all {
            continue;
        }
        let thousandths = u16::try_from(fit * 1000 / all).unwrap_or(1000);
        let claim = Sniffed {
            format: *id,
            rank: (*specificity, thousandths),
            why: "a declared format's pattern fits",
            learned: Learned::Nothing,
        };
        if best.as_ref().is_none_or(|best| claim.rank > best.rank) {
            best = Some(claim);
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWN: &str = "name: own-format\nsummary: a test\npatterns: ['^%{TIMESTAMP_ISO8601:timestamp} %{WORD:user} %{INT:n:int}$']\n\
        samples: [{text: 2024-01-02T10:00:00Z anna 7, fields: {user: anna, n: '7'}}]\n";

    #[test]
    fn what_building_makes_of_ours_says_the_same() {
        for (name, text, table) in BUILTIN {
            let (wanted, made) = (parsed(text).unwrap(), prepared(table).unwrap());
            assert_eq!(format!("{made:?}"), format!("{wanted:?}"), "{name}");
        }
    }

    #[test]
    fn ours_are_loaded_with_their_samples() {
        let ids = builtin();
        assert!(ids.len() >= BUILTIN.len());
        let raws: Vec<RawRow> = BUILTIN.iter().flat_map(|(_, text, _)| parsed(text).unwrap()).collect();
        for (id, raw) in ids.into_iter().zip(raws) {
            let row = format(id).unwrap();
            assert!(row.summary.len() < 60 && !row.spec.is_empty(), "{}", row.name);
            tried(row, &raw.samples).unwrap_or_else(|why| panic!("{}: {why}", row.name));
            let (_, declared) = super::row(id).unwrap();
            assert_eq!(declared.unused(&raw.samples), Vec::<String>::new(), "{}: patterns without a sample", row.name);
            for (sample, raw) in row.samples.iter().zip(raw.samples) {
                let head = Head::new(sample.text, true);
                let sniffed = sniff::with_declared(&head, None, &builtin());
                let want = if raw.program.is_some() { "syslog-3164" } else { row.name };
                assert_eq!(super::super::format(sniffed.format).map(|f| f.name), Some(want), "{}", sample.text);
            }
        }
    }

    #[test]
    fn a_format_is_loaded_once_and_found_by_its_lines() {
        let ids = load(OWN).unwrap();
        assert_eq!(load(OWN).unwrap(), ids);
        let head = Head::new("2024-01-02T10:00:00Z anna 7\n2024-01-02T10:00:01Z bert 8\n", true);
        assert_eq!(sniff::with_declared(&head, None, &ids).format, ids[0]);
        assert_ne!(sniff::with_declared(&head, None, &[]).format, ids[0]);
        let told = sniff::with_declared(&Head::new("x", true), Some("own-format"), &ids);
        assert_eq!(told.format, ids[0]);
    }

    #[test]
    fn what_does_not_hold_is_refused_in_words() {
        for (from, to, said) in [
            ("anna 7,", "anna x,", "does not fit"),
            ("n: '7'", "n: '8'", "gives n=\"7\" and not \"8\""),
            ("n: '7'", "m: '7'", "gives no m"),
            ("%{WORD:user}", "%{NOPE:user}", "is no macro"),
            ("%{WORD:user}", "(?=x)", "is no pattern"),
            (":n:int", ":n:integer", "is no kind"),
            ("own-format", "Own Format", "no word in lower case"),
            ("own-format", "syslog-3164", "of this name exists"),
            ("own-format", "vsftpd", "of this name exists"),
            ("summary", "sumary", "sumary"),
        ] {
            let error = load(&OWN.replace(from, to)).unwrap_err();
            assert!(error.contains(said), "{from} -> {to}: {error}");
        }
    }

    #[test]
    fn stamps_may_be_laid_out_in_words_of_their_own() {
        let text =
            OWN.replace("own-format", "laid-out").replace("%{TIMESTAMP_ISO8601:timestamp}", "(?P<timestamp>\\S+)");
        let text = text
            .replace("summary:", "layout: '%d.%m.%Y_%H:%M:%S'\nsummary:")
            .replace("2024-01-02T10:00:00Z", "02.01.2024_10:00:00");
        let ids = load(&text).unwrap();
        let Some(Format { shape: Shape::Declared(_, _, declared), .. }) = format(ids[0]) else { panic!("declared") };
        let (mut scratch, table, zone, mut year) =
            (Scratch::default(), FieldTable::default(), Zone::default(), YearTrack::default());
        let mut record = Record::new("02.01.2024_10:00:00 anna 7", 0, &mut scratch, &table, &zone, &mut year);
        declared.read(&mut record).unwrap();
        assert_eq!(record.time.rfc3339().as_deref(), Some("2024-01-02T10:00:00Z"));
    }
}
