//! The tables. Of alerts: a row an alert, and under it the rule's identity, to be pasted behind `--exclude-rule`.
//!
//! Columns are as wide as their longest value, and when that is too much the widest give way first. Nothing is wrapped:
//! what does not fit is cut with an ellipsis; a place loses its beginning, since its end is what is looked for. Below 100
//! columns techniques move to the second line, and the kind is left to the name. Of rules: a row a rule.

use super::super::{Options, Where, entity_text};
use super::{ROWS_PER_RULE, events_text, paint, rule, shown, thousands};
use crate::model::{Alert, AlertStatus, Report, RuleInfo};
use comfy_table::presets::NOTHING;
use comfy_table::{Cell, ColumnConstraint, ContentArrangement, Row, Table, Width};
use std::io::{self, Write};

/// Blanks between columns.
const GAP: usize = 2;
/// From this width on kind and techniques have columns of their own.
const WIDE: usize = 100;

/// One alert as text.
struct Shape {
    cells: Vec<String>,
    below: String,
}

pub(super) fn write(report: &Report, alerts: &[&Alert], options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let header: &[&str] = if options.width >= WIDE {
        &["SEVERITY", "ALERT", "KIND", "ENTITY", "PLACE", "ATT&CK"]
    } else {
        &["SEVERITY", "ALERT", "ENTITY", "PLACE"]
    };
    let groups: Vec<&[&Alert]> = alerts.chunk_by(|a, b| a.rule == b.rule).collect();
    let limit = if options.all { usize::MAX } else { ROWS_PER_RULE };
    let shapes: Vec<Vec<Shape>> = groups
        .iter()
        .map(|group| group.iter().take(limit).map(|alert| shape(report, alert, options)).collect())
        .collect();
    let rows: Vec<&[String]> = shapes.iter().flatten().map(|shape| shape.cells.as_slice()).collect();
    let widths = fit(&wanted(header, &rows), 1, options.width);
    let mut lines = render(header, &rows, &widths).into_iter();
    writeln!(out, "{}", lines.next().unwrap_or_default())?;
    let indent = widths.first().copied().unwrap_or(0) + GAP;
    for (group, shapes) in groups.iter().zip(&shapes) {
        for (alert, shape) in group.iter().zip(shapes) {
            let line = lines.next().unwrap_or_default();
            let word = alert.level.name();
            let rest = line.strip_prefix(word).unwrap_or(&line);
            writeln!(out, "{}{rest}", paint(alert.level, word, true, options))?;
            writeln!(out, "{:indent$}{}", "", cut_end(&shape.below, options.width.saturating_sub(indent)))?;
        }
        let left = group.len().saturating_sub(shapes.len());
        if left > 0 {
            let left = thousands(u64::try_from(left).unwrap_or(u64::MAX));
            writeln!(out, "{:indent$}and {left} more of this rule (--all shows them)", "")?;
        }
    }
    Ok(())
}

/// A row a rule.
pub(super) fn write_rules(rules: &[RuleInfo], options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let header: &[&str] = if options.width >= WIDE {
        &["LEVEL", "ID", "TITLE", "KIND", "LOG SOURCE", "FILE"]
    } else {
        &["LEVEL", "ID", "TITLE", "LOG SOURCE"]
    };
    let cells = |info: &RuleInfo| {
        let source = &info.logsource;
        let words: Vec<&str> =
            [&source.product, &source.category, &source.service].into_iter().flatten().map(String::as_str).collect();
        let mut cells = vec![info.level.name().to_owned(), shown(&info.id, options), shown(&info.title, options)];
        let source = match info.silenced_by.first() {
            Some(by) => format!("{} (through {})", words.join("/"), by),
            None => words.join("/"),
        };
        let source = shown(&source, options);
        if options.width >= WIDE {
            cells.extend([info.kind.name().to_owned(), source, shown(&info.file, options)]);
        } else {
            cells.push(source);
        }
        cells
    };
    let rows: Vec<Vec<String>> = rules.iter().map(cells).collect();
    let rows: Vec<&[String]> = rows.iter().map(Vec::as_slice).collect();
    let lines = render(header, &rows, &fit(&wanted(header, &rows), 2, options.width));
    let (head, lines) = lines.split_first().map_or(("", [].as_slice()), |(head, lines)| (head.as_str(), lines));
    writeln!(out, "{head}")?;
    for (info, line) in rules.iter().zip(lines) {
        let word = info.level.name();
        writeln!(out, "{}{}", paint(info.level, word, true, options), line.strip_prefix(word).unwrap_or(line))?;
    }
    Ok(())
}

