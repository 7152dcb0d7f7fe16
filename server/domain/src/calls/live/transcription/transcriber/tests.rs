#![allow(clippy::unwrap_used, clippy::expect_used)]

mod service;

use model::Channel;
use model::Millis;
use tokio::time::{Instant, sleep};

use self::service::{Fate, LENGTH, Opened, SCRIPT, Service, WORD};
use super::*;

#[derive(Default)]
struct Outcome {
    words: Vec<(String, i64)>,
    statuses: Vec<RecognizerStatus>,
    end: Option<Result<(), RecognizerError>>,
    /// From the last audio to the end.
    ending: Duration,
}

/// A call with these recognizers, as fast as people speak.
async fn call(recognizers: Vec<Arc<Service>>) -> Outcome {
    let recognizers = recognizers.into_iter().map(|service| service as Arc<dyn Recognizer>).collect();
    let request = OpenStream {
        track: TrackId::FAR_END,
        channel: Channel::Customer,
        language: "en-US".to_owned(),
        vocabulary: Vec::new(),
        reopens: false,
    };
    let transcriber = Transcriber { track: TrackId::FAR_END, recognizers, request, consent: Consent::of_test() };
    let (input, audio) = mpsc::channel(900);
    let (out, mut events) = mpsc::channel(64);
    tokio::spawn(transcriber.run(audio, out));
    let feed = tokio::spawn(async move {
        for start in (0..LENGTH).step_by(100) {
            let samples = (start..start + 100).flat_map(|at| [(at / 2) as i16; 16]).collect();
            input.send(TranscriberInput::Audio(Piece { start: Millis(start), samples }, true)).await.ok().unwrap();
            sleep(Duration::from_millis(100)).await;
        }
        input.send(TranscriberInput::Finish).await.ok().unwrap();
        Instant::now()
    });
    let mut outcome = Outcome::default();
    loop {
        match events.recv().await.expect("it ends with Done") {
            TranscriberEvent::Partial(_) => {}
            TranscriberEvent::Final(said) => outcome.words.extend(said.words.into_iter().map(|word| (word.text, word.start.0))),
            TranscriberEvent::Status(status) => outcome.statuses.push(status),
            TranscriberEvent::Done(end) => {
                outcome.end = Some(end);
                break;
            }
        }
    }
    outcome.ending = feed.await.unwrap().elapsed();
    outcome
}

fn lost(after: i64) -> Fate {
    Fate::Lost(after, RecognizerError::Connection("it ended".to_owned()))
}

fn refused() -> Fate {
    Fate::Refused(RecognizerError::Connection("refused".to_owned()))
}

fn quota() -> Fate {
    Fate::Refused(RecognizerError::Quota("too many streams at a time".to_owned()))
}

/// Every word of the script once, at its time.
fn assert_complete(outcome: &Outcome, why: &str) {
    let script = SCRIPT.iter().flat_map(|(at, text)| (0..).zip(text.split(' ')).map(move |(place, word)| (word, at + place * WORD)));
    let script: Vec<_> = script.collect();
    let words: Vec<_> = outcome.words.iter().map(|(word, _)| word.as_str()).collect();
    assert_eq!(words, script.iter().map(|(word, _)| *word).collect::<Vec<_>>(), "{why}");
    for ((word, start), (_, wanted)) in outcome.words.iter().zip(&script) {
        assert!((start - wanted).abs() <= 10, "{word} at {start} instead of {wanted}: {why}");
    }
}

#[tokio::test(start_paused = true)]
async fn after_a_lost_stream_every_word_is_there_once_at_its_time() {
    for after in [0, 500, 1_700, 2_600, 3_700, 6_500, 9_000, 29_000, 31_250, 35_900] {
        let service = Service::new("one", [lost(after)]);
        let outcome = call(vec![Arc::clone(&service)]).await;
        assert_complete(&outcome, &format!("lost after {after}"));
        assert_eq!(outcome.end, Some(Ok(())), "lost after {after}");
        let reopens: Vec<_> = service.opened().iter().map(|opened| opened.reopens).collect();
        assert_eq!(reopens, [false, true], "lost after {after}");
    }
}

#[tokio::test(start_paused = true)]
async fn long_silence_that_was_worked_through_is_not_sent_again() {
    let service = Service::new("one", [lost(29_000)]);
    let outcome = call(vec![Arc::clone(&service)]).await;
    assert_complete(&outcome, "lost in silence");
    // The last words before were at 7.2 s; marks come every three seconds or so.
    let begins = service.opened()[1].begins.unwrap();
    assert!((25_000..=29_000).contains(&begins), "the second stream begins at {begins}");
}

