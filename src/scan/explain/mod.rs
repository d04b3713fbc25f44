//! `explain`: why a rule held, or did not, for an event, or for all there is in some inputs.
//!
//! Only the rule asked about is loaded, with what it refers to; events are read as a scan reads them, one block after the
//! other. A rule is told for the event asked for, else for the first event it matches, else for those that came nearest.

mod correlation;
mod detection;
mod records;

use super::{RunInfo, SetupError, look, setup};
use crate::config::{Choice, Config};
use crate::model::{Event, ExplainedEvent, Explanation, LogSource, Place, RuleId, SourceWord, View};
use crate::sigma::Rule;
use std::path::PathBuf;

/// Which records are asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum At {
    /// All of them.
    Anywhere,
    /// Those that cover this line, counting from 1.
    Line(u64),
    /// The one of this number, counting from 1.
    Record(u64),
}

impl std::fmt::Display for At {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            At::Anywhere => f.write_str("any place"),
            At::Line(line) => write!(f, "line {line}"),
            At::Record(number) => write!(f, "record {number}"),
        }
    }
}

impl At {
    fn covers(self, place: &Place) -> bool {
        match self {
            At::Anywhere => true,
            At::Record(number) => place.record == number,
            At::Line(line) => place.line <= line && line < place.line.saturating_add(u64::from(place.lines.max(1))),
        }
    }

    /// Whether nothing behind this place can be meant.
    fn is_before(self, place: &Place) -> bool {
        match self {
            At::Anywhere => false,
            At::Record(number) => number < place.record,
            At::Line(line) => line < place.line,
        }
    }
}

/// One rule, ready to be held against events.
pub(crate) struct Explain {
    config: Config,
    run: RunInfo,
    reading: setup::Reading,
    rules: setup::Rules,
    machine: setup::Machine,
    /// The rule asked about, within the rules that are left.
    asked: RuleId,
}

impl Explain {
    /// Loads the rules a configuration asks for and finds the one of this identity, id or exact title.
    pub(crate) fn new(mut config: Config, run: RunInfo, rule: &str) -> Result<Explain, SetupError> {
        let reading = setup::reading(&config, &run)?;
        // Whatever a scan leaves out can still be asked about.
        config.exclude_rules.clear();
        config.choice = Choice::default();
        let mut rules = setup::rules(&config)?;
        let asked = match rules.set.find(rule).as_slice() {
            [only] => *only,
            [] => return Err(SetupError::UnknownRule { name: rule.to_owned(), rejected: rules.rejected }),
            many => {
                let names = many.iter().filter_map(|n| rules.infos.get(*n)).map(|info| info.id.as_str());
                return Err(SetupError::AmbiguousRule {
                    name: rule.to_owned(),
                    rules: names.collect::<Vec<_>>().join(", "),
                });
            }
        };
        let wanted: Vec<bool> = (0..rules.infos.len()).map(|n| n == asked).collect();
        let asked = rules.narrow(&wanted).get(asked).copied().flatten().and_then(|n| u32::try_from(n).ok());
        let asked = RuleId(asked.expect("what is wanted is kept"));
        let machine = setup::machine(&config, &rules, Vec::new(), &reading)?;
        Ok(Explain { config, run, reading, rules, machine, asked })
    }

    /// Looks at the records of `path` that are meant.
    pub(crate) fn run(&self, path: PathBuf, at: At) -> Result<Explanation, SetupError> {
        let mut told = Explanation {
            rule: self.rules.infos.get(self.asked.0 as usize).cloned().expect("the rule asked about is kept"),
            conditions: Vec::new(),
            held: false,
            looked_at: 0,
            applicable: 0,
            cases: Vec::new(),
            correlations: Vec::new(),
            others: Vec::new(),
            inputs: Vec::new(),
            problems: Vec::new(),
        };
        let waiting = records::look_at_all(self, path, &mut told);
        if let Some(rule) = self.rules.set.rules.get(self.asked.0 as usize) {
            detection::explain(self, rule, at, waiting, &mut told);
        } else {
            correlation::explain(self, at, waiting, &mut told);
        }
        if at != At::Anywhere && told.looked_at == 0 {
            let shown = told.inputs.first().map_or_else(String::new, |input| input.path.clone());
            return Err(SetupError::NoSuchRecord { path: shown, at: at.to_string() });
        }
        Ok(told)
    }

    fn look_context(&self) -> look::Context<'_> {
        let taxonomy = &self.machine.taxonomy;
        look::Context { config: &self.config, taxonomy, reading: &self.reading }
    }

    /// What a rule says of an event, whose tags and time are set.
    fn case(&self, id: RuleId, rule: &Rule, event: &Event<'_>, view: &dyn View, place: Place) -> ExplainedEvent {
        let engine = &self.machine.engine;
        ExplainedEvent {
            rule: rule.meta.identity.clone(),
            place,
            time: event.time,
            format: records::format_name(event),
            logsources: self.logsources(&event.tags),
            standing: self.standing(rule, &event.tags),
            applies: engine.applies(id, event),
            told: engine.told(id, rule, event, view),
        }
    }

    /// The words of the rule's log source, and how each of them stands to an event's tags.
    fn standing(&self, rule: &Rule, tags: &crate::model::TagSet) -> Vec<SourceWord> {
        let LogSource { product, category, service } = &rule.logsource;
        let taxonomy = &self.reading.taxonomy;
        let word = |part: &'static str, word: &String, source: LogSource| SourceWord {
            part,
            word: word.clone(),
            earned: taxonomy.needs(&source).is_none_or(|needs| tags.covers(&needs)),
            known: taxonomy.knows(&source),
        };
        let none = LogSource::default;
        let product = product.iter().map(|p| word("product", p, LogSource { product: Some(p.clone()), ..none() }));
        let category = category.iter().map(|c| word("category", c, LogSource { category: Some(c.clone()), ..none() }));
        let service = service.iter().map(|s| word("service", s, LogSource { service: Some(s.clone()), ..none() }));
        product.chain(category).chain(service).collect()
    }

    /// The log sources behind tags, each once.
    fn logsources(&self, tags: &crate::model::TagSet) -> Vec<LogSource> {
        let mut sources: Vec<LogSource> = Vec::new();
        for source in tags.sources().iter().filter_map(|id| self.machine.taxonomy.logsource(*id)) {
            if !sources.contains(source) {
                sources.push(source.clone());
            }
        }
        sources
    }
}
