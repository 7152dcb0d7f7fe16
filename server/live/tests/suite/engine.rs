//! What a session makes of events.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use live::{Effect, Event, Playbook, Session, Settings};
use model::{Channel, Cue, CueKind, CueState, Metrics, Millis, Segment, TrackId, Utterance, Verbosity};

use Channel::{Customer, Rep};

fn settings(verbosity: Verbosity) -> Settings {
    Settings { verbosity, tracks: Channel::ALL.to_vec() }
}

fn session() -> Session {
    Session::new(Playbook::built_in(), settings(Verbosity::Chatty))
}

fn said(channel: Channel, start: i64, end: i64, text: &str) -> Event {
    Event::Final(
        TrackId::usual(channel),
        Utterance { text: text.to_owned(), start: Millis(start), end: Millis(end), confidence: 0.9, words: Vec::new() },
    )
}

fn voice(channel: Channel, start: i64, end: i64) -> Event {
    Event::Voice { track: TrackId::usual(channel), start: Millis(start), end: Millis(end) }
}

fn partial(channel: Channel, start: i64, end: i64, text: &str) -> Event {
    Event::Partial(TrackId::usual(channel), Utterance::new(text.to_owned(), Millis(start), Millis(end)))
}

fn segments(effects: &[Effect]) -> Vec<&Segment> {
    effects.iter().filter_map(|effect| if let Effect::Segment(segment) = effect { Some(segment) } else { None }).collect()
}

fn cues(effects: &[Effect]) -> Vec<&Cue> {
    effects.iter().filter_map(|effect| if let Effect::Cue(cue) = effect { Some(cue) } else { None }).collect()
}

fn texts(effects: &[Effect]) -> Vec<&str> {
    segments(effects).iter().map(|segment| segment.text.as_str()).collect()
}

fn dropped(effects: &[Effect]) -> usize {
    effects.iter().filter(|effect| matches!(effect, Effect::EchoDropped { .. })).count()
}

/// Handles events, each at its own time.
fn run(session: &mut Session, events: &[(i64, Event)]) -> Vec<Effect> {
    events.iter().flat_map(|(now, event)| session.handle(event.clone(), Millis(*now))).collect()
}

/// Topics of the cues that one sentence brings.
fn topics(channel: Channel, text: &str) -> Vec<String> {
    let effects = session().handle(said(channel, 1_000, 4_000, text), Millis(4_000));
    cues(&effects).iter().map(|cue| cue.topic.clone()).collect()
}

#[test]
fn a_final_becomes_a_segment_and_a_card_with_the_words_it_rests_on() {
    let mut session = session();
    let text = "well i like it but honestly it's too expensive for a team of our size";
    let effects = session.handle(said(Customer, 1_000, 4_000, text), Millis(4_100));
    let segment = segments(&effects)[0];
    assert_eq!((segment.number, segment.text.as_str()), (1, text));
    let cue = cues(&effects)[0];
    assert_eq!((cue.number, cue.kind, cue.topic.as_str(), cue.state), (1, CueKind::Objection, "objection.price", CueState::Open));
    let [span] = cue.evidence.spans() else { panic!("one span") };
    assert_eq!(span.segment, 1);
    assert_eq!(text[span.start as usize..span.end as usize], cue.quote);
    assert!(cue.quote.contains("too expensive"));
}

#[test]
fn a_phrase_that_the_recognizer_cut_in_two_rests_on_both_segments() {
    let mut session = session();
    let effects = run(
        &mut session,
        &[(2_000, said(Customer, 0, 2_000, "for us that is honestly too")), (4_000, said(Customer, 2_200, 4_000, "expensive right now"))],
    );
    let cue = cues(&effects).into_iter().find(|cue| cue.topic == "objection.price").expect("a price objection");
    assert_eq!(cue.evidence.spans().iter().map(|span| span.segment).collect::<Vec<_>>(), [1, 2]);
    assert!(cue.quote.contains("too expensive"));
    // A negation in the first half reaches the second.
    let mut session = Session::new(Playbook::built_in(), settings(Verbosity::Normal));
    let effects =
        run(&mut session, &[(2_000, said(Customer, 0, 2_000, "it is not")), (4_000, said(Customer, 2_200, 4_000, "too expensive"))]);
    assert!(cues(&effects).is_empty());
}

