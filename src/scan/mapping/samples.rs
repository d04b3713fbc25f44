//! Tries mappings on the records they bring along, read and tagged as a scan reads and tags.

use super::Mistake;
use super::file::Sample;
use crate::formats::{self, Decoded, Head, ReadOptions, sniff};
use crate::model::stamp::Zones;
use crate::model::{AskId, Asks, Block, Scratch, Values};
use crate::taxonomy::{Frozen, TagMemo, Taxonomy};

/// Tells the first sample whose fields are others.
pub(super) fn check(taxonomy: &Taxonomy, samples: &[Sample]) -> Result<(), Mistake> {
    if samples.is_empty() {
        return Ok(());
    }
    let mut asks = Asks::default();
    let mut questions: Vec<Vec<AskId>> = Vec::new();
    for sample in samples {
        let ask = |(name, _): &(String, Vec<String>)| {
            // What is canonical must be so by itself: an original of that name is no proof.
            let is_canonical = taxonomy.fields().iter().any(|row| row.name == name);
            let name = if is_canonical { format!("norm.{name}") } else { name.clone() };
            asks.intern(&name, None)
        };
        questions.push(sample.fields.iter().map(ask).collect());
    }
    let frozen = taxonomy.freeze(&asks, true, &Zones::default(), &formats::names());
    for (n, (sample, asks)) in samples.iter().zip(&questions).enumerate() {
        one(&frozen, sample, asks)
            .map_err(|why| Mistake { line: sample.line, why: format!("sample {}: {why}", n + 1) })?;
    }
    Ok(())
}

fn one(frozen: &Frozen, sample: &Sample, asks: &[AskId]) -> Result<(), String> {
    let head = Head::new(&sample.record, true);
    let sniffed = match &sample.format {
        None => sniff::sniff(&head),
        Some(name) => sniff::forced(name, &head)
            .ok_or_else(|| format!("no format is called {name:?}; `logsentry formats` lists them"))?,
    };
    let options = ReadOptions { forced: sample.format.is_some(), ..ReadOptions::default() };
    let decoder = formats::decoder(&sniffed, &frozen.table, &options);
    let block = Block { bytes: sample.record.as_bytes().to_vec(), line_count: 1, ..Block::default() };
    let mut result = Err("the record is not read; name its format with `format`".to_owned());
    decoder.decode(&block, &mut Scratch::default(), &mut |decoded| {
        if let Decoded::Event(event) = decoded
            && result.is_err()
        {
            let view = frozen.tag(event, &mut TagMemo::default());
            event.time = view.time(event);
            let mut differing = sample.fields.iter().zip(asks).filter_map(|((name, want), ask)| {
                let mut values = Values::new();
                view.values(event, *ask, &mut values);
                let given: Vec<&str> = values.iter().filter_map(|value| value.text()).collect();
                (given != *want).then(|| format!("`{name}` should be {}, and is {}", shown(want), shown(&given)))
            });
            result = Ok(differing.next());
        }
    });
    match result? {
        Some(why) => Err(why),
        None => Ok(()),
    }
}

fn shown<T: AsRef<str> + std::fmt::Debug>(values: &[T]) -> String {
    match values {
        [] => "nothing".to_owned(),
        [one] => format!("{one:?}"),
        all => format!("{all:?}"),
    }
}
