#![allow(clippy::unwrap_used)]

use model::{CueKind, CueState, Millis, TrackId};
use proptest::prelude::*;

use super::*;

fn segment(number: i64, channel: Channel, text: &str) -> Segment {
    Segment {
        number,
        track: TrackId::usual(channel),
        channel,
        text: text.to_owned(),
        start_ms: Millis(number * 10_000),
        end_ms: Millis(number * 10_000 + 8_000),
        confidence: 1.0,
        words: Vec::new(),
        corrected: false,
    }
}

/// A Wednesday.
fn day() -> Viewpoint {
    Viewpoint::of(chrono::NaiveDate::from_ymd_opt(2026, 11, 18).unwrap(), "en-US")
}

fn of(segments: &[Segment]) -> Insights {
    write(&Playbook::built_in(), segments, &[], &[], &day())
}

#[test]
fn promises_have_an_owner_and_a_day() {
    for (channel, text, owner, due, due_words) in [
        (Channel::Rep, "I'll send you the deck by Friday.", Channel::Rep, Some("2026-11-20"), Some("by Friday")),
        (Channel::Customer, "we will get back to you next week", Channel::Customer, Some("2026-11-27"), Some("next week")),
        (Channel::Customer, "let me check with legal and get back tomorrow", Channel::Customer, Some("2026-11-19"), Some("tomorrow")),
        (Channel::Customer, "could you send me the contract by the 5th", Channel::Rep, Some("2026-12-05"), Some("by the 5th")),
        (Channel::Rep, "um i'm going to uh put together a proposal", Channel::Rep, None, None),
    ] {
        let insights = of(&[segment(1, channel, text)]);
        let [item] = &insights.action_items[..] else { panic!("{text}: {:?}", insights.action_items) };
        assert_eq!(
            (item.owner, item.due.map(|due| due.to_string()).as_deref(), item.due_words.as_deref()),
            (owner, due, due_words),
            "{text}"
        );
        assert!(!item.done);
    }
}

#[test]
fn abbreviations_cut_no_promise() {
    // A Saturday.
    let seen = Viewpoint::of(chrono::NaiveDate::from_ymd_opt(2026, 11, 28).unwrap(), "en-US");
    for (text, due, due_words) in [
        ("I'll send the draft to Dr. Weiss by Friday.", Some("2026-12-04"), Some("by Friday")),
        ("I'll share the numbers with J. Lindqvist tomorrow.", Some("2026-11-29"), Some("tomorrow")),
        ("We'll review it, incl. the annex, e.g. the price table, by Thursday.", Some("2026-12-03"), Some("by Thursday")),
        ("I'll email the offer to Example Inc. by next Monday.", Some("2026-11-30"), Some("by next Monday")),
        ("I'll send it to anna@example.com by 3 p.m. on Tuesday.", Some("2026-12-01"), Some("by 3 p.m. on Tuesday")),
        ("I'll send the contract two weeks from Friday.", Some("2026-12-18"), Some("two weeks from Friday")),
        ("We will review the pilot on the first Monday of December.", Some("2026-12-07"), Some("on the first Monday of December")),
        ("I'll send you the 2nd version of the quote.", None, None),
        ("I'll introduce you to the team on the 5th floor.", None, None),
        ("We will prepare the 3rd option for your board.", None, None),
        ("I'll send the renewal offer by the end of Q1.", Some("2027-03-31"), Some("by the end of Q1")),
        ("We will confirm the seats by Q3.", Some("2027-07-01"), Some("by Q3")),
        ("I'll share the plan by 12/15.", Some("2026-12-15"), Some("by 12/15")),
        ("I'll send it by end of business Friday.", Some("2026-12-04"), Some("by end of business Friday")),
    ] {
        let insights = write(&Playbook::built_in(), &[segment(1, Channel::Rep, text)], &[], &[], &seen);
        let [item] = &insights.action_items[..] else { panic!("{text}: {:?}", insights.action_items) };
        assert_eq!(item.text, text);
        assert_eq!((item.due.map(|due| due.to_string()).as_deref(), item.due_words.as_deref()), (due, due_words), "{text}");
    }
    for (text, item, due) in [
        ("We use version 2. Please send it to me by Friday.", "Please send it to me by Friday.", "2026-12-04"),
        ("We go on with plan B. I'll call tomorrow.", "I'll call tomorrow.", "2026-11-29"),
    ] {
        let insights = write(&Playbook::built_in(), &[segment(1, Channel::Rep, text)], &[], &[], &seen);
        let items: Vec<_> = insights.action_items.iter().map(|item| (item.text.as_str(), item.due.unwrap().to_string())).collect();
        assert_eq!(items, [(item, due.to_owned())]);
    }
}

