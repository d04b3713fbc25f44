//! The table of `docs/reliability.md`: what is tried, how often, what happens, which test does it. `ACCEPT=1` writes it
//! anew. Cases are counted where the tests take them from; those of the corpora only where `CORPORA_DIR` is set.

use super::{inputs, memory, outputs, sandbox, signals, surroundings};
use crate::corpora::damage;
use crate::readme::text;
use crate::support::{FORMATS, files, root};
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

/// One kind of fault or hostile input.
struct Row {
    what: &'static str,
    /// How many cases; nothing where they cannot be counted now.
    cases: fn() -> Option<usize>,
    happens: &'static str,
    /// `faults::outputs::a_full_disk…`, as `cargo test` takes it.
    test: &'static str,
}

const PAGE: &str = "docs/reliability.md";
const OLD: &str = "5, what and where on one line; the old report stays, nothing else is left";

static ROWS: &[Row] = &[
    Row {
        what: "disk full while a report is written (64 KiB file system)",
        cases: || Some(FORMATS.len()),
        happens: OLD,
        test: "faults::outputs::a_full_disk_keeps_the_old_report_and_says_where",
    },
    Row {
        what: "disk full for one of several reports",
        cases: || Some(1),
        happens: "5; the others are whole",
        test: "faults::outputs::a_disk_that_is_full_costs_no_other_report",
    },
    Row {
        what: "disk full behind standard output",
        cases: || Some(FORMATS.len() + 1),
        happens: "5, one line",
        test: "faults::outputs::standard_output_that_is_full_is_told",
    },
    Row {
        what: "read-only target",
        cases: || Some(outputs::READ_ONLY.len()),
        happens: "5 before anything is scanned",
        test: "faults::outputs::a_place_nothing_may_be_written_to_is_told_before_the_scan",
    },
    Row {
        what: "single mounted file as target (EBUSY), also in a read-only folder",
        cases: || Some(outputs::SINGLE.len() * 4),
        happens: "0, written in place, whole",
        test: "faults::outputs::a_single_mounted_file_is_written_in_place",
    },
    Row {
        what: "single mounted file on a full disk",
        cases: || Some(1),
        happens: "5; the file is empty, not half a report",
        test: "faults::outputs::a_mounted_file_on_a_full_disk_holds_no_half_report",
    },
    Row {
        what: "EIO and ENOSPC while writing",
        cases: || Some(outputs::WRITING.len() * 3),
        happens: OLD,
        test: "faults::outputs::errors_while_writing_keep_the_old_report",
    },
    Row {
        what: "readers that hang up; streams that are closed",
        cases: || Some(outputs::PIPES.len() * FORMATS.len() + outputs::CLOSED.len() * 2 + 2),
        happens: "0, silent",
        test: "faults::outputs::readers_that_hang_up_are_no_error_on_any_stream",
    },
    Row {
        what: "EIO in the middle of an input",
        cases: || Some(inputs::BROKEN.len()),
        happens: "4, named with its line; what stood before and all other inputs are scanned",
        test: "faults::inputs::what_cannot_be_read_further_is_named_with_its_line",
    },
    Row {
        what: "inputs that cannot be opened, or vanish before",
        cases: || Some(inputs::UNOPENED.len()),
        happens: "4, named; the others are scanned",
        test: "faults::inputs::what_cannot_be_opened_or_begun_is_named",
    },
    Row {
        what: "inputs that shrink, grow or are removed while they are read",
        cases: || Some(inputs::CHANGES.len()),
        happens: "read whole, or 4 and named",
        test: "faults::inputs::an_input_that_changes_while_it_is_read_is_read_whole_or_named",
    },
    Row {
        what: "inputs that are gone or replaced when a stamp without a year is met late",
        cases: || Some(inputs::YEARLESS.len()),
        happens: "4 and named, with the date years were counted from; read whole",
        test: "faults::inputs::an_input_that_is_gone_when_its_years_are_asked_for_is_named",
    },
    Row {
        what: "named pipes and `/dev/stdin`, packed or not",
        cases: || Some(inputs::NAMED_PIPES.len()),
        happens: "0, read whole",
        test: "faults::inputs::a_pipe_that_is_named_is_read_whole",
    },
    Row {
        what: "permission denied, of every kind of file",
        cases: || Some(inputs::DENIED.len()),
        happens: "2, 3, 4 or 5, with the file and the way out",
        test: "faults::inputs::what_the_user_may_not_read_or_write_is_named",
    },
    Row {
        what: "SIGINT, SIGTERM, SIGHUP while standard input is read",
        cases: || Some(signals::SIGNALS.len() * 3),
        happens: "130; the old report stays, nothing else is left",
        test: "faults::signals::a_signal_while_reading_leaves_the_old_report",
    },
    Row {
        what: "the same while a file is read",
        cases: || Some(signals::SIGNALS.len()),
        happens: "130; the old report stays",
        test: "faults::signals::a_signal_while_a_file_is_read_leaves_the_old_report",
    },
    Row {
        what: "the same while a report is written",
        cases: || Some(signals::SIGNALS.len() * 3),
        happens: "130; the old report stays",
        test: "faults::signals::a_signal_while_writing_leaves_the_old_report",
    },
    Row {
        what: "language, time zone and other variables",
        cases: || Some(surroundings::VARIABLES.len()),
        happens: "the same bytes",
        test: "faults::surroundings::language_and_zone_change_nothing",
    },
    Row {
        what: "clocks: long ago, far ahead, beyond all dates, backwards",
        cases: || Some(surroundings::CLOCKS.len() * 3),
        happens: "0, the same bytes",
        test: "faults::surroundings::the_clock_changes_nothing_and_may_run_backwards",
    },
    Row {
        what: "5,000 files with 64 open files allowed",
        cases: || Some(2),
        happens: "0, complete",
        test: "faults::surroundings::five_thousand_files_need_no_more_than_sixty_four_open_ones",
    },
    Row {
        what: "stacks of 256 KiB, inputs and rules that nest 200,000 deep",
        cases: || Some(surroundings::deep().len()),
        happens: "read or refused; no overflow",
        test: "faults::surroundings::small_stacks_are_enough_for_whatever_nests",
    },
    Row {
        what: "stacks of 256 KiB over the hostile inputs",
        cases: || of_corpus("nasty"),
        happens: "read or refused; no overflow",
        test: "faults::surroundings::small_stacks_are_enough_for_hostile_inputs",
    },
    Row {
        what: "shapes that ask for much memory",
        cases: || Some(memory::SHAPES.len()),
        happens: "0 or 4 within 256 MiB; what is cut or left out is counted",
        test: "faults::memory::no_shape_of_an_input_takes_more_than_its_memory",
    },
    Row {
        what: "a process that was taken over: files, programs, connections",
        cases: || Some(sandbox::TRIED.len()),
        happens: "the system refuses",
        test: "faults::sandbox::whoever_gets_hold_of_the_process_is_shut_in",
    },
    Row {
        what: "the same in commands other than `scan`",
        cases: || Some(sandbox::READERS.len()),
        happens: "the system refuses; `verify` may read",
        test: "faults::sandbox::every_command_that_reads_shuts_itself_in",
    },
    Row {
        what: "a kernel without Landlock",
        cases: || Some(1),
        happens: "0, noted with `-v`",
        test: "faults::sandbox::a_kernel_without_landlock_is_noted_and_scans_all_the_same",
    },
    Row {
        what: "system calls of all formats, reports, archives and commands",
        cases: || Some(TRACED),
        happens: "none but those of [hardening.md](hardening.md); no file but what was named",
        test: "faults::trace::nothing_is_called_opened_or_written_but_what_was_named",
    },
    Row {
        what: "hostile inputs: encodings",
        cases: || of_corpus("nasty/enc"),
        happens: "counted exactly",
        test: "corpora::nasty::every_hostile_input_is_counted_exactly",
    },
    Row {
        what: "hostile inputs: JSON",
        cases: || of_corpus("nasty/json"),
        happens: "counted exactly",
        test: "corpora::nasty::every_hostile_input_is_counted_exactly",
    },
    Row {
        what: "hostile inputs: CSV",
        cases: || of_corpus("nasty/csv"),
        happens: "counted exactly; cells are harmless",
        test: "corpora::nasty::every_hostile_input_is_counted_exactly",
    },
    Row {
        what: "hostile inputs: XML",
        cases: || of_corpus("nasty/xml"),
        happens: "no other file is read",
        test: "corpora::nasty::every_hostile_input_is_counted_exactly",
    },
    Row {
        what: "hostile inputs: times",
        cases: || of_corpus("nasty/time"),
        happens: "a bad stamp costs the stamp",
        test: "corpora::nasty::every_hostile_input_is_counted_exactly",
    },
    Row {
        what: "hostile inputs: gzip",
        cases: || of_corpus("nasty/gz"),
        happens: "the cut is named",
        test: "corpora::nasty::every_hostile_input_is_counted_exactly",
    },
    Row {
        what: "hostile inputs: zip",
        cases: || of_corpus("nasty/zip"),
        happens: "nothing is written",
        test: "corpora::nasty::every_hostile_input_is_counted_exactly",
    },
    Row {
        what: "hostile inputs: tar",
        cases: || of_corpus("nasty/tar"),
        happens: "links and devices are skipped and named",
        test: "corpora::nasty::every_hostile_input_is_counted_exactly",
    },
    Row {
        what: "hostile inputs: EVTX",
        cases: || of_corpus("nasty/evtx"),
        happens: "4, the chunk is named",
        test: "corpora::nasty::every_hostile_input_is_counted_exactly",
    },
    Row {
        what: "values that attack terminals, browsers, spreadsheets, CI",
        cases: || of_corpus("nasty/attack"),
        happens: "harmless in every report",
        test: "corpora::nasty::hostile_values_are_harmless_in_every_report",
    },
    Row {
        what: "hostile rules",
        cases: || of_corpus("nasty/rules"),
        happens: "refused by name; the others run",
        test: "corpora::nasty::hostile_rules_are_refused_by_name_and_others_still_run",
    },
    Row {
        what: "folders with links, loops, pipes, closed files",
        cases: || Some(4),
        happens: "each file once; the rest is named",
        test: "corpora::nasty::folders_with_links_and_pipes_are_walked_once",
    },
    Row {
        what: "bombs and mazes of archives",
        cases: || Some(3),
        happens: "stopped at a bound, 4",
        test: "containers::bombs_and_mazes_are_stopped",
    },
    Row {
        what: "damaged copies of logs: cut, struck, zeroed (`.ci/damage` for all of them)",
        cases: || Some(damage::copies(&PathBuf::from(std::env::var_os("CORPORA_DIR")?))),
        happens: "books add up; what stands before and behind is found, what is lost is named",
        test: "corpora::damage::damage_costs_what_was_struck_and_the_books_stay_exact",
    },
];

