//! Writes small event logs for tests: a template for each record, as Windows does for the first record of its kind.
//!
//! Layout and tokens: MS-EVEN6 section 2.2, libevtx. Checksums are left at zero; readers here do not look at them.

use super::{CHUNK, HEADER, MAGIC};

/// A value of a record, in its type.
#[derive(Clone, Copy, Debug)]
pub(super) enum Typed<'a> {
    Null,
    Text(&'a str),
    U32(u32),
    Hex(u64),
    Bool(bool),
    Guid([u8; 16]),
    Filetime(u64),
    /// Several texts in one value.
    Texts(&'a [&'a str]),
    /// The bytes of a value of any type.
    Raw(u8, &'a [u8]),
    /// A template in a value.
    Nested(&'a Made<'a>),
}

/// Any template, and values to fill it with.
#[derive(Clone, Debug)]
pub(super) struct Made<'a> {
    pub(super) root: Tag,
    pub(super) values: Vec<Typed<'a>>,
}

/// An element of a template.
#[derive(Clone, Debug)]
pub(super) struct Tag {
    pub(super) name: &'static str,
    /// The value without which it is left out.
    pub(super) dependency: Option<u16>,
    pub(super) attributes: Vec<(&'static str, Vec<Part>)>,
    /// `None`: the tag is closed where it is opened.
    pub(super) children: Option<Vec<Part>>,
}

/// What an element or an attribute holds.
#[derive(Clone, Debug)]
pub(super) enum Part {
    Text(&'static str),
    Slot(u16),
    Tag(Tag),
}

/// A record: its number in the log, its channel and what it holds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Logged<'a> {
    pub(super) id: u64,
    pub(super) channel: &'a str,
    pub(super) event_id: u32,
    /// Names and values; a nameless one has an empty name.
    pub(super) data: &'a [(&'a str, Typed<'a>)],
    /// The element of `UserData` that holds the data, if it is not `EventData`.
    pub(super) user_data: Option<&'a str>,
}

/// 2023-11-14T22:13:20.1234567Z.
pub(super) const THEN: u64 = 133_444_736_001_234_567;

/// A log of these chunks, whose header counts `counted` of them.
pub(super) fn log(chunks: &[&[Logged<'_>]], counted: u16) -> Vec<u8> {
    let mut log = MAGIC.to_vec();
    log.resize(HEADER, 0);
    log[32..44].copy_from_slice(&[128, 0, 0, 0, 1, 0, 3, 0, 0, 16, 0, 0]);
    log[42..44].copy_from_slice(&counted.to_le_bytes());
    for records in chunks {
        log.extend(chunk(records));
    }
    log
}

/// A log of one chunk with records of any templates.
pub(super) fn made(records: &[Made<'_>]) -> Vec<u8> {
    let mut log = log(&[], 1);
    let ids = (1, records.len() as u64);
    log.extend(framed(ids, records.iter().zip(1..), |out, (made, id)| {
        let start = out.begin(id);
        out.0.extend([0x0f, 1, 1, 0]);
        out.instance(made);
        out.end(start);
    }));
    log
}

fn chunk(records: &[Logged<'_>]) -> Vec<u8> {
    let ids = (records.first().map_or(1, |r| r.id), records.last().map_or(0, |r| r.id));
    framed(ids, records.iter(), Out::record)
}

fn framed<R>(ids: (u64, u64), records: impl Iterator<Item = R>, write: impl Fn(&mut Out, R)) -> Vec<u8> {
    let mut out = Out(b"ElfChnk\0".to_vec());
    out.0.resize(512, 0);
    let mut last = 512;
    for record in records {
        last = out.0.len();
        write(&mut out, record);
    }
    let end = out.0.len();
    let mut put = |at: usize, bytes: &[u8]| out.0[at..at + bytes.len()].copy_from_slice(bytes);
    for at in [8, 24] {
        put(at, &ids.0.to_le_bytes());
        put(at + 8, &ids.1.to_le_bytes());
    }
    put(40, &128_u32.to_le_bytes());
    put(44, &(last as u32).to_le_bytes());
    put(48, &(end as u32).to_le_bytes());
    assert!(end <= CHUNK, "too many records for a chunk");
    out.0.resize(CHUNK, 0);
    out.0
}

/// A chunk being written; offsets are those of its bytes.
struct Out(Vec<u8>);

impl Out {
    fn u16(&mut self, n: u16) {
        self.0.extend(n.to_le_bytes());
    }

    fn u32(&mut self, n: u32) {
        self.0.extend(n.to_le_bytes());
    }

    /// Writes a number where room was left for it.
    fn patch(&mut self, at: usize, n: usize) {
        self.0[at..at + 4].copy_from_slice(&(n as u32).to_le_bytes());
    }

    /// The header of a record; gives where it begins.
    fn begin(&mut self, id: u64) -> usize {
        let start = self.0.len();
        self.0.extend(b"\x2a\x2a\0\0");
        self.u32(0);
        self.0.extend(id.to_le_bytes());
        self.0.extend(THEN.to_le_bytes());
        start
    }

    fn end(&mut self, start: usize) {
        self.0.push(0);
        let len = self.0.len() + 4 - start;
        self.patch(start + 4, len);
        self.u32(len as u32);
    }

    /// The head of an instance and of its template; gives where the template's size belongs.
    fn head(&mut self, id: u32) -> usize {
        self.0.extend([0x0c, 1]);
        self.u32(id);
        self.u32(self.0.len() as u32 + 4);
        self.u32(0);
        self.0.extend([7; 16]);
        self.u32(0);
        self.0.len() - 4
    }

    fn instance(&mut self, made: &Made<'_>) {
        let size = self.head(1);
        self.0.extend([0x0f, 1, 1, 0]);
        self.tag(&made.root);
        self.0.push(0);
        self.patch(size, self.0.len() - size - 4);
        self.values(&made.values);
    }

    fn tag(&mut self, tag: &Tag) {
        self.0.push(if tag.attributes.is_empty() { 1 } else { 0x41 });
        self.u16(tag.dependency.unwrap_or(0xffff));
        self.u32(0);
        self.name(tag.name);
        if !tag.attributes.is_empty() {
            self.u32(0);
        }
        for (name, parts) in &tag.attributes {
            self.0.push(6);
            self.name(name);
            self.parts(parts);
        }
        let Some(children) = &tag.children else { return self.0.push(3) };
        self.0.push(2);
        self.parts(children);
        self.0.push(4);
    }

    fn parts(&mut self, parts: &[Part]) {
        for part in parts {
            self.part(part);
        }
    }

    fn part(&mut self, part: &Part) {
        match part {
            Part::Text(text) => {
                self.0.extend([5, 1]);
                self.text(text);
            }
            Part::Slot(slot) => {
                self.0.push(0x0e);
                self.u16(*slot);
                self.0.push(1);
            }
            Part::Tag(tag) => self.tag(tag),
        }
    }

    fn record(&mut self, record: &Logged<'_>) {
        let start = self.begin(record.id);
        self.0.extend([0x0f, 1, 1, 0]);
        let size = self.head(record.event_id);
        let mut values = vec![Typed::U32(record.event_id), Typed::Filetime(THEN), Typed::Text(record.channel)];
        self.template(record, &mut values);
        self.patch(size, self.0.len() - size - 4);
        self.values(&values);
        self.end(start);
    }

    fn template<'a>(&mut self, record: &Logged<'a>, values: &mut Vec<Typed<'a>>) {
        self.0.extend([0x0f, 1, 1, 0]);
        self.open("Event", None);
        self.open("System", None);
        self.open("Provider", Some(("Name", Err("Test"))));
        self.0.push(3);
        self.substitution("EventID", None, 0);
        self.open("TimeCreated", Some(("SystemTime", Ok(1))));
        self.0.push(3);
        self.substitution("Channel", None, 2);
        self.0.push(4);
        self.open(if record.user_data.is_some() { "UserData" } else { "EventData" }, None);
        if let Some(name) = record.user_data {
            self.open(name, None);
        }
        for (name, value) in record.data {
            match (record.user_data, *name) {
                (Some(_), name) => self.substitution(name, None, values.len()),
                (None, "") => self.substitution("Data", None, values.len()),
                (None, name) => self.substitution("Data", Some(("Name", Err(name))), values.len()),
            }
            values.push(*value);
        }
        self.0.extend(record.user_data.map(|_| 4));
        self.0.extend([4, 4, 0]);
    }

    /// An element around one value.
    fn substitution(&mut self, name: &str, attribute: Option<(&str, Result<u16, &str>)>, value: usize) {
        self.open(name, attribute);
        self.0.extend(attribute.map(|_| 2));
        self.0.push(0x0e);
        self.u16(value as u16);
        self.0.extend([0, 4]);
    }

    /// A start tag; its attribute is the number of a value, or a text.
    fn open(&mut self, name: &str, attribute: Option<(&str, Result<u16, &str>)>) {
        self.0.push(if attribute.is_some() { 0x41 } else { 1 });
        self.u16(0xffff);
        self.u32(0);
        self.name(name);
        match attribute {
            None => self.0.push(2),
            Some((name, value)) => {
                self.u32(0);
                self.0.push(6);
                self.name(name);
                match value {
                    Ok(number) => {
                        self.0.push(0x0e);
                        self.u16(number);
                        self.0.push(0);
                    }
                    Err(text) => {
                        self.0.extend([5, 1]);
                        self.text(text);
                    }
                }
            }
        }
    }

    /// A name, written where it is used.
    fn name(&mut self, name: &str) {
        self.u32(self.0.len() as u32 + 4);
        self.u32(0);
        self.u16(0);
        self.text(name);
        self.u16(0);
    }

    fn text(&mut self, text: &str) {
        self.u16(text.encode_utf16().count() as u16);
        self.0.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
    }

    fn values(&mut self, values: &[Typed<'_>]) {
        self.u32(values.len() as u32);
        let heads = self.0.len();
        self.0.resize(heads + 4 * values.len(), 0);
        for (n, value) in values.iter().enumerate() {
            let start = self.0.len();
            let kind = self.value(value);
            let len = (self.0.len() - start) as u16;
            self.0[heads + 4 * n..][..2].copy_from_slice(&len.to_le_bytes());
            self.0[heads + 4 * n + 2] = kind;
        }
    }

    /// The bytes of a value; gives its type.
    fn value(&mut self, value: &Typed<'_>) -> u8 {
        let utf16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
        let (kind, bytes) = match value {
            Typed::Null => (0, Vec::new()),
            Typed::Text(text) => (1, utf16(text)),
            Typed::U32(n) => (8, n.to_le_bytes().into()),
            Typed::Hex(n) => (0x15, n.to_le_bytes().into()),
            Typed::Bool(is) => (0x0d, u32::from(*is).to_le_bytes().into()),
            Typed::Guid(bytes) => (0x0f, bytes.to_vec()),
            Typed::Filetime(n) => (0x11, n.to_le_bytes().into()),
            Typed::Texts(texts) => (0x81, texts.iter().flat_map(|text| utf16(&format!("{text}\0"))).collect()),
            Typed::Raw(kind, bytes) => (*kind, bytes.to_vec()),
            Typed::Nested(made) => {
                self.0.extend([0x0f, 1, 1, 0]);
                self.instance(made);
                self.0.push(0);
                return 0x21;
            }
        };
        self.0.extend(bytes);
        kind
    }
}
