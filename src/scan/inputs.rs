//! From paths to logs in the order they are read: finds the inputs, looks into archives, looks at every log.
//!
//! Every log becomes an input of the report, sorted by what it is called; so does every archive, with what was left out of
//! it. Logs start in order of their first stamp, then path;
//! members of an archive that is read in one pass follow each other and take their turns as one.

use super::look::{self, Context, Look, Looked, Origin};
use crate::config::Config;
use crate::model::{Books, InputSummary, Problem, ProblemKind, SourceId, Time, limits};
use crate::source::{self, Bounds, Found, OpenError, Opened, Place, Shower, Step, Stream, Walk};
use rayon::prelude::*;
use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Everything there is to read.
pub(super) struct Inputs {
    /// The inputs of the report, by their ids.
    pub(super) rows: Vec<InputSummary>,
    /// The logs, in the order in which they are to be opened.
    pub(super) waiting: Vec<Series>,
    /// What cannot be read, and why.
    pub(super) problems: Vec<Problem>,
    /// Inputs that `--include` and `--exclude` leave out.
    pub(super) left_out: u64,
}

/// Logs that are read one after the other: one, or the members of an archive.
pub(super) struct Series {
    members: VecDeque<Looked>,
    /// The archive they are in, and how far it was walked.
    walk: Option<(Walk, usize)>,
    root: Option<Arc<Found>>,
}

/// One input of the report, before it is read.
struct Row {
    summary: InputSummary,
    problems: Vec<Problem>,
    log: Option<Box<Looked>>,
}

/// What one path gives.
struct Given {
    rows: Vec<Row>,
    left_out: u64,
}

/// Finds everything below `paths` and looks at it.
pub(super) fn inputs(context: &Context<'_>, directory: &Path, paths: &[PathBuf]) -> Inputs {
    let config = context.config;
    let mut shower = Shower::new(&root(config, directory), config.path_rewrites.clone());
    let mut discovered = source::discover(paths, &config.outputs, &config.stdin_name, &mut shower);
    let mut problems = discovered.problems;
    let found = discovered.inputs.len();
    discovered.inputs.retain(|found| !context.reading.wanted.excludes(&found.shown));
    let mut left_out = (found - discovered.inputs.len()) as u64;
    let given: Vec<Given> = discovered.inputs.into_par_iter().map(|found| given(context, found)).collect();
    left_out += given.iter().map(|given| given.left_out).sum::<u64>();
    let mut rows: Vec<Row> = given.into_iter().flat_map(|given| given.rows).collect();
    let is_bare = |row: &Row| row.log.is_none() && row.problems.is_empty();
    let is_nothing = rows.is_empty() || (left_out > 0 && rows.iter().all(is_bare));
    if is_nothing && !config.allow_empty {
        let message = match left_out {
            0 => "nothing to scan was found; `--allow-empty` if that is meant",
            _ => "--include and --exclude left nothing to scan; `--allow-empty` if that is meant",
        };
        problems.push(look::problem("", ProblemKind::Unreadable, message.to_owned(), true));
    }
    rows.sort_by(|a, b| a.summary.path.as_bytes().cmp(b.summary.path.as_bytes()));
    let mut summaries = Vec::with_capacity(rows.len());
    let mut logs = Vec::new();
    for (id, mut row) in (0..).zip(rows) {
        row.summary.encoding = row.log.as_ref().and_then(|log| log.encoding());
        summaries.push(row.summary);
        problems.extend(row.problems);
        logs.extend(row.log.map(|mut log| {
            log.source = SourceId(id);
            *log
        }));
    }
    Inputs { rows: summaries, waiting: in_order(logs), problems, left_out }
}

/// Paths are shown relative to the configured root, else to the top of the git work tree around the current directory, else
/// to that directory.
pub(super) fn root(config: &Config, directory: &Path) -> PathBuf {
    let here = directory.canonicalize().unwrap_or_else(|_| directory.to_path_buf());
    match &config.sarif.root {
        Some(root) => root.clone(),
        None => here.ancestors().find(|d| d.join(".git").exists()).unwrap_or(&here).to_path_buf(),
    }
}

/// What unpacking may cost.
pub(super) fn bounds(config: &Config) -> Bounds {
    Bounds {
        nesting: config.max_depth,
        members: config.max_members,
        ratio: config.max_ratio,
        unpacked: config.max_unpacked.map(|bytes| bytes as u64),
        held: config.max_held as u64,
        hashed: config.hash_inputs,
    }
}

