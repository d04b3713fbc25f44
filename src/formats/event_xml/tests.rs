//! Events in XML, whole and broken: what they give, and that it does not matter where blocks are cut.

use crate::formats::testing::{Read, read_all, sniff_and_read};
use crate::formats::{Head, sniff};
use crate::model::limits;
use proptest::prelude::*;

/// What a log must give, whatever the size of blocks: for each event its fields as `name=value`, for others `!`.
#[track_caller]
fn check(text: &str, want: &[&str]) {
    let sniffed = sniff::forced("event-xml", &Head::new(text, true)).expect("it is a row");
    for target in (1..=text.len() + 1).chain([4096]) {
        let read = read_all(&sniffed, text.as_bytes(), target);
        assert_eq!(read.iter().map(shown).collect::<Vec<_>>(), want, "in blocks of {target}");
    }
}

fn shown(read: &Read) -> String {
    if read.refused.is_some() {
        return "!".to_owned();
    }
    read.fields.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" ")
}

#[test]
fn events_stand_alone_or_in_a_list_or_behind_fold_marks() {
    let event = |id: u8| format!("<Event><System><EventID>{id}</EventID></System></Event>");
    check(&event(1), &["EventID=1"]);
    check(&(event(1) + &event(2)), &["EventID=1", "EventID=2"]);
    check(&format!("{}\r\n{}\r\n", event(1), event(2)), &["EventID=1", "EventID=2"]);
    check(
        &format!("<?xml version='1.0'?>\n<!-- <Event> -->\n<Events>\n{}\n\n{}</Events>", event(1), event(2)),
        &["EventID=1", "EventID=2"],
    );
    check("- <Event>\n- <System>\n  <EventID>1</EventID> \n  </System>\n</Event>\n", &["EventID=1"]);
}

#[test]
fn the_payload_gives_leaf_names() {
    check(
        "<Event><EventData><Data Name='A'>1</Data><Data Name=\"B\"/><Data>x</Data><Data>y</Data><Data></Data>\
         <Binary>00FF</Binary></EventData></Event>",
        &["A=1 B=#empty Data=x Data=y Data=#empty Binary=00FF"],
    );
    check(
        "<Event><UserData><p:Rule xmlns:p='urn:x' xmlns='urn:y'><PolicyName>EXE</PolicyName><Id a='1'>2</Id>\
         <Deep><Er>3</Er><Er>4</Er></Deep></p:Rule></UserData></Event>",
        &["PolicyName=EXE Id_a=1 Id=2 Er=3 Er=4"],
    );
}

#[test]
fn system_gives_elements_and_attributes() {
    check(
        "<Event xmlns='urn:x'><System><Provider Name='P' Guid='{a-b}'/><EventID Qualifiers='16384'>7</EventID>\
         <TimeCreated SystemTime='2023-11-14T22:13:20.1234567Z'/><Correlation/><Execution ProcessID='4' ThreadID='8'/>\
         <Channel>System</Channel><Security UserID='S-1-5-18'/></System></Event>",
        &["Provider_Name=P Provider_Guid={a-b} EventID_Qualifiers=16384 EventID=7 \
           SystemTime=2023-11-14T22:13:20.1234567Z Execution_ProcessID=4 Execution_ThreadID=8 Channel=System \
           Security_UserID=S-1-5-18"],
    );
}

#[test]
fn a_name_of_payload_and_system_keeps_its_wrappers() {
    check(
        "<Event><System><EventID>104</EventID><Channel>System</Channel></System><UserData><LogFileCleared>\
         <Channel>Security</Channel></LogFileCleared></UserData></Event>",
        &["EventID=104 System.Channel=System UserData.LogFileCleared.Channel=Security"],
    );
    check(
        "<Event><System><Level>4</Level></System><EventData><Data Name='level'>x</Data></EventData></Event>",
        &["System.Level=4 EventData.level=x"],
    );
}

#[test]
fn rendered_texts_and_other_sections_are_told_apart_from_numbers() {
    check(
        "<Event><System><Level>4</Level></System><RenderingInfo Culture='en-US'><Message>Hi.</Message>\
         <Level>Information</Level><Keywords><Keyword>K</Keyword></Keywords></RenderingInfo>\
         <ProcessingErrorData><ErrorCode>15005</ErrorCode></ProcessingErrorData></Event>",
        &["Level=4 RenderingInfo_Culture=en-US Message=Hi. RenderingInfo_Level=Information \
           RenderingInfo_Keyword=K ProcessingErrorData_ErrorCode=15005"],
    );
}

