//! `logsentry events`: the normalised records as JSON lines.

use super::setup;
use crate::cli::args::{EventsArgs, SayArgs};
use crate::cli::exit::Exit;
use crate::cli::on_interrupt;
use crate::cli::progress::Progress;
use crate::cli::sandbox::{self, Needs};
use crate::cli::terminal;
use crate::config::{Config, RawConfig};
use crate::model::show;
use crate::report;
use crate::scan::{Events, SetupError};
use std::io::{self, BufWriter};

pub(crate) fn run(args: &EventsArgs) -> Exit {
    let config = match configuration(args) {
        Ok(config) => config,
        Err(error) => return setup::refused(&error),
    };
    sandbox::enter(&args.sandbox, &Needs::to_read(setup::read_by(&config, &args.paths)), args.verbose > 0);
    on_interrupt();
    let events = match Events::new(config, setup::run_info()) {
        Ok(events) => events,
        Err(error) => return setup::refused(&error),
    };
    if let Err(error) = events.check_paths(&args.paths) {
        return setup::refused(&error);
    }
    let say = SayArgs { verbose: args.verbose, no_progress: true, ..SayArgs::default() };
    let mut out = BufWriter::new(io::stdout().lock());
    let mut sink = report::EventLines::new(&mut out);
    let result = events.run(&args.paths, &mut sink, &mut Progress::new(&say, false));
    let result = result.and_then(|outcome| sink.finish().map(|_| outcome));
    match result {
        Ok(outcome) => {
            for line in report::problem_lines(&outcome.problems, &report::Options::default()) {
                terminal::whole_line(&line);
            }
            if outcome.left_out_inputs + outcome.left_out_events > 0 {
                let (inputs, events) = (outcome.left_out_inputs, outcome.left_out_events);
                terminal::line(
                    "note",
                    &format!("left out: {inputs} input(s) by their names, {events} event(s) by their time"),
                );
            }
            if outcome.problems.iter().any(|p| p.incomplete) { Exit::Input } else { Exit::Clean }
        }
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Exit::Clean,
        Err(error) => {
            terminal::error(&format!("standard output: {}", show::why(&error)));
            Exit::Output
        }
    }
}

fn configuration(args: &EventsArgs) -> Result<Config, SetupError> {
    let mut flags = RawConfig::default();
    setup::read_flags(&args.read, &mut flags);
    let mut config = setup::configuration(&args.config, flags)?;
    setup::read_extras(&args.read, &mut config);
    Ok(config)
}