/// Groups members of one archive; by first stamp, those without one last, then by path.
fn in_order(logs: Vec<Looked>) -> Vec<Series> {
    let mut series: Vec<Series> = Vec::new();
    for log in logs {
        let root = match &log.origin {
            Origin::Part(root, _) => Some(Arc::clone(root)),
            Origin::Own(_) | Origin::Pipe => None,
        };
        let same = |series: &&mut Series| matches!((&series.root, &root), (Some(a), Some(b)) if Arc::ptr_eq(a, b));
        match root.as_ref().and_then(|_| series.iter_mut().rev().find(same)) {
            Some(series) => series.members.push_back(log),
            None => series.push(Series { members: [log].into(), walk: None, root }),
        }
    }
    for one in &mut series {
        one.members.make_contiguous().sort_by_key(Looked::place);
    }
    series.sort_by_key(|one| {
        let first: Option<Time> = one.members.iter().filter_map(|log| log.first).min();
        (first.is_none(), first, one.members.iter().map(|log| log.source).min())
    });
    series
}

/// What one path gives: itself, or the logs in it and itself.
fn given(context: &Context<'_>, mut found: Found) -> Given {
    let is_left_out = |shown: &str| !context.reading.wanted.includes(shown);
    // What can be opened again is hashed when it is read.
    let is_pipe = matches!(found.place, Place::Stdin | Place::Pipe(_));
    let bounds = Bounds { hashed: context.config.hash_inputs && is_pipe, ..bounds(context.config) };
    let rows = match source::open(&mut found, &bounds) {
        Ok(Opened::Log(_)) if is_left_out(&found.shown) => return Given { rows: Vec::new(), left_out: 1 },
        Ok(Opened::Log(stream)) => {
            let look = look::look(context, &found.shown, found.named, Origin::of(found.clone()), stream);
            vec![stored(context, &found, row(found.shown.clone(), look))]
        }
        Ok(Opened::Archive(walk, container)) => return members_of(context, found, walk, container),
        Ok(Opened::Members(inside, steps)) => return zipped(context, &found, inside, steps),
        Err(error) => {
            let row = row(found.shown.clone(), Look::Not(unopened(&found, &error)));
            vec![stored(context, &found, row)]
        }
    };
    Given { rows, left_out: 0 }
}

/// The row of a file that is not read has its size and hash, too: that it was there is part of the evidence.
fn stored(context: &Context<'_>, found: &Found, mut row: Row) -> Row {
    let is_file = matches!(&found.place, Place::File(path) if path.is_file());
    if row.log.is_none()
        && is_file
        && let Ok((bytes, sha256)) = source::digest(found, context.config.hash_inputs)
    {
        (row.summary.bytes, row.summary.sha256) = (bytes, sha256);
    }
    row
}

/// The logs of a zip archive whose members can be opened one by one.
fn zipped(context: &Context<'_>, found: &Found, mut inside: Vec<Found>, steps: Vec<Step>) -> Given {
    let all = inside.len();
    inside.retain(|member| !context.reading.wanted.excludes(&member.shown));
    let excluded = (all - inside.len()) as u64;
    let members: Vec<Given> = inside.into_par_iter().map(|member| given(context, member)).collect();
    let left_out = members.iter().map(|member| member.left_out).sum::<u64>() + excluded;
    let mut rows: Vec<Row> = members.into_iter().flat_map(|member| member.rows).collect();
    let mut archive = Archive::new(context.config, found, "zip".to_owned());
    for row in &rows {
        archive.count_unread(row);
    }
    for step in steps {
        archive.note(step, false);
    }
    rows.push(archive.row);
    Given { rows, left_out }
}

fn row(shown: String, look: Look) -> Row {
    let summary = InputSummary { path: shown, ..InputSummary::default() };
    match look {
        Look::Ready(mut log) => Row { summary, problems: std::mem::take(&mut log.problems), log: Some(log) },
        Look::Not(problem) => Row { summary, problems: vec![problem], log: None },
    }
}

/// The logs of an archive that is read in one pass.
fn members_of(context: &Context<'_>, found: Found, mut walk: Walk, container: String) -> Given {
    let wanted = &context.reading.wanted;
    let mut archive = Archive::new(context.config, &found, container);
    let root = Arc::new(found);
    let (mut rows, mut left_out, mut at) = (Vec::<Row>::new(), 0, 0);
    while let Some(step) = walk.next(&|shown| wanted.excludes(shown)) {
        let is_read = rows.last().is_some_and(|row| row.log.is_some());
        match step {
            Step::Member(member) => {
                let origin = Origin::Part(Arc::clone(&root), at);
                at += 1;
                if !wanted.includes(&member.shown) {
                    left_out += 1;
                    continue;
                }
                let mut look = look::look(context, &member.shown, false, origin, member.stream);
                if let Look::Ready(log) = &mut look {
                    log.stored_bytes = member.size;
                }
                let row = row(member.shown, look);
                archive.count_unread(&row);
                rows.push(row);
            }
            Step::LeftOut => left_out += 1,
            step => archive.note(step, is_read),
        }
    }
    rows.push(archive.row);
    Given { rows, left_out }
}

/// The row of an archive, while what it holds is looked at.
struct Archive {
    row: Row,
    named: usize,
}

