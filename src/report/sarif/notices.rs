//! What went wrong, as the notifications of the one invocation (design page `sarif.md` section 7).
//!
//! Never of level `error`: the standard reads that as a run that failed, and GitHub then drops every result.

use super::fit::Diet;
use super::places::Places;
use super::text::plain;
use super::{message, multiformat, text};
use crate::model::{Problem, ProblemKind, Report};
use crate::report::{Options, counted, thousands};
use serde_json::json;
use serde_sarif::sarif::{Invocation, Notification, ReportingDescriptor, ReportingDescriptorReference};

/// More notifications than this are counted in one more.
const NOTICES: usize = 100;

/// Which of the invocation's two lists a notice stands in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Execution,
    Configuration,
}

/// One row of [`NOTICE_KINDS`].
struct NoticeKind {
    id: &'static str,
    name: &'static str,
    part: Part,
    level: &'static str,
    /// A sentence: what it means, and what to do.
    summary: &'static str,
    help: &'static str,
}

/// All kinds of notices, by id.
static NOTICE_KINDS: &[NoticeKind] = &[
    NoticeKind {
        id: "LSN001",
        name: "UnparsedLines",
        part: Part::Execution,
        level: "warning",
        summary: "Lines of a log could not be parsed.",
        help: "The lines were counted and left out. If the format was recognised wrongly, name it with --input-format.",
    },
    NoticeKind {
        id: "LSN002",
        name: "AlertsLeftOut",
        part: Part::Execution,
        level: "warning",
        summary: "Alerts were left out because there are too many.",
        help: "The worst were kept. Raise --sarif-max-results or --max-alerts, or exclude a rule that is too loud.",
    },
    NoticeKind {
        id: "LSN003",
        name: "UnreadableInput",
        part: Part::Execution,
        level: "warning",
        summary: "An input could not be read, or not to its end.",
        help: "The scan went on without it: alerts that are missing may still be there.",
    },
    NoticeKind {
        id: "LSN004",
        name: "RuleNotLoaded",
        part: Part::Configuration,
        level: "warning",
        summary: "A rule could not be loaded.",
        help: "The other rules ran. What is wrong and where: logsentry rules check PATH.",
    },
    NoticeKind {
        id: "LSN005",
        name: "UnknownExcludedRule",
        part: Part::Configuration,
        level: "warning",
        summary: "A rule to be excluded does not exist.",
        help: "The option --exclude-rule takes the id or the exact title of a rule: logsentry rules lists both.",
    },
    NoticeKind {
        id: "LSN006",
        name: "SuppressionExpired",
        part: Part::Configuration,
        level: "note",
        summary: "An ignore entry is past its date.",
        help: "Its alerts are back. Renew the entry with a reason, or remove it.",
    },
    NoticeKind {
        id: "LSN007",
        name: "SuppressionUnused",
        part: Part::Configuration,
        level: "note",
        summary: "An ignore entry matched nothing.",
        help: "What it was for may be gone: remove the entry.",
    },
    NoticeKind {
        id: "LSN008",
        name: "TimeNotUnderstood",
        part: Part::Execution,
        level: "warning",
        summary: "Events have no usable time, or one whose year was assumed.",
        help: "Events without a time take no part in correlations. Give the year with --year and the zone with --tz.",
    },
    NoticeKind {
        id: "LSN009",
        name: "StateLimit",
        part: Part::Execution,
        level: "warning",
        summary: "Correlations reached their bound of memory.",
        help: "Some hits came too late to be counted. Give correlations more with --correlation-memory.",
    },
    NoticeKind {
        id: "LSN010",
        name: "RecordsAltered",
        part: Part::Execution,
        level: "note",
        summary: "Bytes of records were replaced, or records were cut.",
        help: "Bytes that are not text were replaced and overlong records cut before rules looked at them.",
    },
];

