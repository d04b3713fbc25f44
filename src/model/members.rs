//! Names of members that nested records had, as a tree: what follows from a name and where it stands is worked out once.
//!
//! A log repeats its records, so the member that followed the last time is tried first. Numbers are one worker's own; no
//! output depends on them.

use super::event::{Named, Region, Regions, Scratch, Span};
use super::field::FieldTable;
use super::hash::QuickMap;
use super::limits;

/// A member, by where it stands; the root stands for the record, and is no member of anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct MemberId(u32);

impl MemberId {
    /// The record itself.
    pub(crate) const ROOT: MemberId = MemberId(0);
}

/// What a name says in its place.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Member {
    /// Its field, if somebody wants it.
    pub(crate) named: Option<Named>,
    /// Its path: its name behind those of what it stands in.
    pub(crate) path: Span,
    /// The shape of its path; see [`Entry::shape`](super::Entry::shape).
    pub(crate) shape: u16,
    /// The shape of paths below it, and how many dots they have before their last name.
    pub(crate) inside: u16,
    dots: u16,
    /// What the format says of its name.
    pub(crate) note: u16,
}

#[derive(Debug, Default)]
struct Node {
    member: Member,
    /// How it is written behind another member, up to its value: `,"name":`.
    token: Box<str>,
    /// The member met first in it, and behind it, the last time.
    first: u32,
    next: u32,
    /// What was behind it before that.
    other: u32,
    below: QuickMap<Box<str>, u32>,
}

/// The tree of a worker.
#[derive(Debug)]
pub(crate) struct Members {
    nodes: Vec<Node>,
    paths: String,
}

impl Default for Members {
    fn default() -> Members {
        Members { nodes: vec![Node::default()], paths: String::new() }
    }
}

impl Members {
    /// What is known of a member.
    #[inline]
    pub(crate) fn get(&self, id: MemberId) -> Option<&Member> {
        self.nodes.get(id.0 as usize).map(|node| &node.member)
    }

    /// The member that stood in `within` behind `before` the last time (behind the root: as the first), and how it is
    /// written up to its value: `,"name":`.
    #[inline]
    pub(crate) fn expected(&self, (within, before): (MemberId, MemberId)) -> Option<(MemberId, &str, &Member)> {
        let at = match before {
            MemberId::ROOT => self.nodes.get(within.0 as usize)?.first,
            before => self.nodes.get(before.0 as usize)?.next,
        };
        self.known(at)
    }

    /// The one that stood behind `before` before that: a member that is there now and then leaves two that may follow.
    #[inline]
    pub(crate) fn other(&self, before: MemberId) -> Option<(MemberId, &str, &Member)> {
        self.known(self.nodes.get(before.0 as usize)?.other)
    }

    #[inline]
    fn known(&self, at: u32) -> Option<(MemberId, &str, &Member)> {
        // The root is no member: nothing is expected yet.
        let node = self.nodes.get(at as usize).filter(|_| at != 0)?;
        Some((MemberId(at), &node.token, &node.member))
    }

    /// The paths of all of them: [`Region::Names`].
    pub(crate) fn paths(&self) -> &str {
        &self.paths
    }
}

impl Scratch {
    /// The member called `name` in `within`, behind `before` (the root: it is the first). `note` says what the format knows of
    /// a name at the top of a record, or below; `None` for members that are not remembered.
    pub(crate) fn member(
        &mut self,
        table: &FieldTable,
        (within, before): (MemberId, MemberId),
        name: &str,
        note: impl FnOnce(&str, bool) -> u16,
    ) -> Option<MemberId> {
        let known = self.members.nodes.get(within.0 as usize)?.below.get(name).copied();
        let id = match known {
            Some(id) => id,
            None => self.new_member(table, within, name, note)?,
        };
        match before {
            MemberId::ROOT => self.members.nodes.get_mut(within.0 as usize)?.first = id,
            before => {
                let before = self.members.nodes.get_mut(before.0 as usize)?;
                if before.next != id {
                    before.other = std::mem::replace(&mut before.next, id);
                }
            }
        }
        Some(MemberId(id))
    }