impl Archive {
    fn new(config: &Config, found: &Found, container: String) -> Archive {
        let (path, container) = (found.shown.clone(), Some(container));
        // Unreadable now, it was readable a moment ago: what is wrong with it is told where it is read.
        let (bytes, sha256) = source::digest(found, config.hash_inputs).unwrap_or_default();
        let summary = InputSummary { path, container, bytes, sha256, ..InputSummary::default() };
        Archive { row: Row { summary, problems: Vec::new(), log: None }, named: 0 }
    }

    /// Counts a member that was looked at and is not read.
    fn count_unread(&mut self, row: &Row) {
        let is_skipped = row.problems.iter().any(|problem| problem.kind == ProblemKind::Skipped);
        self.books().skipped_members += u64::from(is_skipped && row.log.is_none());
    }

    fn books(&mut self) -> &mut Books {
        &mut self.row.summary.books
    }

    /// Notes what is not read. What breaks off inside a member that is read is told when that is read to its end.
    fn note(&mut self, step: Step, is_told_later: bool) {
        match step {
            Step::Member(_) | Step::LeftOut => {}
            Step::Broken { inside: true, .. } if is_told_later => {}
            Step::Broken { shown, why, .. } => {
                let problem =
                    look::problem(&shown, ProblemKind::Unreadable, format!("cannot be read further: {why}"), true);
                self.row.problems.push(problem);
            }
            Step::Skipped { shown, why, incomplete } => {
                self.books().skipped_members += 1;
                self.named += 1;
                if self.named <= limits::SKIPPED_NAMED {
                    self.row.problems.push(look::problem(&shown, ProblemKind::Skipped, why, incomplete));
                } else {
                    self.count_further(incomplete);
                }
            }
        }
    }

    /// Too many to name one by one.
    fn count_further(&mut self, incomplete: bool) {
        const FURTHER: &str = "further members that are not read";
        if let Some(problem) = self.row.problems.iter_mut().find(|problem| problem.message == FURTHER) {
            problem.count += 1;
            problem.incomplete |= incomplete;
        } else {
            let shown = self.row.summary.path.clone();
            self.row.problems.push(look::problem(&shown, ProblemKind::Skipped, FURTHER.to_owned(), incomplete));
        }
    }
}

fn unopened(found: &Found, error: &OpenError) -> Problem {
    match error {
        OpenError::NoLog(_) => look::skipped(&found.shown, found.named, &error.to_string()),
        OpenError::Io(_) | OpenError::Closed(_) => {
            look::problem(&found.shown, ProblemKind::Unreadable, error.to_string(), true)
        }
    }
}

impl Series {
    /// All logs that are left.
    pub(super) fn members(&self) -> impl Iterator<Item = &Looked> {
        self.members.iter()
    }

    /// The next log, open at its beginning; or why it cannot be opened.
    pub(super) fn next(&mut self, context: &Context<'_>) -> Option<Result<(Looked, Stream), Problem>> {
        let mut log = self.members.pop_front()?;
        let opened = match (&log.origin, log.kept.take()) {
            (_, Some(stream)) => Ok(stream),
            (Origin::Own(found), None) => reopened(&mut found.clone(), &bounds(context.config)),
            (Origin::Part(root, at), None) => self.walk_to(&Arc::clone(root), *at, &log.shown, context),
            (Origin::Pipe, None) => Err(changed(&log.shown)),
        };
        Some(opened.map(|stream| (log, stream)))
    }

    /// Walks on to the member that was met as number `at`.
    fn walk_to(&mut self, root: &Found, at: usize, shown: &str, context: &Context<'_>) -> Result<Stream, Problem> {
        if self.walk.is_none() {
            match source::open(&mut root.clone(), &bounds(context.config)) {
                Ok(Opened::Archive(walk, _)) => self.walk = Some((walk, 0)),
                Ok(_) => return Err(changed(shown)),
                Err(error) => return Err(unopened(root, &error)),
            }
        }
        let Some((walk, next)) = &mut self.walk else { return Err(changed(shown)) };
        while let Some(step) = walk.next(&|shown| context.reading.wanted.excludes(shown)) {
            let Step::Member(member) = step else { continue };
            *next += 1;
            if *next > at {
                return if member.shown == shown { Ok(member.stream) } else { Err(changed(shown)) };
            }
        }
        Err(changed(shown))
    }
}

pub(super) fn reopened(found: &mut Found, bounds: &Bounds) -> Result<Stream, Problem> {
    match source::open(found, bounds) {
        Ok(Opened::Log(stream)) => Ok(stream),
        Ok(_) => Err(changed(&found.shown)),
        Err(error) => Err(unopened(found, &error)),
    }
}

fn changed(shown: &str) -> Problem {
    look::problem(shown, ProblemKind::Unreadable, "was changed while it was read".to_owned(), true)
}