#[test]
fn partials_are_shown_and_taken_back() {
    let mut session = session();
    let effects = run(
        &mut session,
        &[
            (1, partial(Customer, 0, 500, "hello")),
            (2, partial(Customer, 0, 500, "hello")),
            (3, partial(Customer, 0, 700, "hello there")),
            (4, said(Customer, 0, 700, "   ")),
        ],
    );
    let shown: Vec<&str> =
        effects.iter().map(|effect| if let Effect::Partial(partial) = effect { partial.text.as_str() } else { "?" }).collect();
    assert_eq!(shown, ["hello", "hello there", ""]);
}

#[test]
fn an_echo_that_comes_after_the_customers_words_is_dropped() {
    let mut session = session();
    let text = "we were thinking about forty seats for the sales team";
    let copy = "were thinking about forty seats for the sales team";
    let effects = run(&mut session, &[(4_000, said(Customer, 1_000, 4_000, text)), (4_200, said(Rep, 1_300, 4_150, copy))]);
    assert_eq!(texts(&effects), [text]);
    assert_eq!(dropped(&effects), 1);
}

#[test]
fn an_echo_that_comes_first_waits_for_the_customers_words() {
    let mut session = session();
    let text = "we were thinking about forty seats for the sales team";
    let effects = run(
        &mut session,
        &[(3_000, voice(Customer, 1_000, 4_000)), (4_100, said(Rep, 1_200, 4_050, text)), (4_600, said(Customer, 1_000, 4_000, text))],
    );
    assert_eq!(segments(&effects).iter().map(|segment| segment.channel).collect::<Vec<_>>(), [Customer]);
    assert_eq!(dropped(&effects), 1);
}

#[test]
fn what_waited_and_was_no_echo_comes_out_in_time() {
    let mut session = session();
    let effects =
        run(&mut session, &[(3_000, voice(Customer, 1_000, 4_000)), (4_100, said(Rep, 1_200, 4_050, "let me show you the dashboard now"))]);
    assert!(segments(&effects).is_empty());
    assert!(segments(&session.handle(Event::Tick, Millis(5_200))).is_empty());
    assert_eq!(texts(&session.handle(Event::Tick, Millis(5_300))), ["let me show you the dashboard now"]);
    // At the end nothing is left behind.
    let effects = run(
        &mut session,
        &[(8_000, voice(Customer, 6_000, 8_000)), (8_100, said(Rep, 6_200, 8_050, "and this is the report page")), (8_150, Event::End)],
    );
    assert_eq!(texts(&effects), ["and this is the report page"]);
}

#[test]
fn without_the_customers_voice_nothing_waits() {
    let effects = session().handle(said(Rep, 1_000, 4_000, "let me show you the dashboard now"), Millis(4_000));
    assert_eq!(segments(&effects).len(), 1);
}

#[test]
fn genuine_words_are_never_dropped() {
    for (first, second) in [
        // Backchannels at the same time.
        (said(Customer, 1_000, 1_500, "yeah okay"), said(Rep, 1_100, 1_600, "yeah okay")),
        (said(Customer, 1_000, 1_500, "yes yes exactly"), said(Rep, 1_100, 1_600, "yes yes exactly")),
        // The rep says it again afterwards.
        (said(Customer, 1_000, 3_000, "forty five dollars per seat"), said(Rep, 4_000, 6_000, "forty five dollars per seat")),
        // Other words at the same time.
        (
            said(Customer, 1_000, 3_000, "we use a spreadsheet for that today"),
            said(Rep, 1_100, 3_100, "so how do you track your deals today"),
        ),
    ] {
        let mut session = session();
        let mut effects = session.handle(first, Millis(6_000));
        effects.extend(session.handle(second, Millis(6_100)));
        effects.extend(session.handle(Event::End, Millis(6_200)));
        assert_eq!(segments(&effects).len(), 2);
    }
}

