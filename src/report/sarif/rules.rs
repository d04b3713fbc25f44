//! The tool, its rules and the taxonomy they refer to (design page `sarif.md` sections 2, 3 and 8).

use super::text::{cut, markdown, paragraph, plain, sentence, web_address};
use super::{multiformat, notices};
use crate::model::{Alert, AlertKind, Level, Report, RuleId, RuleInfo};
use crate::report::attack::{Attack, SITE, attack};
use crate::report::{Options, rule};
use serde_json::{Value, json};
use serde_sarif::sarif::{
    MultiformatMessageString, PropertyBag, ReportingConfiguration, ReportingDescriptor, ReportingDescriptorReference,
    ReportingDescriptorRelationship, ToolComponent, ToolComponentReference,
};
use std::collections::{BTreeMap, BTreeSet};

/// Ours for ever: names the taxonomy within our files.
const ATTACK_GUID: &str = "6f3a9c1e-52d7-4b0a-8e64-0d9b7c2f81a5";
const ATTACK_NAME: &str = "MITRE ATT&CK";

/// GitHub shows ten tags and refuses 21.
const TAGS: usize = 10;
/// Characters GitHub takes of a description.
const DESCRIPTION: usize = 1_024;
/// Characters GitHub takes of a rule's name.
const NAME: usize = 255;

/// SARIF's word for a severity.
pub(super) fn level_name(level: Level) -> &'static str {
    match level {
        Level::Critical | Level::High => "error",
        Level::Medium => "warning",
        Level::Low | Level::Informational => "note",
    }
}

/// The number GitHub makes its severity of, away from the edges of its bands.
fn security_severity(level: Level) -> Option<&'static str> {
    match level {
        Level::Critical => Some("9.5"),
        Level::High => Some("8.0"),
        Level::Medium => Some("5.5"),
        Level::Low => Some("2.0"),
        Level::Informational => None,
    }
}

fn problem_severity(level: Level) -> &'static str {
    match level {
        Level::Critical | Level::High => "error",
        Level::Medium => "warning",
        Level::Low | Level::Informational => "recommendation",
    }
}

fn precision(status: Option<&str>) -> &'static str {
    match status {
        Some("stable") => "high",
        Some("experimental" | "deprecated" | "unsupported") => "low",
        _ => "medium",
    }
}

/// The rules to list, by identity: those with results, or all.
pub(super) fn listed(report: &Report, alerts: &[&Alert], options: &Options) -> Vec<RuleId> {
    let mut ids: Vec<RuleId> = if options.sarif.all_rules {
        (0u32..).map(RuleId).take(report.rules.len()).collect()
    } else {
        alerts.iter().map(|alert| alert.rule).collect::<BTreeSet<_>>().into_iter().collect()
    };
    ids.sort_by(|a, b| rule(report, *a).id.cmp(&rule(report, *b).id));
    ids
}

pub(super) fn driver(report: &Report, ids: &[RuleId], taxonomies: &[ToolComponent]) -> ToolComponent {
    ToolComponent {
        semantic_version: Some(report.version.to_owned()),
        information_uri: Some(env!("CARGO_PKG_REPOSITORY").to_owned()),
        rules: Some(ids.iter().map(|id| descriptor(rule(report, *id))).collect()),
        notifications: Some(notices::descriptors()),
        supported_taxonomies: (!taxonomies.is_empty()).then(|| vec![attack_reference()]),
        ..ToolComponent::builder().name("logsentry").build()
    }
}

fn descriptor(info: &RuleInfo) -> ReportingDescriptor {
    let title = plain(&paragraph(&info.title));
    let title = if title.is_empty() { info.id.clone() } else { title };
    let description = info.description.as_deref().map(|d| plain(&paragraph(d))).filter(|d| !d.is_empty());
    let name = pascal_case(&info.title);
    ReportingDescriptor {
        name: Some(name).filter(|name| !name.is_empty() && *name != info.id),
        short_description: Some(multiformat(sentence(&cut(&title, DESCRIPTION - 1)))),
        full_description: Some(multiformat(sentence(&cut(description.as_ref().unwrap_or(&title), DESCRIPTION - 1)))),
        help: Some(MultiformatMessageString {
            text: help_text(info),
            markdown: Some(help_markdown(info)),
            properties: None,
        }),
        help_uri: info.references.iter().filter(|r| r.starts_with("https://")).find_map(|r| web_address(r)),
        default_configuration: Some(ReportingConfiguration {
            level: Some(json!(level_name(info.level))),
            ..ReportingConfiguration::default()
        }),
        properties: Some(properties(info)),
        relationships: relationships(info),
        ..ReportingDescriptor::builder().id(info.id.clone()).build()
    }
}

/// `SSH brute force` as `SshBruteForce`.
fn pascal_case(title: &str) -> String {
    let words = title.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let cased = words.map(|word| {
        let (head, tail) = word.split_at(word.chars().next().map_or(0, char::len_utf8));
        format!("{}{}", head.to_uppercase(), tail.to_lowercase())
    });
    cased.collect::<String>().chars().take(NAME).collect()
}

/// What the help says, part by part: a heading and its lines.
fn help(info: &RuleInfo) -> Vec<(&'static str, Vec<&str>)> {
    let mut parts = vec![("", vec![info.description.as_deref().unwrap_or(&info.title)])];
    if let Some(remediation) = &info.remediation {
        parts.push(("What to do", vec![remediation]));
    }
    if !info.falsepositives.is_empty() {
        parts.push(("Known false positives", info.falsepositives.iter().map(String::as_str).collect()));
    }
    if !info.references.is_empty() {
        parts.push(("References", info.references.iter().map(String::as_str).collect()));
    }
    parts
}

