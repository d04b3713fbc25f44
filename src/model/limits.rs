//! The one place for every bound.

/// A line of text longer than this is cut for matching; the rest is skipped.
pub(crate) const LINE: usize = 1 << 20;
/// A JSON value longer than this is cut and unparsed (Kubernetes audit, Windows script blocks are long).
pub(crate) const JSON_VALUE: usize = 16 << 20;
/// How deep JSON may nest.
pub(crate) const JSON_DEPTH: usize = 512;
/// Values one JSON record may hold.
pub(crate) const JSON_VALUES: usize = 1 << 20;
/// Bytes the dotted names of one JSON record may have together: a long name around many short ones
/// would otherwise multiply.
pub(crate) const JSON_NAMES: usize = 32 << 20;
/// A string longer than this is not looked into for JSON of its own.
pub(crate) const JSON_IN_STRING: usize = 256 << 10;
/// How deep the elements of an event in XML may nest.
pub(crate) const XML_DEPTH: usize = 64;
/// A longer name of an element is not put in front of what is inside.
pub(crate) const XML_NAME: usize = 256;
/// How deep values of OpenTelemetry may nest; deeper ones are not told.
pub(crate) const OTLP_DEPTH: usize = 16;
/// Lines inside members of objects inside lines: so deep they are looked into.
pub(crate) const INSIDE: u8 = 4;
/// A quoted CSV row may cover this many lines or bytes before its quote counts as never closed.
pub(crate) const CSV_ROW_LINES: usize = 1_000;
/// See [`CSV_ROW_LINES`].
pub(crate) const CSV_ROW_BYTES: usize = 1 << 20;
/// What a compiled expression of the user may take.
pub(crate) const EXPRESSION: usize = 10 << 20;
/// What a pattern of a declared format may be long, its macros spelt out.
pub(crate) const EXPRESSION_TEXT: usize = 64 << 10;
/// Pairs that a record of a declared format gives beside what its patterns name.
pub(crate) const VARIABLES: usize = 1_024;
/// The name of a declared format.
pub(crate) const FORMAT_NAME: usize = 40;
/// A record made of several lines (stack traces) ends after this many lines or bytes.
pub(crate) const RECORD_LINES: usize = 500;
/// See [`RECORD_LINES`].
pub(crate) const RECORD_BYTES: usize = 256 << 10;
/// Lines of one record that stand apart (audit events) are looked for within this many lines of the first one.
pub(crate) const JOIN_LINES: u64 = 1_000;
/// And within this many bytes.
pub(crate) const JOIN_BYTES: u64 = 4 << 20;
/// How much of an input is looked at to recognise its format.
pub(crate) const SNIFF_BYTES: usize = 64 << 10;
/// How many non-blank lines of it.
pub(crate) const SNIFF_LINES: usize = 200;
/// Containers inside containers.
pub(crate) const NESTING: usize = 4;
/// Unpacked bytes per packed byte, once [`RATIO_FREE`] bytes were unpacked.
pub(crate) const RATIO: usize = 200;
/// Unpacked bytes before the ratio is looked at.
pub(crate) const RATIO_FREE: u64 = 64 << 20;
/// A sample's raw text is cut at this many bytes.
pub(crate) const SAMPLE_RAW: usize = 2 << 10;
/// A sample's values are cut at this many bytes.
pub(crate) const SAMPLE_VALUE: usize = 512;
/// Values of one field a sample shows.
pub(crate) const SAMPLE_VALUES: usize = 32;
/// Bytes of a sample, its record and the names and values of its fields together; what does not fit is left out.
pub(crate) const SAMPLE_TEXT: usize = 64 << 10;
/// An entity's value is cut at this many bytes; a longer one is told apart by a digest of the whole.
pub(crate) const ENTITY_VALUE: usize = 4 << 10;
/// Of the values of one entry of a rule, how many an explanation shows that are met, and how many that are not.
pub(crate) const EXPLAINED_VALUES: usize = 12;
/// Kinds of events an explanation counts that had not earned the rule's log source.
pub(crate) const EXPLAINED_OTHERS: usize = 5;
/// Windows of one correlation an explanation tells of, one a group.
pub(crate) const EXPLAINED_WINDOWS: usize = 3;
/// Events an explanation tells in full when none matched.
pub(crate) const EXPLAINED_MISSES: usize = 3;
/// All samples of all alerts together. A third of it again goes to the gaps that replaced samples leave in memory.
/// All samples of all alerts together.
pub(crate) const SAMPLE_TOTAL: usize = 48 << 20;
/// The share of correlations in [`SAMPLE_TOTAL`]: their events are small.
pub(crate) const SAMPLE_BURSTS: usize = 16 << 20;
/// Lines standard error has for problems of one kind; reports have all of them.
pub(crate) const PROBLEM_LINES: usize = 10;
/// Alerts kept in full.
pub(crate) const ALERTS: usize = 100_000;
/// Suppressed alerts kept in full, detections and correlations each; the rest is one alert a rule.
pub(crate) const SUPPRESSED: usize = 10_000;
/// Samples of suppressed alerts, detections and correlations each.
pub(crate) const SUPPRESSED_SAMPLES: usize = 2 << 20;
/// Suppressed alerts of detections, and of correlations, whose reason is remembered: those with the smallest fingerprints.
pub(crate) const REASONS: usize = 50_000;
/// Blocks whose places are remembered for correlations: those with hits. 24 bytes each, so 48 MiB are some 256 GiB of text
/// with hits everywhere.
pub(crate) const CORRELATED_BLOCKS: usize = 1 << 21;
/// An ignore file longer than this is refused.
pub(crate) const IGNORE_BYTES: u64 = 4 << 20;
/// A baseline longer than this is refused: 100,000 alerts with all their samples are half of it.
pub(crate) const BASELINE_BYTES: u64 = 1 << 30;
/// Sample events an alert keeps: the first ones and the last.
pub(crate) const SAMPLES: usize = 20;
/// Layouts of records a worker tells apart; further ones are looked at without what is known of a layout.
pub(crate) const LAYOUTS: usize = 4_096;
/// Fields of a record whose layout is known.
pub(crate) const LAYOUT_FIELDS: usize = 256;
/// Groups of fields a worker has plans for, all layouts together; records of further ones are looked at question by question.
pub(crate) const PLAN_GROUPS: usize = 1 << 15;
/// Rules, and places of fields they look at, of which a worker remembers what matches left behind in a block.
pub(crate) const REPEATS: usize = 1 << 16;
/// A longer name of a field is looked up whenever it is met; shorter ones are remembered, so many by each worker.
pub(crate) const NAME_KNOWN: usize = 256;
/// See [`NAME_KNOWN`].
pub(crate) const NAMES_KNOWN: usize = 1 << 14;
/// Members of objects that a worker remembers, by where they stand.
pub(crate) const MEMBERS_KNOWN: u32 = 1 << 14;
/// Sets of log sources a worker remembers the rules of.
pub(crate) const ROUTES: usize = 4_096;
/// Sets of rules on one field that are looked for together on more than one route.
pub(crate) const INDEXES: usize = 16_384;
/// Bytes of what tells a kind of records, where it is remembered: classes, names, program, channel, provider.
pub(crate) const KIND_KNOWN: usize = 1_024;
/// Memory for waiting hits, keys and windows of correlations.
pub(crate) const CORRELATION_BYTES: usize = 96 << 20;
/// Events a correlation match lists in the `matches` stream.
pub(crate) const MATCH_EVENTS: usize = 1_000;
/// Unpacked text of one input before the next open input takes its turn.
pub(crate) const TURN: u64 = 4 << 20;
/// Inputs that are open and take turns.
pub(crate) const OPEN_INPUTS: usize = 16;
/// How much of a pipe is looked through for years of year-less stamps.
pub(crate) const YEAR_WINDOW: usize = 64 << 20;
/// Unpacked bytes a block of work holds, unless told otherwise. What a noisy block finds is many times its size, and
/// several are under way: with 1 MiB a gigabyte of loud logs peaked at 305 MiB, with this at 255.
pub(crate) const BLOCK: usize = 128 << 10;
/// A rule file longer than this is refused.
pub(crate) const RULE_BYTES: usize = 32 << 20;
/// How deep lists and maps of a rule, and brackets of a condition, may nest.
pub(crate) const RULE_DEPTH: usize = 64;
/// What YAML anchors and aliases of one rule file may copy.
pub(crate) const RULE_ALIAS_BYTES: usize = 16 << 20;
/// Values that modifiers may make of the values of one rule, and operands its conditions may spell out.
pub(crate) const RULE_EXPANSIONS: usize = 200_000;
/// Errors, and warnings, told of one document of a rule file.
pub(crate) const RULE_DIAGNOSTICS: usize = 100;
/// What `action` documents of one rule file may copy.
pub(crate) const RULE_MERGE_BYTES: usize = 256 << 20;
/// Members of one archive, those of archives inside it included.
pub(crate) const MEMBERS: usize = 10_000;
/// A zip archive inside another container, and any archive on standard input, is held in memory up to this size: its
/// directory stands at its end, and a pipe can be read only once.
pub(crate) const HELD_ARCHIVE: usize = 64 << 20;
/// Names and attributes of one tar member that stand in headers of their own.
pub(crate) const TAR_NAMES: u64 = 1 << 20;
/// Members left out of one archive that are named one by one; further ones are counted.
pub(crate) const SKIPPED_NAMED: usize = 100;
