//! The newest event of all inputs, for periods that count back from it: every record is read once more, and nothing else
//! is done with it.

use super::inputs::{Inputs, Series, inputs};
use super::look::Context;
use crate::formats::Decoded;
use crate::model::{Scratch, Time};
use crate::taxonomy::TagMemo;
use rayon::prelude::*;
use std::path::{Path, PathBuf};

/// The time of the newest event below `paths`, if any has one.
pub(super) fn newest(context: &Context<'_>, directory: &Path, paths: &[PathBuf]) -> Option<Time> {
    // What cannot be read here cannot be read by the scan, and is reported then.
    let Inputs { waiting, .. } = inputs(context, directory, paths);
    waiting.into_par_iter().filter_map(|series| newest_of(context, series)).max()
}

fn newest_of(context: &Context<'_>, mut series: Series) -> Option<Time> {
    let mut newest = None;
    let (mut scratch, mut tags) = (Scratch::default(), TagMemo::default());
    while let Some(opened) = series.next(context) {
        let Ok((looked, stream)) = opened else { continue };
        let (mut reader, decoder) = looked.reader(stream, 0, &context.taxonomy.table);
        while let Some(block) = reader.next(context.config.block_size, u64::MAX, &mut Vec::new()) {
            decoder.decode(&block, &mut scratch, &mut |decoded| {
                if let Decoded::Event(event) = decoded {
                    let view = context.taxonomy.tag(event, &mut tags);
                    newest = newest.max(view.time(event).time);
                }
            });
        }
    }
    newest
}
