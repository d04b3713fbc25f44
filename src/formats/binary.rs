//! Inputs that are no text: which ones we know by name, and what turns them into a log.
//!
//! Compressed files and archives that are read stand in the table of `source`, not here.

use super::recode;

/// A kind of file that is recognised but not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BinaryKind {
    /// What it is, as part of a sentence.
    pub(crate) name: &'static str,
    /// What to do with it.
    pub(crate) advice: &'static str,
}

/// One row of [`KINDS`].
struct Magic {
    kind: BinaryKind,
    /// What it starts with: any of these.
    bytes: &'static [&'static [u8]],
}

const fn magic(name: &'static str, bytes: &'static [&'static [u8]], advice: &'static str) -> Magic {
    Magic { kind: BinaryKind { name, advice }, bytes }
}

const UNPACK: &str = "unpack it first";
const NO_LOG: &str = "it is no log";

/// All kinds that are told by how they start.
static KINDS: &[Magic] = &[
    magic("a Windows event log (EVTX)", &[b"ElfFile\0"], "leave its format to be told by its content"),
    magic(
        "a Windows event log of before Vista (EVT)",
        &[b"\x30\0\0\0LfLe"],
        "convert it: `wevtutil epl OLD.evt NEW.evtx /lf:true`",
    ),
    magic("a systemd journal", &[b"LPKSHHRH"], "convert it: `journalctl -o json --file FILE`"),
    magic(
        "a packet capture (pcap)",
        &[b"\xd4\xc3\xb2\xa1", b"\xa1\xb2\xc3\xd4", b"\x4d\x3c\xb2\xa1", b"\xa1\xb2\x3c\x4d"],
        "convert it: `tshark -r FILE -T ek`, or let Zeek read it",
    ),
    magic(
        "a packet capture (pcapng)",
        &[b"\x0a\x0d\x0d\x0a"],
        "convert it: `tshark -r FILE -T ek`, or let Zeek read it",
    ),
    magic("flow records (nfcapd)", &[b"\x0c\xa5\x01\0", b"\x0c\xa5\x02\0"], "convert it: `nfdump -r FILE -o csv`"),
    magic("a macOS unified log", &[b"\0\x10\0\0\x11\0\0\0"], "convert it: `log show --style ndjson --file FILE`"),
    magic("an SQLite database", &[b"SQLite format 3\0"], "export a table: `sqlite3 -json FILE 'select …'`"),
    magic("Parquet", &[b"PAR1\x15"], "convert it to JSON lines, for instance with DuckDB"),
    magic("Avro", &[b"Obj\x01"], "convert it: `avro-tools tojson FILE`"),
    magic("text in UTF-32", &[b"\xff\xfe\0\0", b"\0\0\xfe\xff"], "convert it: `iconv -f UTF-32 -t UTF-8 FILE`"),
    magic("7z", &[b"7z\xbc\xaf\x27\x1c"], UNPACK),
    magic("rar", &[b"Rar!\x1a\x07"], UNPACK),
    magic("lz4", &[b"\x04\x22\x4d\x18"], UNPACK),
    magic("compress (.Z)", &[b"\x1f\x9d"], UNPACK),
    magic(
        "a program",
        &[b"\x7fELF", b"MZ\x90\0", b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe", b"\xca\xfe\xba\xbe"],
        NO_LOG,
    ),
    magic("a picture", &[b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a"], NO_LOG),
    magic("PDF", &[b"%PDF-"], NO_LOG),
    magic("an Office document", &[b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"], "export it as CSV"),
];

/// Login records have no magic number; see [`is_utmp`].
const UTMP: BinaryKind = BinaryKind { name: "login records (utmp, wtmp, btmp)", advice: "convert it: `utmpdump FILE`" };

/// Traces of Windows have no magic number either; see [`is_etl`].
const ETL: BinaryKind = BinaryKind {
    name: "a Windows event trace (ETL)",
    advice: "convert it: `tracerpt FILE -o FILE.evtx -of EVTX`, or `Get-WinEvent -Oldest -Path FILE`",
};

/// What has no name here.
const OTHER: BinaryKind = BinaryKind { name: "binary data", advice: "it is no text, and no format that is known" };

/// What an input is, by its first bytes, if it is not text.
pub(crate) fn binary_kind(head: &[u8]) -> Option<BinaryKind> {
    named_kind(head).or_else(|| is_binary(head).then_some(OTHER))
}

/// What an input is, by its first bytes, if it is one of the kinds that are known by name.
pub(crate) fn named_kind(head: &[u8]) -> Option<BinaryKind> {
    let known = KINDS.iter().find(|row| row.bytes.iter().any(|magic| head.starts_with(magic))).map(|row| row.kind);
    known.or_else(|| is_utmp(head).then_some(UTMP)).or_else(|| is_etl(head).then_some(ETL))
}

/// How much of an input is looked at.
const WINDOW: usize = 8 << 10;
/// A run of zeros this long is what a crash left in a log, and not data.
const CRASH: usize = 64;

/// Whether an input is no text: more than a tenth of its first bytes are control characters that logs do
/// not have, and it is not UTF-16.
fn is_binary(head: &[u8]) -> bool {
    let window = head.get(..WINDOW).unwrap_or(head);
    if recode::is_utf16(head) {
        return false;
    }
    let zeros =
        window.chunk_by(|a, b| *a == 0 && *b == 0).filter(|run| run.len() >= CRASH).map(<[u8]>::len).sum::<usize>();
    let odd = |b: &u8| (*b < 0x20 && !matches!(b, b'\t' | b'\n' | b'\r' | 0x0c | 0x1b)) || *b == 0x7f;
    let controls = window.iter().filter(|b| odd(b)).count() - zeros;
    controls * 10 > window.len() - zeros
}

/// Whether an input starts with a login record as Linux writes it: a type from 0 to 9, a process, then
/// the names of terminal and user, filled up with zeros; 384 bytes in all.
fn is_utmp(head: &[u8]) -> bool {
    const RECORD: usize = 384;
    let is_type = |record: &[u8]| matches!(record, [0..=9, 0, 0, 0, ..]);
    let is_name = |name: &[u8]| {
        let end = name.iter().position(|b| *b == 0).unwrap_or(name.len());
        name.iter().take(end).all(u8::is_ascii_graphic) && name.iter().skip(end).all(|b| *b == 0)
    };
    let (Some(terminal), Some(user)) = (head.get(8..40), head.get(44..76)) else { return false };
    let next = head.get(RECORD..).unwrap_or_default();
    head.len() >= RECORD
        && is_type(head)
        && terminal.first().is_some_and(|b| *b != 0)
        && is_name(terminal)
        && is_name(user)
        && (next.is_empty() || is_type(next))
}

/// Whether an input starts with a buffer of a trace (`WMI_BUFFER_HEADER`), whose first record is the system's own
/// (`SYSTEM_TRACE_HEADER`, of 32 or 64 bits) and tells of the file.
fn is_etl(head: &[u8]) -> bool {
    const RECORD: usize = 0x48;
    let first = head.get(RECORD..).unwrap_or_default();
    let size = head.first_chunk::<4>().map_or(0, |size| u32::from_le_bytes(*size));
    size >= 1024 && size.is_multiple_of(512) && matches!(first, [1..=3, 0, 1 | 2, 0xc0, _, _, 0, 0, ..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_magic_number_names_its_own_kind() {
        for row in KINDS {
            for magic in row.bytes {
                assert_eq!(binary_kind(&[magic, &[0; 32][..]].concat()), Some(row.kind));
            }
        }
    }

    #[test]
    fn login_records_are_known_by_their_layout() {
        let mut record = vec![0; 384];
        record[0] = 7;
        record[4..8].copy_from_slice(&[0x34, 0x12, 0, 0]);
        record[8..13].copy_from_slice(b"pts/0");
        record[44..48].copy_from_slice(b"root");
        assert_eq!(binary_kind(&record), Some(UTMP));
        record[384 - 1] = 1;
        assert_eq!(binary_kind(&[record.clone(), record.clone()].concat()), Some(UTMP));
        record[8] = 0;
        assert_eq!(binary_kind(&record), Some(OTHER));
    }

    #[test]
    fn traces_are_known_by_their_first_record() {
        let mut trace = vec![0; 0x1000];
        trace[..4].copy_from_slice(&[0, 0, 1, 0]);
        trace[0x48..0x50].copy_from_slice(&[2, 0, 2, 0xc0, 0x18, 1, 0, 0]);
        assert_eq!(binary_kind(&trace), Some(ETL));
        trace[0x4a] = 7;
        assert_ne!(binary_kind(&trace), Some(ETL));
    }

    #[test]
    fn text_is_not_binary() {
        let crash =
            [&b"Nov 14 22:13:20 h app[1]: before\n"[..], &[0; 4096], b"Nov 14 22:13:21 h app[1]: after\n"].concat();
        let colours = b"\x1b[31mred\x1b[0m\tx\r\n".repeat(9);
        let utf16: Vec<u8> = "user=alice\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        for text in [&b""[..], b"plain\n", b"caf\xe9\n", &crash, &colours, &utf16, &[0; 100]] {
            assert_eq!(binary_kind(text), None, "{text:?}");
        }
        let numbers: Vec<u8> = (0..2000_u32).flat_map(u32::to_le_bytes).collect();
        assert_eq!(binary_kind(&numbers), Some(OTHER));
    }
}