fn help_text(info: &RuleInfo) -> String {
    let mut parts = Vec::new();
    for (heading, lines) in help(info) {
        let lines: Vec<String> = lines.into_iter().map(|line| plain(&paragraph(line))).collect();
        let text = sentence(&lines.join("; "));
        parts.push(if heading.is_empty() { text } else { format!("{heading}: {text}") });
    }
    parts.push(format!("To silence this rule: --exclude-rule {}", plain(&info.id)));
    parts.join("\n\n")
}

fn help_markdown(info: &RuleInfo) -> String {
    let mut parts = vec![format!("# {}", markdown(&paragraph(&info.title)))];
    for (heading, lines) in help(info) {
        if heading.is_empty() {
            parts.extend(lines.into_iter().map(|line| markdown(&paragraph(line))));
            continue;
        }
        let item = |line: &str| {
            let text = markdown(&paragraph(line));
            match web_address(line) {
                Some(address) => format!("* [{text}]({address})"),
                None => format!("* {text}"),
            }
        };
        parts.push(format!("## {heading}"));
        parts.push(lines.into_iter().map(item).collect::<Vec<_>>().join("\n"));
    }
    if !info.techniques.is_empty() {
        let item = |id: &String| match attack().technique(id) {
            Some(name) => format!("* [{id} {}]({})", markdown(name), Attack::page(id)),
            None => format!("* {}", markdown(id)),
        };
        parts.push("## ATT&amp;CK".to_owned());
        parts.push(info.techniques.iter().map(item).collect::<Vec<_>>().join("\n"));
    }
    parts.push("## To silence this rule".to_owned());
    parts.push(format!("    --exclude-rule {}\n", plain(&info.id)));
    parts.join("\n\n")
}

fn properties(info: &RuleInfo) -> PropertyBag {
    let mut tags = vec!["security".to_owned()];
    let techniques = info.techniques.iter().map(|id| format!("attack.{}", id.to_ascii_lowercase()));
    let tactics = info.tactics.iter().map(|tactic| format!("attack.{tactic}"));
    let source = &info.logsource;
    let kind = (info.kind == AlertKind::Correlation).then(|| "correlation".to_owned());
    let sources = [&source.product, &source.category, &source.service].into_iter().flatten().cloned();
    let mut left = Vec::new();
    for tag in techniques.chain(tactics).chain(kind).chain(sources).chain(info.tags.iter().cloned()) {
        let tag = plain(&tag);
        if tags.contains(&tag) || left.contains(&tag) {
            continue;
        }
        // Tags of the rule that say nothing to GitHub's users stay in our own properties.
        let foreign = info.tags.contains(&tag) && !tag.starts_with("attack.");
        if tags.len() < TAGS && !foreign { tags.push(tag) } else { left.push(tag) }
    }
    let mut more: BTreeMap<String, Value> = BTreeMap::from([
        ("precision".to_owned(), json!(precision(info.status.as_deref()))),
        ("problem.severity".to_owned(), json!(problem_severity(info.level))),
        ("logsentry".to_owned(), ours(info, &left)),
    ]);
    if let Some(severity) = security_severity(info.level) {
        more.insert("security-severity".to_owned(), json!(severity));
    }
    PropertyBag { tags: Some(tags), additional_properties: more }
}

fn ours(info: &RuleInfo, left: &[String]) -> Value {
    let mut ours = json!({"kind": info.kind.name(), "severity": info.level.name()});
    if let Some(members) = ours.as_object_mut() {
        if let Some(uuid) = &info.uuid {
            members.insert("uuid".to_owned(), json!(plain(uuid)));
        }
        if !left.is_empty() {
            members.insert("tags".to_owned(), json!(left));
        }
    }
    ours
}

fn attack_reference() -> ToolComponentReference {
    ToolComponentReference {
        name: Some(ATTACK_NAME.to_owned()),
        guid: Some(ATTACK_GUID.to_owned()),
        ..ToolComponentReference::default()
    }
}

fn relationships(info: &RuleInfo) -> Option<Vec<ReportingDescriptorRelationship>> {
    let relation = |id: &String| ReportingDescriptorRelationship {
        kinds: Some(vec!["superset".to_owned()]),
        ..ReportingDescriptorRelationship::builder()
            .target(ReportingDescriptorReference {
                id: Some(id.clone()),
                tool_component: Some(attack_reference()),
                ..ReportingDescriptorReference::default()
            })
            .build()
    };
    (!info.techniques.is_empty()).then(|| info.techniques.iter().map(relation).collect())
}

/// ATT&CK, as far as the listed rules use it.
pub(super) fn taxonomies(report: &Report, ids: &[RuleId]) -> Vec<ToolComponent> {
    let used: BTreeSet<&String> = ids.iter().flat_map(|id| &rule(report, *id).techniques).collect();
    if used.is_empty() {
        return Vec::new();
    }
    let table = attack();
    let taxon = |id: &&String| {
        let name = table.technique(id);
        ReportingDescriptor {
            name: name.map(str::to_owned),
            short_description: name.map(|name| multiformat(sentence(name))),
            help_uri: name.map(|_| Attack::page(id)),
            ..ReportingDescriptor::builder().id((*id).clone()).build()
        }
    };
    vec![ToolComponent {
        guid: Some(ATTACK_GUID.to_owned()),
        version: Some(table.version.clone()),
        organization: Some("MITRE".to_owned()),
        information_uri: Some(SITE.to_owned()),
        short_description: Some(multiformat("What adversaries do, as MITRE ATT&CK for Enterprise names it.")),
        is_comprehensive: Some(false),
        taxa: Some(used.iter().map(taxon).collect()),
        ..ToolComponent::builder().name(ATTACK_NAME).build()
    }]
}
