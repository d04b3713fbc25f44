//! What the tools that change accounts log: useradd, usermod, userdel, groupadd, gpasswd, passwd and their like.
//!
//! Written down in shadow-utils' sources (`SYSLOG` calls). Names stand in quotes in most sentences; the quote that
//! ends one is looked for from the right.

use super::{Payload, PayloadSample};
use crate::formats::Record;
use crate::model::Sentence;

pub(crate) const PAYLOAD: Payload = Payload {
    name: "accounts",
    programs: &[
        "useradd", "userdel", "usermod", "adduser", "deluser", "newusers", "groupadd", "groupdel", "groupmod",
        "gpasswd", "passwd", "chpasswd", "chage", "chfn", "chsh",
    ],
    prefixes: &[],
    samples: SAMPLES,
    extract,
};

fn extract(message: &str, record: &mut Record<'_>) -> Option<Sentence> {
    let message = message.trim_end();
    let name = created(message, record)
        .or_else(|| member(message, record))
        .or_else(|| group(message, record))
        .or_else(|| password(message, record))
        .or_else(|| changed(message, record))?;
    Some(Sentence { payload: PAYLOAD.name, name })
}

/// `new user: name=U, UID=1, ...`, `new group: name=G, GID=1`, `group added to FILE: name=G`, `failed adding user
/// 'U', ...`.
fn created(message: &str, record: &mut Record<'_>) -> Option<&'static str> {
    if let Some(rest) = message.strip_prefix("failed adding user ") {
        let user = rest.rsplit_once(", ").map_or(rest, |(user, _)| user);
        record.push("target_user", unquoted(user));
        return Some("user_not_created");
    }
    if let Some(keys) = message.strip_prefix("new user: ") {
        let name = push_keys(keys, record)?;
        record.push("target_user", name);
        return Some("user_created");
    }
    let keys = match message.strip_prefix("new group: ") {
        Some(keys) => keys,
        None => message.strip_prefix("group added to ")?.split_once(": ")?.1,
    };
    let name = push_keys(keys, record)?;
    record.push("group", name);
    Some("group_created")
}

/// Pushes `name=U, UID=1, home=/home/U`; gives the name, which is the first.
fn push_keys<'m>(keys: &'m str, record: &mut Record<'_>) -> Option<&'m str> {
    let name = keys.strip_prefix("name=")?;
    let name = name.split_once(", ").map_or(name, |(name, _)| name);
    for (key, value) in keys.split(", ").filter_map(|part| part.split_once('=')) {
        record.push(key, value);
    }
    Some(name)
}

/// Sentences about who belongs to a group.
fn member(message: &str, record: &mut Record<'_>) -> Option<&'static str> {
    if let Some((group, rest)) = message.strip_prefix("members of group ").and_then(|r| r.split_once(" set by ")) {
        let (by, members) = rest.split_once(" to ")?;
        record.push("group", unquoted(group));
        record.push("user", unquoted(by));
        record.push("members", members);
        return Some("members_set");
    }
    let (user, group, by, name) = added_or_removed(message)?;
    record.push("target_user", unquoted(user));
    record.push("group", unquoted(group));
    record.push_some("user", by.map(unquoted));
    Some(name)
}

/// Member, group, who did it, and the sentence.
type Membership<'m> = (&'m str, &'m str, Option<&'m str>, &'static str);

fn added_or_removed(message: &str) -> Option<Membership<'_>> {
    // gpasswd: `user U added by R to group G`
    if let Some((who, group)) = message.strip_prefix("user ").and_then(|r| r.rsplit_once(" group ")) {
        let (who, name) = match who.strip_suffix(" to") {
            Some(who) => (who, "member_added"),
            None => (who.strip_suffix(" from")?, "member_removed"),
        };
        let verb = if name == "member_added" { " added by " } else { " removed by " };
        let (user, by) = who.rsplit_once(verb)?;
        return Some((user, group, Some(by), name));
    }
    // `add 'U' to [shadow ]group 'G'`, `add member U to group G by R`, and the same with `delete`, `remove` and `from`
    let (rest, between, name) = if let Some(rest) = message.strip_prefix("add ") {
        (rest, " to ", "member_added")
    } else {
        let rest = message.strip_prefix("delete ").or_else(|| message.strip_prefix("remove "))?;
        (rest, " from ", "member_removed")
    };
    let (rest, by) = match rest.strip_prefix("member ") {
        Some(rest) => rest.rsplit_once(" by ").map_or((rest, None), |(rest, by)| (rest, Some(by))),
        None => (rest, None),
    };
    let (user, group) = rest.rsplit_once("group ").and_then(|(user, group)| {
        let user = user.strip_suffix("shadow ").unwrap_or(user);
        Some((user.strip_suffix(between)?, group))
    })?;
    Some((user, group, by, name))
}

/// Sentences about groups themselves.
fn group(message: &str, record: &mut Record<'_>) -> Option<&'static str> {
    if let Some(rest) = message.strip_prefix("group changed in ") {
        let (group, _) = rest.split_once("(group ")?.1.split_once([',', ')'])?;
        record.push("group", group.rsplit_once('/').map_or(group, |(name, _)| name));
        return Some("group_changed");
    }
    if let Some((group, by)) = message.strip_prefix("password of group ").and_then(|r| r.rsplit_once(" changed by ")) {
        record.push("group", unquoted(group));
        record.push("user", unquoted(by));
        return Some("group_changed");
    }
    let removed = message.strip_prefix("removed group ").or_else(|| message.strip_prefix("removed shadow group "));
    let group = match removed {
        Some(rest) => rest.rsplit_once(" owned by ")?.0,
        None => message.strip_prefix("group ")?.rsplit_once(" removed")?.0,
    };
    record.push("group", unquoted(group));
    Some("group_deleted")
}

/// Sentences about passwords.
fn password(message: &str, record: &mut Record<'_>) -> Option<&'static str> {
    let between = |start: &str, end: &str| message.strip_prefix(start).and_then(|r| r.strip_suffix(end));
    let (user, by, name) = if let Some(user) = between("change user ", " password") {
        (user, None, "password_changed")
    } else if let Some(user) = between("lock user ", " password") {
        (user, None, "user_locked")
    } else if let Some(user) = between("unlock user ", " password") {
        (user, None, "user_unlocked")
    } else if let Some(rest) = message.strip_prefix("password changed for ") {
        (rest, None, "password_changed")
    } else {
        let (user, by) = message.strip_prefix("password for ")?.rsplit_once(" changed by ")?;
        (user, Some(by), "password_changed")
    };
    record.push("target_user", unquoted(user));
    record.push_some("user", by.map(unquoted));
    Some(name)
}

/// What else is changed in an account.
fn changed(message: &str, record: &mut Record<'_>) -> Option<&'static str> {
    if let Some(user) = message.strip_prefix("delete user ") {
        record.push("target_user", unquoted(user));
        return Some("user_deleted");
    }
    if let Some((old, new)) = message.strip_prefix("change user name ").and_then(|r| r.split_once("' to '")) {
        record.push("target_user", old.trim_start_matches('\''));
        record.push("new", new.trim_end_matches('\''));
        return Some("user_renamed");
    }
    if let Some(user) = message.strip_prefix("changed password expiry for ") {
        record.push("target_user", unquoted(user));
        record.push("attribute", "password expiry");
        return Some("user_changed");
    }
    // `change user 'U' shell from '/bin/sh' to '/bin/bash'`, `changed user 'U' shell to '/bin/bash'`
    let rest = message.strip_prefix("change user '").or_else(|| message.strip_prefix("changed user '"))?;
    let (user, rest) = rest.split_once("' ")?;
    let (attribute, values) = match rest.split_once(" from ") {
        Some((attribute, values)) => (attribute, Some(values)),
        None => (rest.split_once(" to ").map_or(rest, |(attribute, _)| attribute), None),
    };
    let old_new = values.and_then(|v| v.split_once(" to "));
    let new = old_new.map(|(_, new)| new).or_else(|| rest.split_once(" to ").map(|(_, new)| new));
    record.push("target_user", user);
    record.push("attribute", attribute);
    record.push_some("old", old_new.map(|(old, _)| unquoted(old)));
    record.push_some("new", new.map(unquoted));
    Some("user_changed")
}

fn unquoted(text: &str) -> &str {
    let inner = text.strip_prefix(['\'', '`']).and_then(|t| t.strip_suffix('\''));
    inner.unwrap_or(text)
}

const SAMPLES: &[PayloadSample] = &[
    PayloadSample {
        text: "new user: name=eve, UID=0, GID=1001, home=/home/eve, shell=/bin/bash, from=/dev/pts/0",
        sentence: "user_created",
        fields: &[
            ("name", "eve"),
            ("UID", "0"),
            ("GID", "1001"),
            ("home", "/home/eve"),
            ("shell", "/bin/bash"),
            ("from", "/dev/pts/0"),
            ("target_user", "eve"),
        ],
    },
    PayloadSample {
        text: "failed adding user 'eve', data deleted",
        sentence: "user_not_created",
        fields: &[("target_user", "eve")],
    },
    PayloadSample {
        text: "new group: name=ops, GID=1002",
        sentence: "group_created",
        fields: &[("name", "ops"), ("GID", "1002"), ("group", "ops")],
    },
    PayloadSample {
        text: "group added to /etc/gshadow: name=ops",
        sentence: "group_created",
        fields: &[("name", "ops"), ("group", "ops")],
    },
    PayloadSample { text: "delete user 'eve'", sentence: "user_deleted", fields: &[("target_user", "eve")] },
    PayloadSample {
        text: "change user 'eve' UID from '1001' to '0'",
        sentence: "user_changed",
        fields: &[("target_user", "eve"), ("attribute", "UID"), ("old", "1001"), ("new", "0")],
    },
    PayloadSample {
        text: "changed user 'eve' shell to '/bin/sh'",
        sentence: "user_changed",
        fields: &[("target_user", "eve"), ("attribute", "shell"), ("new", "/bin/sh")],
    },
    PayloadSample {
        text: "changed password expiry for eve",
        sentence: "user_changed",
        fields: &[("target_user", "eve"), ("attribute", "password expiry")],
    },
    PayloadSample {
        text: "change user name 'eve' to 'adam'",
        sentence: "user_renamed",
        fields: &[("target_user", "eve"), ("new", "adam")],
    },
    PayloadSample {
        text: "change user 'eve' password",
        sentence: "password_changed",
        fields: &[("target_user", "eve")],
    },
    PayloadSample {
        text: "password for 'eve' changed by 'root'",
        sentence: "password_changed",
        fields: &[("target_user", "eve"), ("user", "root")],
    },
    PayloadSample { text: "lock user 'eve' password", sentence: "user_locked", fields: &[("target_user", "eve")] },
    PayloadSample { text: "unlock user 'eve' password", sentence: "user_unlocked", fields: &[("target_user", "eve")] },
    PayloadSample {
        text: "add 'eve' to shadow group 'sudo'",
        sentence: "member_added",
        fields: &[("target_user", "eve"), ("group", "sudo")],
    },
    PayloadSample {
        text: "user eve added by root to group wheel",
        sentence: "member_added",
        fields: &[("target_user", "eve"), ("group", "wheel"), ("user", "root")],
    },
    PayloadSample {
        text: "add member eve to group wheel by root",
        sentence: "member_added",
        fields: &[("target_user", "eve"), ("group", "wheel"), ("user", "root")],
    },
    PayloadSample {
        text: "delete 'eve' from group 'sudo'",
        sentence: "member_removed",
        fields: &[("target_user", "eve"), ("group", "sudo")],
    },
    PayloadSample {
        text: "user eve removed by root from group wheel",
        sentence: "member_removed",
        fields: &[("target_user", "eve"), ("group", "wheel"), ("user", "root")],
    },
    PayloadSample {
        text: "members of group wheel set by root to eve,adam",
        sentence: "members_set",
        fields: &[("group", "wheel"), ("user", "root"), ("members", "eve,adam")],
    },
    PayloadSample {
        text: "group 'ops' removed from /etc/group",
        sentence: "group_deleted",
        fields: &[("group", "ops")],
    },
    PayloadSample {
        text: "removed shadow group 'eve' owned by 'eve'",
        sentence: "group_deleted",
        fields: &[("group", "eve")],
    },
    PayloadSample {
        text: "group changed in /etc/group (group ops/1002, new gid: 0)",
        sentence: "group_changed",
        fields: &[("group", "ops")],
    },
];
