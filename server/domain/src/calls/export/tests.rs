#![allow(clippy::unwrap_used, reason = "tests")]

use chrono::DateTime;
use model::{
    ActionItem, Call, CallId, CallKind, CallSource, CallState, Insights, MemberId, Metrics, OrganizationId, Participant, RecognizerId,
    Segment, Span, Track, TrackId, Verbosity,
};
use uuid::Uuid;

use super::*;

fn review(text: &str) -> Review {
    let at = DateTime::UNIX_EPOCH;
    let evidence = Evidence::of(Span { segment: 1, start: 0, end: 3 });
    let call = Call {
        id: CallId(Uuid::nil()),
        organization_id: OrganizationId(Uuid::nil()),
        member_id: MemberId(Uuid::nil()),
        title: "Acme *renewal*".into(),
        contact_name: "Bo".into(),
        company: String::new(),
        kind: CallKind::Pricing,
        language: "en".into(),
        time_zone: String::new(),
        vocabulary: Vec::new(),
        state: CallState::Ended,
        source: CallSource::Browser,
        recognizer: RecognizerId::NONE,
        verbosity: Verbosity::Normal,
        consent_who: String::new(),
        consent_how: String::new(),
        consent_at: None,
        keep_audio: true,
        participants: [(Channel::Rep, "Ann"), (Channel::Customer, "Bo")]
            .map(|(channel, name)| Participant { channel, name: name.into() })
            .to_vec(),
        tracks: Track::each(2),
        notes: String::new(),
        started_at: Some(at),
        ended_at: Some(at),
        duration_ms: Millis(5_000),
        created_at: at,
        updated_at: at,
    };
    let segment = Segment {
        number: 1,
        track: TrackId::MICROPHONE,
        channel: Channel::Rep,
        text: text.into(),
        start_ms: Millis(3_661_007),
        end_ms: Millis(3_662_000),
        confidence: 1.0,
        words: Vec::new(),
        corrected: false,
    };
    let item = ActionItem { text: "I'll send the deck".into(), owner: Channel::Rep, due: None, due_words: None, evidence, done: true };
    let insights = Insights {
        made_by: "extractive".into(),
        summary: Vec::new(),
        action_items: vec![item],
        questions: Vec::new(),
        next_steps: Vec::new(),
    };
    Review {
        call,
        segments: vec![segment],
        cues: Vec::new(),
        bookmarks: Vec::new(),
        insights: Some(insights),
        metrics: Metrics::default(),
        recording_ms: None,
        recognizers: Vec::new(),
        transcript_job: None,
    }
}

#[test]
fn subtitles_have_their_form() {
    assert_eq!(srt(&review("a --> b\nc")), "1\n01:01:01,007 --> 01:01:02,000\nAnn: a → b c\n\n");
}

#[test]
fn markdown_is_escaped_and_says_who_and_when() {
    let text = markdown(&review("# not a <b>title</b>"));
    assert!(text.starts_with("# Acme \\*renewal\\*\n"), "{text}");
    assert!(text.contains("- [x] I'll send the deck (Ann, 1:01:01)"), "{text}");
    assert!(text.contains("**Ann** (1:01:01): \\# not a \\<b\\>title\\</b\\>"), "{text}");
    assert!(text.contains("Made of the words of the call, without a language model."), "{text}");
}

/// Start, end and lines of a subtitle.
fn cue((index, block): (usize, &str)) -> (i64, i64, Vec<&str>) {
    let time = |stamp: &str| {
        let parts: Vec<i64> = stamp.split([':', ',']).map(|part| part.parse().unwrap()).collect();
        ((parts[0] * 60 + parts[1]) * 60 + parts[2]) * 1_000 + parts[3]
    };
    let mut lines = block.lines();
    assert_eq!(lines.next().unwrap(), (index + 1).to_string());
    let (start, end) = lines.next().unwrap().split_once(" --> ").unwrap();
    (time(start), time(end), lines.collect())
}

#[test]
fn subtitles_are_short_and_never_two_at_once() {
    let long = "we would have to move forty reps and their <b>old</b> recordings {\\an8} before the end of the year ".repeat(6);
    let mut review = review(&long);
    let first = review.segments[0].clone();
    let line = |number, text: &str, start_ms: i64, end_ms: i64| Segment {
        number,
        text: text.into(),
        channel: Channel::Customer,
        track: TrackId::FAR_END,
        start_ms: Millis(start_ms),
        end_ms: Millis(end_ms),
        ..first.clone()
    };
    review.segments = vec![
        Segment { start_ms: Millis(0), end_ms: Millis(40_000), ..first.clone() },
        line(2, "Yes, yes.", 3_000, 3_400),
        line(3, "Right.", 3_000, 3_300),
        line(4, &"x".repeat(100), 39_000, 41_000),
        line(5, "A long pause was heard as talk.", 50_000, 80_000),
        line(6, "No length.", 80_000, 80_000),
    ];
    let srt = srt(&review);
    let cues: Vec<_> = srt.split_terminator("\n\n").enumerate().map(cue).collect();
    let mut free = 0;
    for (start, end, lines) in &cues {
        assert!(*start >= free && end > start && end - start <= 7_000, "{start} {end} after {free}\n{srt}");
        assert!((1..=2).contains(&lines.len()) && lines.iter().all(|line| line.chars().count() <= 42), "{lines:?}");
        assert!(lines.iter().all(|line| !line.contains(['<', '>', '{', '}'])), "{lines:?}");
        free = *end;
    }
    let said: Vec<&str> = cues.iter().flat_map(|(_, _, lines)| lines.iter().flat_map(|line| line.split_whitespace())).collect();
    for words in ["Yes,", "Right.", "heard", "length."] {
        assert!(said.contains(&words), "{words} is missing");
    }
    assert_eq!(said.iter().filter(|word| **word == "forty").count(), 6, "nothing is cut");
}

#[test]
fn the_reps_own_notes_stay_as_they_were_written() {
    let mut review = review("See https://example.com/price_list_2027 please. # not a title");
    review.call.notes = "## Plan\n- [ ] send **offer**\nhttps://example.com/price_list_2027#seats\n".into();
    let text = markdown(&review);
    assert!(text.contains("\n## Notes\n\n## Plan\n- [ ] send **offer**\nhttps://example.com/price_list_2027#seats\n"), "{text}");
    assert!(text.contains("See <https://example.com/price_list_2027> please. \\# not a title"), "{text}");
}