/// The descriptors the notices refer to, in the order of the table.
pub(super) fn descriptors() -> Vec<ReportingDescriptor> {
    NOTICE_KINDS
        .iter()
        .map(|kind| ReportingDescriptor {
            name: Some(kind.name.to_owned()),
            short_description: Some(multiformat(kind.summary)),
            full_description: Some(multiformat(format!("{} {}", kind.summary, kind.help))),
            help: Some(multiformat(kind.help)),
            ..ReportingDescriptor::builder().id(kind.id).build()
        })
        .collect()
}

pub(super) fn invocation(
    report: &Report,
    places: &Places,
    (kept, dropped, diet): (usize, usize, Diet),
    options: &Options,
) -> Invocation {
    let mut notices: Vec<(usize, Notification)> = Vec::new();
    if dropped > 0 {
        let total = kept.saturating_add(dropped);
        let text = format!("{total} alerts, {kept} results written, {dropped} left out.");
        notices.push(notice("LSN002", text, None));
    }
    if diet != Diet::default() {
        let what = diet.words().join(", ");
        let text = format!("Left out, since the file would be larger than GitHub takes: {what}.");
        notices.push(notice("LSN002", text, None));
    }
    notices.extend(report.problems.iter().map(|problem| {
        let locations = places.lines(&problem.path, &problem.first);
        notice(kind_of(problem), problem_text(problem), locations)
    }));
    // Stable: problems of one kind stay in the order of the report.
    notices.sort_by_key(|(row, _)| *row);
    let left = notices.len().saturating_sub(NOTICES);
    notices.truncate(NOTICES);
    if left > 0 {
        let left = u64::try_from(left).unwrap_or(u64::MAX);
        notices.push(notice(
            "LSN003",
            format!("{} are not listed.", counted(left, "more problem", "more problems")),
            None,
        ));
    }
    let of = |part: Part| -> Option<Vec<Notification>> {
        let wanted = |(row, _): &&(usize, Notification)| NOTICE_KINDS.get(*row).is_some_and(|kind| kind.part == part);
        let list: Vec<Notification> = notices.iter().filter(wanted).map(|(_, notice)| notice.clone()).collect();
        (!list.is_empty()).then_some(list)
    };
    Invocation {
        exit_code: options.exit.as_ref().map(|(code, _)| i64::from(*code)),
        exit_code_description: options.exit.as_ref().map(|(_, meaning)| meaning.clone()),
        tool_execution_notifications: of(Part::Execution),
        tool_configuration_notifications: of(Part::Configuration),
        start_time_utc: options.times.as_ref().map(|(start, _)| start.clone()),
        end_time_utc: options.times.as_ref().map(|(_, end)| end.clone()),
        ..Invocation::builder().execution_successful(true).build()
    }
}

fn notice(id: &str, words: String, locations: Option<Vec<serde_sarif::sarif::Location>>) -> (usize, Notification) {
    let row = NOTICE_KINDS
        .iter()
        .position(|kind| kind.id == id)
        .expect("ids are written once above, and a test asks for each");
    let notification = Notification {
        descriptor: Some(ReportingDescriptorReference {
            id: Some(id.to_owned()),
            index: i64::try_from(row).ok(),
            ..ReportingDescriptorReference::default()
        }),
        level: NOTICE_KINDS.get(row).map(|kind| json!(kind.level)),
        locations,
        ..Notification::builder().message(message(words)).build()
    };
    (row, notification)
}

fn kind_of(problem: &Problem) -> &'static str {
    match problem.kind {
        ProblemKind::Unparsed => "LSN001",
        ProblemKind::Unreadable | ProblemKind::Skipped => "LSN003",
        ProblemKind::RuleRejected => "LSN004",
        ProblemKind::UnknownExclude => "LSN005",
        ProblemKind::SuppressionExpired => "LSN006",
        ProblemKind::SuppressionUnused => "LSN007",
        ProblemKind::NoTime | ProblemKind::YearAssumed => "LSN008",
        ProblemKind::Truncated | ProblemKind::Repaired => "LSN010",
        // A limit of an input names it; of those of the whole run one is about alerts.
        ProblemKind::Limit if !problem.path.is_empty() => "LSN003",
        ProblemKind::Limit if problem.message.contains("alert") => "LSN002",
        ProblemKind::Limit => "LSN009",
    }
}