/// Runs of the suite that is traced, without the corpora.
const TRACED: usize = 12;

/// The files below a folder of the corpora.
fn of_corpus(folder: &str) -> Option<usize> {
    let place = PathBuf::from(std::env::var_os("CORPORA_DIR")?).join("corpus").join(folder);
    let is_case = |path: &PathBuf| {
        path.extension().is_none_or(|e| {
            !["md", "sh"].iter().any(|no| e == *no) && path.file_name().is_none_or(|n| n != "cases.json")
        })
    };
    Some(files(&place).into_iter().filter(is_case).count())
}

/// The number a page has in the row of a test and its words.
fn written(page: &str, row: &Row) -> Option<usize> {
    let start = format!("| {} | ", row.what);
    page.lines().find_map(|line| line.strip_prefix(&start)?.split(' ').next()?.parse().ok())
}

/// Whether there is such a test.
fn is_a_test(name: &str) -> bool {
    let (path, function) = name.rsplit_once("::").expect("a path");
    let file = root().join("tests").join(format!("{}.rs", path.replace("::", "/")));
    let source = fs::read_to_string(&file).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
    source.contains(&format!("#[test]\nfn {function}()"))
}

#[test]
fn the_table_tells_what_the_tests_do() {
    let page = text(PAGE);
    let (before, rest) = page.split_once("<!-- table -->\n").expect("the table begins");
    let (_, after) = rest.split_once("<!-- end -->").expect("the table ends");
    let mut table = "| what | cases | what happens | test |\n|---|---|---|---|\n".to_owned();
    for row in ROWS {
        assert!(is_a_test(row.test), "{} is no test", row.test);
        let cases = (row.cases)().or_else(|| written(&page, row)).map_or_else(|| "–".to_owned(), |n| n.to_string());
        writeln!(table, "| {} | {cases} | {} | `{}` |", row.what, row.happens, row.test).expect("memory");
    }
    let wanted = format!("{before}<!-- table -->\n{table}<!-- end -->{after}");
    if std::env::var_os("ACCEPT").is_some() {
        fs::write(root().join(PAGE), wanted).expect("it can be written");
        return;
    }
    assert!(page == wanted, "{PAGE} is not what the tests do (accept it with ACCEPT=1)");
}

#[test]
fn every_fault_has_a_row() {
    for file in files(&root().join("tests/faults")) {
        let module = file.file_stem().expect("a name").to_string_lossy().into_owned();
        if file.extension().is_none_or(|e| e != "rs") || module == "table" {
            continue;
        }
        let source = fs::read_to_string(&file).expect("it can be read");
        for function in source.split("#[test]\nfn ").skip(1).filter_map(|rest| rest.split('(').next()) {
            let name = format!("faults::{module}::{function}");
            let is_control =
                ["without_the_sandbox_the_same_succeeds", "everything_that_is_named_can_be_read"].contains(&function);
            assert!(is_control || ROWS.iter().any(|row| row.test == name), "{name} has no row");
        }
    }
}
