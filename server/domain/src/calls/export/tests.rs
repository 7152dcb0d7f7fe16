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

#[test]
fn file_names_are_harmless() {
    assert_eq!(file_stem("Größe: ../../etc & Co."), "größe-etc-co");
    assert_eq!(file_stem("???"), "call");
    assert!(file_stem(&"x".repeat(500)).chars().count() <= 60);
}