#[tokio::test(start_paused = true)]
async fn a_service_that_is_away_for_half_a_minute_is_waited_for() {
    let other = Service::new("two", []);
    // 0.25 s, 0.5 s … 8 s, each a half shorter or longer.
    let service = Service::new("one", [lost(8_000)].into_iter().chain((0..7).map(|_| refused())));
    let outcome = call(vec![Arc::clone(&service), Arc::clone(&other)]).await;
    assert_complete(&outcome, "away for a while");
    assert_eq!((service.opened().len(), other.opened().len()), (9, 0));
    assert!(service.opened().iter().skip(1).all(|opened| opened.reopens), "a guard doesn't count them");
    let last = outcome.statuses.last().unwrap();
    assert_eq!((last.label.as_str(), last.health), ("one", RecognizerHealth::Listening));
}

#[tokio::test(start_paused = true)]
async fn one_that_stays_away_gives_way_and_the_next_one_hears_what_was_not_answered() {
    let (service, other) = (Service::new("one", [lost(6_500)].into_iter().chain((0..20).map(|_| refused()))), Service::new("two", []));
    let outcome = call(vec![Arc::clone(&service), Arc::clone(&other)]).await;
    assert_complete(&outcome, "gave way");
    assert_eq!(service.opened().len(), 10);
    assert_eq!(other.opened(), [Opened { reopens: false, begins: Some(3_700) }]);
    assert!(outcome.statuses.iter().any(|status| status.label == "one" && status.health == RecognizerHealth::Failed));
}

#[tokio::test(start_paused = true)]
async fn one_that_never_answers_soon_gives_way() {
    let (service, other) = (Service::new("one", (0..20).map(|_| refused())), Service::new("two", []));
    let outcome = call(vec![Arc::clone(&service), Arc::clone(&other)]).await;
    assert_complete(&outcome, "never there");
    assert_eq!(service.opened().len(), 4);
    assert!(service.opened().iter().all(|opened| !opened.reopens), "a guard counts them");
}

#[tokio::test(start_paused = true)]
async fn a_quota_right_after_a_loss_is_tried_again_and_at_the_beginning_gives_way() {
    // The lost stream is still counted by the service.
    let (service, other) = (Service::new("one", [lost(6_500), quota(), quota()]), Service::new("two", []));
    let outcome = call(vec![Arc::clone(&service), Arc::clone(&other)]).await;
    assert_complete(&outcome, "quota after a loss");
    assert_eq!((service.opened().len(), other.opened().len()), (4, 0));
    let (service, other) = (Service::new("one", [quota()]), Service::new("two", []));
    let outcome = call(vec![Arc::clone(&service), Arc::clone(&other)]).await;
    assert_complete(&outcome, "quota at the beginning");
    assert_eq!((service.opened().len(), other.opened().len()), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn a_refused_key_gives_way_at_once() {
    let refused = Fate::Refused(RecognizerError::Authentication);
    let (service, other) = (Service::new("one", [lost(6_500), refused]), Service::new("two", []));
    let outcome = call(vec![Arc::clone(&service), Arc::clone(&other)]).await;
    assert_complete(&outcome, "refused key");
    assert_eq!((service.opened().len(), other.opened().len()), (2, 1));
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_is_lost_again_and_again_while_it_answers_is_opened_each_time() {
    // More often than any limit of tries in a row.
    let service = Service::new("one", (0..14).map(|count| lost(4_000 + count * 2_000)));
    let outcome = call(vec![Arc::clone(&service)]).await;
    assert_complete(&outcome, "lost fourteen times");
    assert_eq!(service.opened().len(), 15);
}

#[tokio::test(start_paused = true)]
async fn the_last_words_are_waited_for_half_a_minute_in_all() {
    let outcome = call(vec![Service::new("one", [Fate::NeverEnds])]).await;
    assert_complete(&outcome, "never ends");
    assert!((30..32).contains(&outcome.ending.as_secs()), "{:?}", outcome.ending);
    assert_eq!(outcome.end, Some(Err(RecognizerError::Hung)));
    // Opening another stream again and again is no reason to wait longer.
    let hung = |_| Fate::Lost(LENGTH - 1, RecognizerError::Hung);
    let outcome = call(vec![Service::new("one", (0..20).map(hung))]).await;
    assert!(outcome.ending.as_secs() < 60, "{:?}", outcome.ending);
}

#[tokio::test(start_paused = true)]
async fn without_any_recognizer_that_works_the_call_goes_on_and_says_so() {
    let refused = || Fate::Refused(RecognizerError::Authentication);
    let outcome = call(vec![Service::new("one", [refused()]), Service::new("two", [refused()])]).await;
    assert_eq!(outcome.words, []);
    let last = outcome.statuses.last().unwrap();
    assert!(last.health == RecognizerHealth::Failed && last.message.contains("The recording goes on"), "{last:?}");
    assert!(outcome.ending.as_secs() < 1);
    assert_eq!(outcome.end, Some(Err(RecognizerError::Authentication)));
}