#[test]
fn questions_and_lines_keep_their_hosts_and_brackets() {
    let insights = of(&[
        segment(1, Channel::Customer, "Can you send it to Dr. Weiss by Friday?"),
        segment(2, Channel::Customer, "Let's meet next week, see https://example.com/price_list_2027 please (page 2)."),
    ]);
    let questions: Vec<&str> = insights.questions.iter().map(|line| line.text.as_str()).collect();
    assert_eq!(questions, ["Can you send it to Dr. Weiss by Friday?"]);
    let steps: Vec<&str> = insights.next_steps.iter().map(|line| line.text.as_str()).collect();
    assert_eq!(steps, ["Let's meet next week, see https://example.com/price_list_2027 please (page 2)."]);
}

#[test]
fn whatever_is_done_for_the_other_side_is_promised() {
    for text in [
        "I'll mail it over.",
        "We'll deliver the hardware.",
        "I'll fix that.",
        "I'll do that.",
        "I'll get the contract signed.",
        "I'll get it done by Monday.",
        "I'll have that over to you by Friday.",
        "I'll upload the recording tonight.",
        "I promise to send the numbers.",
        "Let me get you the case study.",
        "I owe you a price list.",
        "We're going to install it next week.",
        "I'd better check that with our lawyer.",
        "You'll have it by Wednesday.",
        "You'll hear from me on Monday.",
        "I'll wire you the deposit.",
        "I'll reserve the slot for you.",
        "We'll roll it out by Friday.",
        "I'll make sure Dana gets access.",
        "I can send you a sample.",
        "We can have it ready by Friday.",
        "I'll share my screen now and I'll send you the deck by Friday.",
        "If it works for you, I'll send you the contract.",
        "I'll lock in that rate for you.",
        "I'll need to check that and get back to you.",
        "I'll hunt down that invoice.",
        "We'll start the trial on Monday.",
        "I'll show you that on Monday.",
    ] {
        assert_eq!(of(&[segment(1, Channel::Rep, text)]).action_items.len(), 1, "{text}");
    }
}

#[test]
fn what_is_said_done_or_felt_in_the_call_is_none() {
    for text in [
        "I'll tell you why that matters.",
        "I'll show you the dashboard.",
        "I'll give you an example.",
        "I'll be honest with you.",
        "I'll do it differently.",
        "I'll finish my thought.",
        "I'll get to that in a second.",
        "Let me get this straight.",
        "I'll put you on hold.",
        "I'll walk you through it.",
        "You'll have to log in.",
        "You'll get a lot of value out of it.",
        "I owe you an apology.",
        "It will fix your problem.",
        "They will deliver it on Monday.",
        "I won't send it before you agree.",
        "I'll never send you spam.",
        "If I send it by Friday, is that okay?",
        "We can find out.",
        "I'm going to Chicago tomorrow.",
        "We'll cover three topics today.",
        "I'll add that you need a login.",
        "I'll take it from here.",
        "I'll get out of your hair.",
        "I'll be in Berlin on Friday.",
        "I'll let you finish.",
    ] {
        assert_eq!(of(&[segment(1, Channel::Rep, text)]).action_items, [], "{text}");
    }
}

