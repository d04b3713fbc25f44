//! A rule of the user takes the place of the built-in rule whose name or id it has (README decision 11).

use super::Member;
use std::collections::{BTreeMap, HashMap};

/// Names of built-ins and the members that took their place.
pub(super) type Inherited = HashMap<String, Vec<usize>>;

/// Takes out built-in rules whose name or id a rule of the user has. Gives the names under which the replacements
/// are known as well, and who was replaced by which file.
pub(super) fn replace(members: &mut Vec<Member>) -> (Inherited, Vec<(String, String)>) {
    let mut builtins: HashMap<&str, Vec<usize>> = HashMap::new();
    for (index, member) in members.iter().enumerate().filter(|(_, member)| member.meta().builtin) {
        for name in member.names() {
            builtins.entry(name).or_default().push(index);
        }
    }
    let mut by: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (index, member) in members.iter().enumerate().filter(|(_, member)| !member.meta().builtin) {
        for builtin in member.names().filter_map(|name| builtins.get(name)).flatten() {
            let replacements = by.entry(*builtin).or_default();
            if replacements.last() != Some(&index) {
                replacements.push(index);
            }
        }
    }
    let mut replaced = Vec::new();
    let mut names: Vec<(String, Vec<usize>)> = Vec::new();
    for (builtin, replacements) in &by {
        let Some(member) = members.get(*builtin) else { continue };
        let file = replacements.first().and_then(|index| members.get(*index)).map(|new| new.meta().file.clone());
        let shown = member.names().next().unwrap_or("").to_owned();
        replaced.push((shown, file.unwrap_or_default()));
        names.extend(member.names().map(|name| (name.to_owned(), replacements.clone())));
    }
    // Indices move down past every member that is taken out before them.
    let removed: Vec<usize> = by.into_keys().collect();
    let moved = |index: usize| index - removed.partition_point(|gone| *gone < index);
    let mut inherited: Inherited = HashMap::new();
    for (name, replacements) in names {
        inherited.entry(name).or_default().extend(replacements.into_iter().map(moved));
    }
    let mut index = 0;
    members.retain(|_| {
        index += 1;
        removed.binary_search(&(index - 1)).is_err()
    });
    (inherited, replaced)
}
