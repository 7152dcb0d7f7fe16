//! What the recognizer doubts makes no suggestion, no number, no summary.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use chrono::NaiveDate;
use live::{Effect, Event, Playbook, Session, insight};
use model::{Channel, Millis, TrackId, Utterance};

use crate::told::{Customer, Rep, chatty, line, tell, unsure};

/// A recognizer that makes words of silence: `l8-silence-loop`.
fn silence_loop(confidence: f64) -> Vec<(Channel, Utterance)> {
    let mut lines = vec![line(Rep, 0, 2_000, "Let me look that up, one moment.")];
    lines
        .extend((0..12).map(|index| unsure(Customer, 3_000 + 2_500 * index, 5_000 + 2_500 * index, "Thank you for watching.", confidence)));
    lines.push(line(Customer, 36_000, 39_000, "I'm back, how much is the Meadow plan?"));
    lines
}

#[test]
fn words_made_of_silence_stay_in_the_transcript_and_nowhere_else() {
    let told = tell(&silence_loop(0.21));
    assert_eq!(told.segments.len(), 14);
    assert_eq!(told.segments.iter().filter(|segment| segment.is_doubtful()).count(), 12);
    let metrics = told.session.metrics();
    assert_eq!((metrics.customer.talk_ms, metrics.customer.longest_monologue_ms), (Millis(3_000), Millis(3_000)));
    assert_eq!((metrics.customer.words, metrics.customer.words_per_minute, metrics.talk_share), (8, None, Some(0.4)));
    let date = NaiveDate::from_ymd_opt(2026, 11, 28).unwrap();
    let insights = insight::write(&Playbook::built_in(), &told.segments, &told.cues, &[], &live::due_dates::Viewpoint::of(date, "en"));
    let questions: Vec<&str> = insights.questions.iter().map(|line| line.text.as_str()).collect();
    assert_eq!(questions, ["I'm back, how much is the Meadow plan?"]);
    assert!(insights.summary.iter().all(|line| !line.text.contains("watching")), "{:?}", insights.summary);
    // Stored and taken up again, it is the same.
    let again = Session::restore(Playbook::built_in(), told.session.settings().clone(), &told.segments, &told.cues, &[]);
    assert_eq!(again.metrics(), metrics);
    assert_eq!(model::metrics::of(&told.segments), metrics);
}

#[test]
fn a_doubtful_line_makes_no_cue_and_one_of_unknown_confidence_does() {
    for text in [
        "It is too expensive for us.",
        "We don't have the budget for this.",
        "I need to talk to my boss first.",
        "How long does it take to set it up?",
        "We are also looking at Gong.",
        "I will send you the list by Monday.",
        "There is a spending freeze until January.",
        "Legal has to review the contract.",
        "Where is the data stored?",
        "Can we try it with a small team?",
    ] {
        for (confidence, cue) in
            [(0.05, false), (0.15, false), (0.21, false), (0.35, false), (0.0, true), (0.4, true), (0.9, true), (f64::NAN, true)]
        {
            assert_eq!(!tell(&[unsure(Customer, 0, 3_000, text, confidence)]).cues.is_empty(), cue, "{text} at {confidence}");
        }
    }
}

#[test]
fn a_doubtful_partial_brings_no_early_cue_and_a_doubtful_final_takes_it_back() {
    let text = "it is too expensive for us i think";
    let said = |confidence: f64| Utterance { confidence, ..Utterance::new(text, Millis(0), Millis(3_000)) };
    let early = |effects: &[Effect]| effects.iter().filter(|effect| matches!(effect, Effect::EarlyCue(_))).count();
    let mut session = chatty();
    assert_eq!(early(&session.handle(Event::Partial(TrackId::FAR_END, said(0.2)), Millis(3_000))), 0);
    // A browser gives 0 with what may still change.
    assert_eq!(early(&session.handle(Event::Partial(TrackId::FAR_END, said(0.0)), Millis(3_000))), 1);
    let effects = session.handle(Event::Final(TrackId::FAR_END, said(0.2)), Millis(3_100));
    assert!(matches!(effects[..], [Effect::Segment(_), Effect::CueWithdrawn { cue: 1 }]), "{effects:?}");
}

#[test]
fn a_phrase_is_not_put_together_with_doubtful_words() {
    let told = tell(&[unsure(Customer, 0, 2_000, "for us that is honestly too", 0.2), line(Customer, 2_200, 4_000, "expensive right now")]);
    assert!(told.cues.is_empty(), "{:?}", told.cues);
}

#[test]
fn a_person_who_corrects_a_line_is_believed() {
    let mut segment = tell(&[unsure(Customer, 0, 2_000, "it is two extensive", 0.2)]).segments.remove(0);
    (segment.text, segment.corrected) = ("It is too expensive.".into(), true);
    let mut anew = chatty();
    assert_eq!(anew.revisit(&segment).len(), 1);
    assert_eq!(anew.metrics().customer.words, 4);
    segment.corrected = false;
    assert!(chatty().revisit(&segment).is_empty());
}

#[test]
fn voice_counts_whatever_the_words() {
    let mut session = chatty();
    session.handle(Event::Voice { track: TrackId::FAR_END, start: Millis(36_000), end: Millis(39_000) }, Millis(39_000));
    for (channel, said) in silence_loop(0.3) {
        let now = said.end;
        session.handle(Event::Final(TrackId::usual(channel), said), now);
    }
    assert_eq!(session.metrics().customer.talk_ms, Millis(3_000));
}
