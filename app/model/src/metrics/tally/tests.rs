use proptest::prelude::*;

use super::super::of;
use super::*;
use crate::calls::TrackId;

fn said(number: i64, channel: Channel, start: i64, end: i64, text: &str) -> Segment {
    Segment {
        number,
        track: TrackId::usual(channel),
        channel,
        text: text.to_owned(),
        start_ms: Millis(start),
        end_ms: Millis(end),
        confidence: 1.0,
        words: Vec::new(),
        corrected: false,
    }
}

#[test]
fn a_short_talk_has_the_numbers_of_its_definitions() {
    let metrics = of(&[
        said(1, Channel::Rep, 0, 12_000, "um so what are you using today"),
        said(2, Channel::Customer, 13_000, 33_000, "we use spreadsheets you know and it is slow"),
        said(3, Channel::Rep, 20_000, 20_500, "mhm"),
        said(4, Channel::Customer, 34_000, 43_000, "so we look for something better"),
        said(5, Channel::Rep, 45_000, 53_000, "got it let me show you"),
    ]);
    assert_eq!((metrics.rep.words, metrics.rep.questions, metrics.rep.fillers), (14, 1, 1));
    assert_eq!((metrics.customer.words, metrics.customer.questions, metrics.customer.fillers), (15, 0, 1));
    assert_eq!((metrics.rep.talk_ms, metrics.customer.talk_ms), (Millis(20_500), Millis(29_000)));
    assert_eq!(metrics.talk_share, Some(20.5 / 49.5));
    assert_eq!(metrics.rep.words_per_minute, Some(14.0 * 60.0 / 20.5));
    assert_eq!(metrics.customer.longest_monologue_ms, Millis(30_000));
    assert_eq!(metrics.rep.longest_monologue_ms, Millis(12_000));
    assert_eq!(metrics.turns, 2);
    assert_eq!(metrics.patience_ms, Some(2_000.0));
}

#[test]
fn nothing_said_has_no_rates() {
    assert_eq!(of(&[]), Metrics::default());
    assert_eq!(of(&[said(1, Channel::Rep, 0, 9_000, "hello there")]).rep.words_per_minute, None);
}

#[test]
fn a_yes_to_a_question_takes_the_floor_and_a_mhm_does_not() {
    let question = said(1, Channel::Rep, 0, 2_000, "do you like it");
    let yes = said(2, Channel::Customer, 2_500, 3_000, "yes");
    let go_on = said(1, Channel::Rep, 0, 2_000, "and that is the plan");
    assert_eq!(of(&[question, yes.clone()]).turns, 1);
    assert_eq!(of(&[go_on, yes]).turns, 0);
}

#[test]
fn voice_wins_over_the_segments_times_and_overlaps_count_once() {
    let mut tally = Tally::default();
    tally.push_voice(Channel::Rep, Millis(0), Millis(1_000));
    tally.push_voice(Channel::Rep, Millis(500), Millis(1_500));
    tally.push_voice(Channel::Rep, Millis(9_000), Millis(8_000));
    tally.push_segment(&said(1, Channel::Rep, 0, 30_000, "hello"));
    assert_eq!(tally.metrics().rep.talk_ms, Millis(1_500));
}

#[test]
fn after_a_restart_voice_adds_to_what_the_segments_tell() {
    let mut tally = Tally::default();
    tally.push_segment(&said(1, Channel::Rep, 0, 30_000, "hello"));
    tally.push_voice(Channel::Rep, Millis(31_000), Millis(32_000));
    assert_eq!(tally.metrics().rep.talk_ms, Millis(31_000));
}

#[test]
fn a_long_silence_ends_a_monologue() {
    let metrics =
        of(&[said(1, Channel::Rep, 0, 5_000, "one two three four"), said(2, Channel::Rep, 60_000, 68_000, "five six seven eight")]);
    assert_eq!(metrics.rep.longest_monologue_ms, Millis(8_000));
    assert_eq!(metrics.turns, 0);
}

proptest! {
    #[test]
    fn any_times_give_sane_numbers(pieces in prop::collection::vec((any::<bool>(), any::<bool>(), any::<i64>(), any::<i64>(), "[a-z ]{0,30}"), 0..40)) {
        let mut tally = Tally::default();
        for (voice, rep, start, end, text) in pieces {
            let channel = if rep { Channel::Rep } else { Channel::Customer };
            if voice {
                tally.push_voice(channel, Millis(start), Millis(end));
            } else {
                tally.push_segment(&said(1, channel, start, end, &text));
            }
        }
        let metrics = tally.metrics();
        prop_assert!(metrics.talk_share.is_none_or(|share| (0.0..=1.0).contains(&share)));
        prop_assert!(metrics.patience_ms.is_none_or(|pause| (0.0..=10_000.0).contains(&pause)));
        for side in [metrics.rep, metrics.customer] {
            prop_assert!(side.talk_ms >= Millis::ZERO && side.talk_ms.0 <= Frame::MAX_CAPTURED_AT);
            prop_assert!(side.words_per_minute.is_none_or(f64::is_finite));
        }
    }
}