fn shape(report: &Report, alert: &Alert, options: &Options) -> Shape {
    let info = rule(report, alert.rule);
    let place = Where::new(&report.inputs, &alert.place);
    let techniques = match info.techniques.as_slice() {
        [] => String::new(),
        [one] => shown(one, options),
        [first, rest @ ..] => format!("{} +{}", shown(first, options), rest.len()),
    };
    let id = shown(&info.id, options);
    let entity = shown(&entity_text(alert), options);
    let mut cells = vec![alert.level.name().to_owned(), shown(&info.title, options)];
    let place = format!("{}:{}", shown(place.path, options), place.number());
    if options.width >= WIDE {
        cells.extend([alert.kind.name().to_owned(), entity, place, techniques]);
        return Shape { cells, below: format!("{id} · {}{}", events_text(alert), status(alert, options)) };
    }
    cells.extend([entity, place]);
    let techniques = if techniques.is_empty() { techniques } else { format!(" · {techniques}") };
    Shape { cells, below: format!("{id} · {}{techniques}{}", events_text(alert), status(alert, options)) }
}

/// Why an alert counts for nothing, where it does.
fn status(alert: &Alert, options: &Options) -> String {
    match (alert.status, &alert.suppression) {
        (AlertStatus::New, _) => String::new(),
        (AlertStatus::Unchanged, _) => " · known".to_owned(),
        (AlertStatus::Suppressed, None) => " · suppressed".to_owned(),
        (AlertStatus::Suppressed, Some(why)) => format!(" · suppressed: {}", shown(&why.reason, options)),
    }
}

/// The widest value of each column.
fn wanted(header: &[&str], rows: &[&[String]]) -> Vec<usize> {
    let mut widths: Vec<usize> = header.iter().map(|h| h.len()).collect();
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(*row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    widths
}

/// Takes from the widest columns until all fit, but not from the first `whole`: one of five words, or what is to be pasted.
fn fit(wanted: &[usize], whole: usize, width: usize) -> Vec<usize> {
    let room = width.saturating_sub(GAP * wanted.len().saturating_sub(1));
    let (fixed, rest) = wanted.split_at_checked(whole).unwrap_or((wanted, &[]));
    let room = room.saturating_sub(fixed.iter().sum());
    let mut limit = rest.iter().copied().max().unwrap_or(0);
    while limit > 8 && rest.iter().map(|w| w.min(&limit)).sum::<usize>() > room {
        limit -= 1;
    }
    fixed.iter().copied().chain(rest.iter().map(|w| *w.min(&limit))).collect()
}

fn render(header: &[&str], rows: &[&[String]], widths: &[usize]) -> Vec<String> {
    let place = header.iter().position(|h| *h == "PLACE");
    let mut table = Table::new();
    table.load_style(NOTHING).set_truncation_indicator("…").set_content_arrangement(ContentArrangement::Dynamic);
    let total = widths.iter().sum::<usize>() + GAP * widths.len();
    table.set_width(u16::try_from(total).unwrap_or(u16::MAX));
    table.set_header(header.iter().map(Cell::new));
    for row in rows {
        let cells = row.iter().zip(widths).enumerate().map(|(column, (text, width))| {
            Cell::new(if Some(column) == place { cut_start(text, *width) } else { cut_end(text, *width) })
        });
        let mut line = Row::from(cells.collect::<Vec<_>>());
        // Wide characters may still make it two lines.
        line.max_height(1);
        table.add_row(line);
    }
    for (column, width) in table.column_iter_mut().zip(widths) {
        let gap = u16::try_from(GAP).unwrap_or(0);
        column.set_padding((0, gap));
        let width = u16::try_from(*width).unwrap_or(u16::MAX).saturating_add(gap);
        column.set_constraint(ColumnConstraint::Absolute(Width::Fixed(width)));
    }
    table.lines().map(|line| line.trim_end().to_owned()).collect()
}

/// The beginning of a text.
fn cut_end(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    let kept: String = text.chars().take(width.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

/// The end of a text.
fn cut_start(text: &str, width: usize) -> String {
    let length = text.chars().count();
    if length <= width {
        return text.to_owned();
    }
    let kept: String = text.chars().skip(length + 1 - width.max(1)).collect();
    format!("…{kept}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_widest_columns_give_way_first() {
        assert_eq!(fit(&[8, 10, 30, 40], 1, 80), [8, 10, 28, 28]);
        assert_eq!(fit(&[8, 10, 20, 20], 1, 80), [8, 10, 20, 20]);
        assert_eq!(fit(&[8, 36, 20, 20], 2, 80), [8, 36, 15, 15]);
    }

    #[test]
    fn a_place_keeps_its_end_and_a_title_its_beginning() {
        assert_eq!(cut_start("a/long/path/auth.log:812", 12), "…uth.log:812");
        assert_eq!(cut_end("SSH brute force", 8), "SSH bru…");
    }
}