#[test]
fn the_rep_heard_in_the_meetings_tab_is_dropped_there() {
    let mut session = session();
    let text = "let me walk you through the three plans that we have";
    let effects = run(&mut session, &[(4_000, said(Rep, 1_000, 4_000, text)), (4_700, said(Customer, 1_500, 4_500, text))]);
    assert_eq!(segments(&effects).iter().map(|segment| segment.channel).collect::<Vec<_>>(), [Rep]);
    assert_eq!(dropped(&effects), 1);
}

#[test]
fn topics_do_not_come_twice_and_at_most_three_cards_are_open() {
    let mut session = session();
    let mut effects = Vec::new();
    for (index, text) in [
        "it is too expensive for us",
        "this really is too expensive",
        "we do not have budget for this",
        "i need to talk to my boss about it",
        "legal needs to review the contract",
    ]
    .iter()
    .enumerate()
    {
        let at = 10_000 * (index as i64 + 1);
        effects.extend(session.handle(said(Customer, at, at + 2_000, text), Millis(at + 2_000)));
    }
    let topics: Vec<&str> = cues(&effects).iter().map(|cue| cue.topic.as_str()).collect();
    assert_eq!(topics, ["objection.price", "objection.budget", "objection.authority"]);
    // A stale cue makes room, the oldest first.
    let effects = session.handle(said(Customer, 90_000, 92_000, "legal needs to review the contract"), Millis(92_000));
    assert!(matches!(effects[1], Effect::CueState { cue: 1, state: CueState::Collapsed }), "{effects:?}");
    // An objection may come again after five minutes.
    let effects = session.handle(said(Customer, 400_000, 402_000, "it still is too expensive"), Millis(402_000));
    assert_eq!(cues(&effects)[0].topic, "objection.price");
}

#[test]
fn feedback_changes_known_cards_only() {
    let mut session = session();
    session.handle(said(Customer, 0, 2_000, "it is too expensive"), Millis(2_000));
    let kept = Event::Feedback { cue: 1, state: CueState::Kept };
    assert_eq!(session.handle(kept.clone(), Millis(3_000)), [Effect::CueState { cue: 1, state: CueState::Kept }]);
    assert!(session.handle(kept, Millis(3_000)).is_empty());
    assert!(session.handle(Event::Feedback { cue: 99, state: CueState::Kept }, Millis(3_000)).is_empty());
    assert!(session.handle(Event::Feedback { cue: i64::MIN, state: CueState::Open }, Millis(3_000)).is_empty());
}

#[test]
fn a_dismissed_objection_does_not_come_back() {
    let mut session = session();
    session.handle(said(Customer, 0, 2_000, "it is too expensive"), Millis(2_000));
    session.handle(Event::Feedback { cue: 1, state: CueState::Dismissed }, Millis(3_000));
    assert!(cues(&session.handle(said(Customer, 900_000, 902_000, "it is too expensive"), Millis(902_000))).is_empty());
}

#[test]
fn verbosity_holds_back_what_matters_less() {
    for (verbosity, expected) in [(Verbosity::Quiet, 0), (Verbosity::Normal, 1)] {
        let mut session = Session::new(Playbook::built_in(), settings(verbosity));
        let effects = session.handle(said(Customer, 0, 2_000, "how do you store the audio of a meeting"), Millis(2_000));
        assert_eq!(cues(&effects).len(), expected, "{verbosity}");
    }
}