    fn new_member(
        &mut self,
        table: &FieldTable,
        within: MemberId,
        name: &str,
        note: impl FnOnce(&str, bool) -> u16,
    ) -> Option<u32> {
        let Members { nodes, paths } = &mut self.members;
        let id = u32::try_from(nodes.len()).ok().filter(|id| *id < limits::MEMBERS_KNOWN)?;
        let parent = nodes.get_mut(within.0 as usize)?;
        let Member { inside: shape, dots, path: above, .. } = parent.member;
        let is_top = within == MemberId::ROOT;
        let above = Regions { names: paths, ..Regions::default() }.text(above);
        let path = if is_top { name.to_owned() } else { format!("{above}.{name}") };
        if path.len() > limits::NAME_KNOWN {
            return None;
        }
        parent.below.insert(name.into(), id);
        let own = u16::try_from(memchr::memchr_iter(b'.', name.as_bytes()).count()).unwrap_or(u16::MAX);
        let last_dot = dots.saturating_add(own);
        // So many members, none of them with a longer path: megabytes at most.
        let (start, len) = (paths.len() as u32, path.len() as u32);
        paths.push_str(&path);
        let member = Member {
            named: self.names.find(table, &path),
            path: Span { region: Region::Names, start, len },
            shape,
            inside: shape | 0x8000_u16.checked_shr(u32::from(last_dot)).unwrap_or(0),
            dots: last_dot.saturating_add(1),
            note: note(name, is_top),
        };
        nodes.push(Node { member, token: format!(",\"{name}\":").into(), ..Node::default() });
        Some(id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_is_told_by_its_name_and_where_it_stands() {
        let (mut scratch, mut table) = (Scratch::default(), FieldTable::default());
        let field = table.want("a.b");
        let mut find = |within, before: Option<MemberId>, name: &str| {
            let before = before.unwrap_or(MemberId::ROOT);
            let id = scratch.member(&table, (within, before), name, |name, is_top| {
                u16::from(is_top) << 8 | u16::try_from(name.len()).expect("a short name")
            });
            let id = id.expect("it is remembered");
            let expected = scratch.members.expected((within, before));
            let token = format!(",\"{name}\":");
            assert_eq!(expected.map(|(id, token, _)| (id, token)), Some((id, token.as_str())));
            let member = *scratch.members.get(id).expect("it is remembered");
            (id, scratch.regions("").text(member.path).to_owned(), member)
        };
        for _ in 0..2 {
            let (a, path, member) = find(MemberId::ROOT, None, "a");
            assert_eq!((path.as_str(), member.named, member.shape, member.inside), ("a", None, 0, 0x8000));
            let (b, path, member) = find(a, None, "b");
            assert_eq!((path.as_str(), member.named.map(|n| n.field)), ("a.b", Some(field)));
            assert_eq!((member.shape, member.inside, member.note), (0x8000, 0xc000, 1));
            let (_, path, member) = find(MemberId::ROOT, Some(a), "a.b");
            assert_eq!((path.as_str(), member.shape, member.inside, member.note), ("a.b", 0, 0x4000, 0x103));
            assert_ne!(find(a, Some(b), "a").0, a);
        }
    }

    #[test]
    fn of_two_that_may_follow_both_are_known() {
        let (mut scratch, table) = (Scratch::default(), FieldTable::default());
        let mut find = |before, name: &str| {
            scratch.member(&table, (MemberId::ROOT, before), name, |_, _| 0).expect("it is remembered")
        };
        let a = find(MemberId::ROOT, "a");
        let (b, c) = (find(a, "b"), find(a, "c"));
        let follow = |scratch: &Scratch| {
            let expected = scratch.members.expected((MemberId::ROOT, a)).map(|(id, ..)| id);
            (expected, scratch.members.other(a).map(|(id, ..)| id))
        };
        assert_eq!(follow(&scratch), (Some(c), Some(b)));
        for name in ["c", "b", "b"] {
            scratch.member(&table, (MemberId::ROOT, a), name, |_, _| 0);
        }
        assert_eq!(follow(&scratch), (Some(b), Some(c)));
    }

    #[test]
    fn what_is_one_too_many_or_long_is_not_remembered() {
        let (mut scratch, table) = (Scratch::default(), FieldTable::default());
        let mut find = |name: &str| scratch.member(&table, (MemberId::ROOT, MemberId::ROOT), name, |_, _| 0);
        assert_eq!(find(&"a".repeat(limits::NAME_KNOWN + 1)), None);
        assert!((1..limits::MEMBERS_KNOWN).all(|n| find(&n.to_string()).is_some()));
        assert_eq!(find("another"), None);
        assert!(find("7").is_some());
    }
}
