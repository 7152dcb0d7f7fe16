//! What a judge finds beside the phrases.
#![allow(clippy::unwrap_used)]

use live::{Effect, Event, Moment};
use model::{Channel, Cue, CueKind, Millis, TrackId, Utterance};

use crate::told::chatty;

const CUSTOMER: TrackId = TrackId::usual(Channel::Customer);

fn cues(effects: Vec<Effect>) -> Vec<Cue> {
    effects.into_iter().filter_map(|effect| if let Effect::Cue(cue) = effect { Some(cue) } else { None }).collect()
}

fn moment(topic: &str, text: &str, words: &str) -> Moment {
    let start = text[..text.find(words).unwrap()].chars().count() as u32;
    Moment { topic: topic.to_owned(), chars: start..start + words.chars().count() as u32, margin: 1.0 }
}

/// The number of the customer's segment, and the cues of its phrases.
fn say(session: &mut live::Session, text: &str, at: i64) -> (i64, Vec<Cue>) {
    let said = Utterance::new(text, Millis(at), Millis(at + 2_000));
    let effects = session.handle(Event::Final(CUSTOMER, said), Millis(at + 2_000));
    let number = effects.iter().find_map(|effect| if let Effect::Segment(segment) = effect { Some(segment.number) } else { None });
    (number.unwrap(), cues(effects))
}

#[test]
fn what_no_phrase_knows_is_shown_with_its_sentence() {
    let text = "Right. The number on page four is not one that I take upstairs. Anyway.";
    let mut session = chatty();
    let (number, phrases) = say(&mut session, text, 0);
    assert_eq!(phrases, []);
    let moments = vec![moment("objection.price", text, "page four is not one that I take upstairs")];
    let found = cues(session.handle(Event::Judged { segment: number, moments: moments.clone() }, Millis(2_100)));
    assert_eq!((found.len(), found[0].kind, found[0].topic.as_str()), (1, CueKind::Objection, "objection.price"));
    assert_eq!(found[0].quote, "The number on page four is not one that I take upstairs");
    assert_eq!(found[0].evidence.first_segment(), number);
    assert_eq!(cues(session.handle(Event::Judged { segment: number, moments }, Millis(2_200))), [], "once");
}

#[test]
fn what_the_phrases_have_said_is_not_said_twice() {
    let text = "That is too expensive for us, honestly.";
    let mut session = chatty();
    let (number, phrases) = say(&mut session, text, 0);
    assert_eq!(phrases.len(), 1);
    let moments = vec![moment("objection.budget", text, "too expensive for us")];
    assert_eq!(cues(session.handle(Event::Judged { segment: number, moments }, Millis(2_100))), []);
}

#[test]
fn an_objection_leads_and_the_question_is_answered_inside_it() {
    let text = "I doubt that our people would ever use it, so who else of our size does";
    let mut session = chatty();
    let (number, _) = say(&mut session, text, 0);
    let moments =
        vec![moment("objection.need", text, "doubt that our people"), moment("question.asked", text, "who else of our size does")];
    let kinds: Vec<_> =
        cues(session.handle(Event::Judged { segment: number, moments }, Millis(2_100))).iter().map(|cue| cue.kind).collect();
    assert_eq!(kinds, [CueKind::Objection]);
}

#[test]
fn nothing_is_made_of_what_is_unknown_or_comes_too_late() {
    let text = "We would have to run that past a few more people.";
    let mut session = chatty();
    let (number, _) = say(&mut session, text, 0);
    for (segment, topic) in [(number + 5, "objection.authority"), (number, "objection.weather"), (number, "next_step.rep")] {
        let moments = vec![moment(topic, text, "past a few more people")];
        assert_eq!(cues(session.handle(Event::Judged { segment, moments }, Millis(2_100))), [], "{segment} {topic}");
    }
    let (number, _) = say(&mut session, text, 10_000);
    for at in 2..11 {
        say(&mut session, "And then we went on to something else entirely.", at * 10_000);
    }
    let moments = vec![moment("objection.authority", text, "past a few more people")];
    assert_eq!(cues(session.handle(Event::Judged { segment: number, moments }, Millis(120_000))), []);
}