fn problem_text(problem: &Problem) -> String {
    let mut out = plain(&problem.message);
    if let Some(first) = out.chars().next() {
        out.replace_range(..first.len_utf8(), &first.to_uppercase().to_string());
    }
    let place = if problem.path.is_empty() { String::new() } else { format!(" ({})", plain(shown_path(problem))) };
    let times = if problem.count > 1 { format!(", {} times", thousands(problem.count)) } else { String::new() };
    text::sentence(&text::cut(&format!("{out}{place}{times}"), 1_000))
}

/// A rule file outside the tree is given by an absolute path, which is nobody's business but the machine's.
fn shown_path(problem: &Problem) -> &str {
    let path = problem.path.as_str();
    let absolute = path.starts_with(['/', '\\']) || path.as_bytes().get(1) == Some(&b':');
    if absolute { path.rsplit(['/', '\\']).next().unwrap_or(path) } else { path }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(path: &str, kind: ProblemKind, message: &str) -> Problem {
        Problem {
            path: path.to_owned(),
            kind,
            count: 1,
            first: Vec::new(),
            message: message.to_owned(),
            incomplete: false,
        }
    }

    #[test]
    fn no_notice_is_an_error_and_ids_count_up() {
        for (at, kind) in NOTICE_KINDS.iter().enumerate() {
            assert_eq!(kind.id, format!("LSN{:03}", at + 1));
            assert!(kind.level == "warning" || kind.level == "note", "{}", kind.id);
        }
    }

    #[test]
    fn every_kind_of_problem_has_its_notice() {
        use ProblemKind as K;
        let cases = [
            ("a.log", K::Unparsed, "x", "LSN001"),
            ("", K::Limit, "more than 100000 alerts", "LSN002"),
            ("a.zip", K::Limit, "unpacks to too much", "LSN003"),
            ("a.log", K::Unreadable, "x", "LSN003"),
            ("a.pcap", K::Skipped, "x", "LSN003"),
            ("r.yml", K::RuleRejected, "x", "LSN004"),
            ("", K::UnknownExclude, "x", "LSN005"),
            ("", K::SuppressionExpired, "x", "LSN006"),
            ("", K::SuppressionUnused, "x", "LSN007"),
            ("a.log", K::NoTime, "x", "LSN008"),
            ("a.log", K::YearAssumed, "x", "LSN008"),
            ("", K::Limit, "the correlation memory was full", "LSN009"),
            ("a.log", K::Repaired, "x", "LSN010"),
            ("a.log", K::Truncated, "x", "LSN010"),
        ];
        for (path, kind, words, want) in cases {
            let problem = problem(path, kind, words);
            assert_eq!(kind_of(&problem), want);
            assert_eq!(
                notice(want, problem_text(&problem), None).1.descriptor.and_then(|d| d.id).as_deref(),
                Some(want)
            );
        }
    }

    #[test]
    fn paths_of_the_machine_do_not_get_out() {
        let text = problem_text(&problem("/home/bob/rules/x.yml", ProblemKind::RuleRejected, "`re` is wrong"));
        assert_eq!(text, "'re' is wrong (x.yml).");
    }

    #[test]
    fn of_many_problems_a_hundred_are_listed_and_the_rest_counted() {
        let problems = (0..250).map(|n| problem(&format!("{n}.log"), ProblemKind::Unparsed, "x")).collect();
        let report = Report { problems, ..Report::default() };
        let invocation = invocation(&report, &Places::new(&[], 0), (0, 0, Diet::default()), &Options::default());
        let notices = invocation.tool_execution_notifications.unwrap_or_default();
        assert_eq!(notices.len(), NOTICES + 1);
        assert_eq!(notices.last().and_then(|n| n.message.text.as_deref()), Some("150 more problems are not listed."));
    }
}