#[test]
fn references_are_characters_and_nothing_is_looked_up() {
    check(
        "<Event><EventData><Data Name='a&lt;b'>x &amp; y&#10;&#x263A; &x; & z</Data>\
         <Data Name='c'><![CDATA[</Event> <b>&amp;]]>!</Data></EventData></Event>",
        &["a<b=x & y\n\u{263a} &x; & z c=</Event> <b>&amp;!"],
    );
    check(
        "<?xml version='1.0'?><!DOCTYPE e [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><Events><Event><System><Computer>\
         &x;</Computer></System></Event></Events>",
        &["Computer=&x;"],
    );
}

#[test]
fn texts_keep_their_blanks() {
    check("<Event><EventData><Data Name='a'> \n x </Data><Data> </Data></EventData></Event>", &["a= \n x  Data= "]);
}

#[test]
fn what_is_broken_costs_only_itself() {
    let good = "<Event><EventData><Data Name='a'>1</Data></EventData></Event>";
    check(&format!("{good}\nnoise\nmore noise\n{good}"), &["a=1", "!", "!", "a=1"]);
    check(&format!("<Event><System><EventID>1\n{good}"), &["!", "a=1"]);
    check(&format!("{good}<Event><EventData><Data Name='a'>2</Da"), &["a=1", "!"]);
    check(&format!("<Event><System></EventData></Event>{good}"), &["!", "a=1"]);
    check(&format!("<Event><EventData><Data Name=a>2</Data></EventData></Event>{good}"), &["!", "a=1"]);
    check(&format!("<Other><Event2/></Other>{good}"), &["a=1"]);
    check("", &[]);
}

#[test]
fn nesting_has_an_end() {
    let deep = |n: usize| format!("<Event>{}{}</Event>", "<a>".repeat(n), "</a>".repeat(n));
    let read = |text: &str| sniff_and_read(text.as_bytes(), 1 << 20);
    assert!(read(&deep(limits::XML_DEPTH - 1)).iter().all(|read| read.refused.is_none()));
    assert!(read(&deep(limits::XML_DEPTH)).iter().all(|read| read.refused.is_some()));
    assert!(read(&deep(100_000)).iter().all(|read| read.refused.is_some()));
}

#[test]
fn an_event_without_end_is_cut() {
    let text = format!("<Event><EventData><Data>{}", "x".repeat(limits::JSON_VALUE + 100));
    let sniffed = sniff::forced("event-xml", &Head::new("", false)).expect("it is a row");
    for target in [1 << 16, 1 << 20] {
        let read = read_all(&sniffed, text.as_bytes(), target);
        assert_eq!(read.iter().map(|read| read.refused.is_some()).collect::<Vec<_>>(), [true]);
    }
}

#[test]
fn long_names_are_not_multiplied() {
    let name = "n".repeat(limits::XML_NAME + 1);
    let leaves = "<Channel>c</Channel>".repeat(3);
    let read =
        sniff_and_read(format!("<Event><UserData><{name}>{leaves}</{name}></UserData></Event>").as_bytes(), 1 << 20);
    assert_eq!(read.iter().map(shown).collect::<Vec<_>>(), [["UserData.Channel=c"; 3].join(" ")]);
}

#[test]
fn other_xml_is_not_taken_for_events() {
    for text in ["<html><Event></html>", "<EventData/>", "<Eventual>", "<!-- <Event> --> text", "<", "", "x <Event>"] {
        assert_ne!(name(text), "event-xml", "{text}");
    }
    for text in
        ["\u{feff}<Event >", "<?xml?><Events>", "<!DOCTYPE e [<!ENTITY x ''>]>\n<Event>", "- <Event>", "<Event/>"]
    {
        assert_eq!(name(text), "event-xml", "{text}");
    }
}

fn name(text: &str) -> &'static str {
    crate::formats::format(sniff::sniff(&Head::new(text, true)).format).map_or("", |row| row.name)
}

/// What events are made of, and what spoils them.
const PIECES: &[&str] = &[
    "<Event>",
    "</Event>",
    "<Event a='b'",
    "</Event",
    ">",
    "<",
    "<Events>",
    "<System>",
    "</System>",
    "<EventData>",
    "</EventData>",
    "<Data Name='x'>",
    "<Data/>",
    "</Data>",
    "<![CDATA[",
    "]]>",
    "<!--",
    "-->",
    "<?x",
    "?>",
    "<!DOCTYPE",
    "&amp;",
    "&x;",
    "&",
    "'",
    "\"",
    "text",
    "\n",
    "\r\n",
    "- ",
    "\u{feff}",
    "\0\0",
    "é",
];

proptest! {
    #[test]
    fn broken_events_give_the_same_records_in_blocks_of_every_size(
        pieces in prop::collection::vec(prop::sample::select(PIECES.to_vec()), 0..24),
        target in 1..40_usize,
    ) {
        let text = pieces.concat();
        let sniffed = sniff::forced("event-xml", &Head::new("", false)).expect("it is a row");
        prop_assert_eq!(
            read_all(&sniffed, text.as_bytes(), target),
            read_all(&sniffed, text.as_bytes(), 4096)
        );
    }
}