#[test]
fn a_long_monologue_is_coached_on_the_segments_that_make_it() {
    let mut session = session();
    let mut effects = Vec::new();
    for index in 0..10 {
        let at = index * 10_000;
        effects.extend(
            session.handle(said(Rep, at, at + 9_500, "and then the next feature does one more thing for the team"), Millis(at + 9_600)),
        );
        effects.extend(session.handle(said(Customer, at + 4_000, at + 4_300, "mhm"), Millis(at + 9_700)));
        effects.extend(session.handle(Event::Tick, Millis(at + 9_800)));
    }
    let cue = cues(&effects).into_iter().find(|cue| cue.topic == "coaching.monologue").expect("a nudge");
    assert_eq!(cue.quote, "You have talked for 1:39 without a pause for the customer.");
    assert_eq!(cue.evidence.spans().len(), 10);
    assert!(cue.evidence.spans().iter().all(|span| span.segment % 2 == 1));
}

#[test]
fn without_a_segment_there_is_no_nudge() {
    let mut session = session();
    for second in 0..300 {
        let effects = run(&mut session, &[(second * 1000, voice(Rep, second * 1000, second * 1000 + 1000)), (second * 1000, Event::Tick)]);
        assert!(cues(&effects).is_empty());
    }
}

#[test]
fn talk_share_pace_fillers_and_missing_questions_are_coached() {
    let mut session = Session::new(Playbook::built_in(), settings(Verbosity::Chatty));
    let mut seen = Vec::new();
    for index in 0..40 {
        let at = index * 10_000;
        let fast = "um so the thing you know is that this um basically does what a team like that wants it to do every day of the week \
                    and it does so without that anybody has to um think about it at all";
        let mut effects = session.handle(said(Rep, at, at + 7_000, fast), Millis(at + 7_000));
        effects.extend(session.handle(said(Customer, at + 7_500, at + 9_500, "that is one of those things"), Millis(at + 9_500)));
        effects.extend(session.handle(Event::Tick, Millis(at + 9_600)));
        for cue in cues(&effects) {
            seen.push(cue.topic.clone());
            session.handle(Event::Feedback { cue: cue.number, state: CueState::Kept }, Millis(at + 9_700));
        }
    }
    for topic in ["coaching.talk_share", "coaching.pace", "coaching.fillers", "coaching.no_question"] {
        assert!(seen.iter().any(|seen| seen == topic), "{topic} in {seen:?}");
    }
}

#[test]
fn metrics_come_with_the_tick_when_they_changed() {
    let mut session = session();
    let told = |effects: &[Effect]| effects.iter().filter(|effect| matches!(effect, Effect::Metrics(_))).count();
    assert_eq!(told(&session.handle(Event::Tick, Millis(0))), 1);
    assert_eq!(told(&session.handle(Event::Tick, Millis(1_000))), 0);
    session.handle(voice(Rep, 0, 1_000), Millis(1_100));
    assert_eq!(told(&session.handle(Event::Tick, Millis(1_200))), 1);
    session.handle(voice(Rep, 1_000, 2_000), Millis(1_300));
    assert_eq!(told(&session.handle(Event::Tick, Millis(1_400))), 0);
    assert_eq!(told(&session.handle(Event::Tick, Millis(1_700))), 1);
    assert_eq!(told(&session.handle(Event::End, Millis(1_700))), 1);
}

