//! How much must be read of records of an outline: all of it, or the header's fields alone.
//!
//! Where all records of an outline fit the same rules, and these ask what all views answer alike, their log sources need
//! not be worked out one by one. Where they ask for nothing but what the header says, the message need not be taken apart.
//!
//! Sound because every question of those rules is answered by fields of the header, or by fields of the outline, and by
//! nothing else, in the same way whatever the view ([`View::way`]): what a rule tests, what its alert is about, what ignore
//! entries look at, what correlations group by and count. So any of the views will do. Keywords that may stand anywhere,
//! whatever their case, stand in the record's text when they stand in a piece of it, as all values of an outline are;
//! for other keywords all fields are read. Rules that look at the lines of a record one by one have it read in full, and
//! so have those that fit some records of an outline only.

use super::compile::{CompiledRule, ENTITY_FIELDS, Engine, Kind, Node, Test};
use crate::model::{AskId, Bounds, Extent, FormatId, View};
use crate::sigma::PatternPart;

/// Where rules ask for more than this, records are read: to work it out would take longer than it spares in a short log.
const MOST_ASKED: usize = 512;

impl Engine {
    /// How much must be read of records within these bounds; [`Extent::All`] with their log sources.
    pub(crate) fn extent(&self, bounds: &Bounds<'_>, format: FormatId) -> Extent {
        let Some(view) = bounds.views.first() else { return Extent::All };
        if self.options.engine == Kind::Reference || !bounds.unless.is_empty() || self.fits_some(bounds) {
            return Extent::All;
        }
        let mut asks = Vec::new();
        // Whether keywords can be told by the record's text.
        let mut has_text = true;
        for rule in self.rules.iter().filter(|rule| rule.fits(&bounds.least) && rule.is_wanted()) {
            if rule.one_line {
                return Extent::All;
            }
            has_text &= rule.selections.iter().all(|selection| is_of_text(&selection.body));
            self.asks_of(rule, *view, &mut asks);
        }
        asks.sort_unstable();
        asks.dedup();
        if asks.len() > MOST_ASKED {
            return Extent::All;
        }
        let stand_in = |fields| {
            asks.iter().all(|ask| {
                let way = view.way(*ask, fields, &bounds.within);
                way.is_some() && bounds.views.iter().skip(1).all(|view| view.way(*ask, fields, &bounds.within) == way)
            })
        };
        has_text &= (self.options.raw_text)(format) || !self.has_keywords();
        if has_text && stand_in(&bounds.head) {
            Extent::Head
        } else if stand_in(&bounds.within.fields) {
            Extent::Fields
        } else {
            Extent::All
        }
    }

    /// Whether some rule's log source is that of some records and not of others.
    pub(crate) fn fits_some(&self, bounds: &Bounds<'_>) -> bool {
        self.rules.iter().any(|rule| rule.fits(&bounds.most) && !rule.fits(&bounds.least))
    }

    /// Everything that may be asked of an event a rule is tried on.
    fn asks_of(&self, rule: &CompiledRule, view: &dyn View, asks: &mut Vec<AskId>) {
        asks.extend(rule.named.iter().map(|named| named.ask));
        asks.extend(rule.about.fields.iter().map(|named| named.ask));
        asks.push(rule.about.message);
        let is_meant = |name: &str| {
            rule.named.iter().any(|named| named.name == name || view.canonical_name(named.ask) == Some(name))
        };
        let canonical = ENTITY_FIELDS.iter().zip(rule.about.canonical.iter());
        asks.extend(canonical.filter(|(name, _)| is_meant(name)).map(|(_, named)| named.ask));
        asks.extend(rule.excuses.iter().flat_map(|excuse| &excuse.fields).map(|(named, _)| named.ask));
        let feeds = rule.feeds.iter().filter_map(|n| self.feeds.get(*n));
        asks.extend(feeds.flat_map(|feed| &feed.key).map(|key| key.field.ask));
    }
}

/// Whether keywords below a selection hold for a record whenever they hold for its text, and for no other.
fn is_of_text(node: &Node) -> bool {
    match node {
        Node::All(nodes) | Node::Any(nodes) => nodes.iter().all(is_of_text),
        Node::Field(_) => true,
        Node::Keywords(words) => words.values.iter().flatten().all(|test| match test {
            Test::Something => true,
            Test::Pattern(needle) => {
                let pattern = needle.pattern();
                let is_open = |part: Option<&PatternPart>| part == Some(&PatternPart::Many);
                !pattern.cased && is_open(pattern.parts.first()) && is_open(pattern.parts.last())
            }
            _ => false,
        }),
    }
}