#[test]
fn talk_within_the_call_is_no_promise() {
    for text in [
        "let me share my screen",
        "can you give me an overview",
        "i will not send it",
        "if i can check one thing",
        "we sent it yesterday",
        "let me ask you something",
        "could you send it",
    ] {
        assert_eq!(of(&[segment(1, Channel::Rep, text)]).action_items, [], "{text}");
    }
}

#[test]
fn questions_are_the_customers_and_small_talk_is_left_out() {
    let insights = of(&[
        segment(1, Channel::Rep, "How are you today? What do you use?"),
        segment(2, Channel::Customer, "Can you hear me?"),
        segment(3, Channel::Customer, "we use um spreadsheets how much does it cost per seat"),
    ]);
    let texts: Vec<&str> = insights.questions.iter().map(|line| line.text.as_str()).collect();
    assert_eq!(texts, ["How much does it cost per seat"]);
    assert_eq!(insights.questions[0].evidence.spans()[0], Span { segment: 3, start: 23, end: 53 });
}

#[test]
fn next_steps_are_what_was_agreed() {
    let insights = of(&[
        segment(1, Channel::Rep, "Let's schedule a demo with your team next week."),
        segment(2, Channel::Customer, "Tuesday works for me."),
        segment(3, Channel::Customer, "We do not want to schedule a call."),
    ]);
    let texts: Vec<&str> = insights.next_steps.iter().map(|line| line.text.as_str()).collect();
    assert_eq!(texts, ["Let's schedule a demo with your team next week.", "Tuesday works for me."]);
}

#[test]
fn a_summary_is_short_in_order_and_prefers_what_cards_rest_on() {
    let mut segments: Vec<Segment> = (1..=60)
        .map(|number| segment(number, Channel::Rep, &format!("the report page number {number} shows pipeline and forecast for the team")))
        .collect();
    segments[30] = segment(31, Channel::Customer, "Our migration from the old warehouse failed twice.");
    let cue = Cue {
        number: 1,
        kind: CueKind::Objection,
        topic: "objection.trust".into(),
        title: "Doubts".into(),
        quote: String::new(),
        guidance: String::new(),
        evidence: Evidence::of(Span { segment: 31, start: 0, end: 10 }),
        at_ms: Millis(0),
        state: CueState::Kept,
        source: None,
    };
    let insights = write(&Playbook::built_in(), &segments, &[cue], &[], &day());
    assert_eq!(insights.made_by, MADE_BY);
    assert!((1..=8).contains(&insights.summary.len()));
    assert!(insights.summary.iter().any(|line| line.evidence.first_segment() == 31), "{:?}", insights.summary);
    assert!(insights.summary.is_sorted_by_key(|line| line.evidence.first_segment()));
}

#[test]
fn fillers_are_taken_out_and_nothing_else() {
    assert_eq!(clean("um so, you know, we  like it, uh, a lot"), "So, we like it, a lot");
    assert_eq!(clean("um"), "");
    assert_eq!(of(&[]), Insights { made_by: MADE_BY.into(), summary: vec![], action_items: vec![], questions: vec![], next_steps: vec![] });
}

proptest! {
    #[test]
    fn every_line_rests_on_characters_that_are_there(texts in prop::collection::vec("([a-zÖ😀,.?! ]{0,12}|i will send you |um |how do you |by friday |let us meet next week ){0,6}", 0..12)) {
        let segments: Vec<Segment> = texts.iter().enumerate().map(|(index, text)| segment(index as i64 + 1, Channel::ALL[index % 2], text)).collect();
        let insights = of(&segments);
        let lines = insights.summary.iter().chain(&insights.questions).chain(&insights.next_steps).map(|line| (&line.text, &line.evidence));
        for (text, evidence) in lines.chain(insights.action_items.iter().map(|item| (&item.text, &item.evidence))) {
            prop_assert!(!text.is_empty());
            for span in evidence.spans() {
                let length = segments[span.segment as usize - 1].text.chars().count() as u32;
                prop_assert!(span.start < span.end && span.end <= length);
            }
        }
    }
}