#[test]
fn after_a_restart_numbers_go_on_and_topics_stay_shown() {
    let mut first = session();
    let effects = run(
        &mut first,
        &[
            (2_000, said(Customer, 0, 2_000, "it is too expensive")),
            (3_000, Event::Bookmark { at: Millis(2_500), note: "price\n".into() }),
            (9_000, said(Rep, 3_000, 9_000, "compared to what")),
        ],
    );
    let stored: Vec<Segment> = segments(&effects).into_iter().cloned().collect();
    let stored_cues: Vec<Cue> = cues(&effects).into_iter().cloned().collect();
    let bookmarks: Vec<_> =
        effects.iter().filter_map(|effect| if let Effect::Bookmark(bookmark) = effect { Some(bookmark.clone()) } else { None }).collect();
    assert_eq!((bookmarks[0].number, bookmarks[0].note.as_str()), (1, "price"));
    let mut second = Session::restore(Playbook::built_in(), settings(Verbosity::Chatty), &stored, &stored_cues, &bookmarks);
    assert_eq!(second.metrics(), first.metrics());
    let again = said(Customer, 20_000, 22_000, "as i said it is too expensive");
    assert_eq!(second.handle(again.clone(), Millis(22_000)), first.handle(again, Millis(22_000)));
    let marked = second.handle(Event::Bookmark { at: Millis(23_000), note: String::new() }, Millis(23_000));
    assert!(matches!(&marked[..], [Effect::Bookmark(bookmark)] if bookmark.number == 2));
}

#[test]
fn bad_input_is_made_harmless() {
    let mut session = session();
    let huge = "too expensive ".repeat(80_000);
    for (text, start, end) in
        [("", 5, 1), (" \n\t ", 0, 0), ("ok\0ay", 9_000, 1), ("😀", i64::MIN, i64::MAX), (huge.as_str(), 5, 6), ("...", 1, 2)]
    {
        let word = model::Word { text: text.chars().take(9).collect(), start: Millis(end), end: Millis(start), confidence: f64::NAN };
        let event = Event::Final(
            TrackId::FAR_END,
            Utterance { text: text.to_owned(), start: Millis(start), end: Millis(end), confidence: f64::NAN, words: vec![word] },
        );
        for effect in session.handle(event, Millis(end)) {
            if let Effect::Segment(segment) = effect {
                assert!(segment.start_ms <= segment.end_ms && segment.start_ms >= Millis::ZERO && segment.confidence == 0.0);
                assert!(!segment.text.is_empty() && !segment.text.contains(char::is_control));
                assert!(segment.words.iter().all(|word| word.start <= word.end && word.confidence == 0.0));
            }
        }
        session.handle(partial(Rep, end, start, text), Millis(start));
    }
    let metrics: Metrics = session.metrics();
    assert!(metrics.talk_share.is_some_and(f64::is_finite));
}

#[test]
fn cards_know_who_speaks() {
    for (text, topic, rep, customer) in [
        ("it's too expensive for you i guess", "objection.price", false, true),
        ("we do not have the budget for this", "objection.budget", false, true),
        ("i'll send you the deck tomorrow", "next_step.rep", true, false),
        ("i will talk to my cfo tomorrow", "next_step.customer", false, true),
        ("how do you handle single sign on", "question.asked", false, true),
        ("sorry for the radio silence", "risk.ghosting", true, true),
        ("we are also talking to two other vendors", "competitor.mentioned", false, true),
    ] {
        for (channel, expected) in [(Rep, rep), (Customer, customer)] {
            let found = topics(channel, text);
            assert_eq!(found.iter().any(|found| found == topic), expected, "{text} by {channel}: {found:?}");
        }
    }
}

#[test]
fn a_corrected_segment_brings_its_cards_anew() {
    let mut session = session();
    let effects = session.handle(said(Customer, 0, 2_000, "it is too extensive"), Millis(2_000));
    assert!(cues(&effects).is_empty());
    let mut corrected = segments(&effects)[0].clone();
    corrected.text = "it is too expensive".into();
    let mut anew = Session::new(Playbook::built_in(), settings(Verbosity::Quiet));
    anew.set_verbosity(Verbosity::Chatty);
    let effects = anew.revisit(&corrected);
    assert_eq!(cues(&effects)[0].topic, "objection.price");
    assert_eq!(anew.metrics().customer.words, 4);
    assert_eq!(segments(&anew.handle(said(Rep, 3_000, 4_000, "compared to what"), Millis(4_000)))[0].number, 2);
}
