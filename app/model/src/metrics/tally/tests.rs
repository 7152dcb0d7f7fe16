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
fn a_line_that_is_still_being_spoken_slows_nobody_down() {
    let mut tally = Tally::default();
    tally.push_voice(Channel::Rep, Millis(0), Millis(20_000));
    tally.push_segment(&said(1, Channel::Rep, 0, 20_000, &"word ".repeat(50)));
    let pace = tally.metrics().rep.words_per_minute;
    assert_eq!(pace, Some(150.0));
    // Half a minute of the next line, in stretches as the detector tells them; its words come at its end.
    for second in 21..51 {
        tally.push_voice(Channel::Rep, Millis(second * 1_000), Millis(second * 1_000 + 900));
        assert_eq!(tally.metrics().rep.words_per_minute, pace, "{second}");
    }
    assert_eq!(tally.metrics().rep.talk_ms, Millis(20_000 + 30 * 900), "the talk is talk all the same");
    tally.push_segment(&said(2, Channel::Rep, 21_000, 50_900, &"word ".repeat(90)));
    assert_eq!(tally.metrics().rep.words_per_minute.map(f64::round), Some(179.0));
    // A recognizer that is minutes behind, and the other side's words, change nothing either.
    let pace = tally.metrics().rep.words_per_minute;
    (60..200).for_each(|second| tally.push_voice(Channel::Rep, Millis(second * 1_000), Millis(second * 1_000 + 500)));
    tally.push_segment(&said(3, Channel::Customer, 200_000, 201_000, "yes"));
    assert_eq!(tally.metrics().rep.words_per_minute, pace);
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

#[test]
fn a_monologue_ends_where_the_other_side_speaks_whichever_is_final_first() {
    let pieces = [
        said(1, Channel::Customer, 113_037, 117_639, "Probably, yes. But I would have to prove that to Priya first."),
        said(2, Channel::Customer, 125_687, 126_798, "Right, right."),
        // Held back for a second, because the customer spoke at its end.
        said(3, Channel::Rep, 117_889, 126_487, "Then let's prove it together. We run a pilot with four reps for thirty days"),
        said(4, Channel::Rep, 126_998, 128_366, "to your finance team."),
    ];
    let metrics = of(&pieces);
    assert_eq!((metrics.customer.longest_monologue_ms, metrics.rep.longest_monologue_ms), (Millis(4_602), Millis(10_477)));
    let mut in_time = pieces.to_vec();
    in_time.sort_by_key(|segment| segment.start_ms);
    assert_eq!(of(&in_time), metrics);
}

#[test]
fn the_talk_of_two_tracks_counts_once_whichever_comes_first() {
    let long = said(1, Channel::Customer, 0, 10_000, "we take notes in a different way each of us");
    let short = said(2, Channel::Customer, 8_000, 9_000, "that is right you know");
    for pieces in [[long.clone(), short.clone()], [short, long]] {
        assert_eq!(of(&pieces).customer.talk_ms, Millis(10_000));
    }
}

#[test]
fn what_the_recognizer_doubts_counts_for_nothing() {
    let trusted = said(14, Channel::Customer, 36_000, 39_000, "I'm back, how much is the Meadow plan?");
    let doubt = |number: i64| Segment {
        confidence: 0.21,
        ..said(number, Channel::Customer, number * 2_500, number * 2_500 + 2_000, "Thank you for watching.")
    };
    let all: Vec<Segment> = (1..13).map(doubt).chain([trusted.clone()]).collect();
    assert_eq!(of(&all), of(std::slice::from_ref(&trusted)));
    // No measure of it is no doubt, and neither is what a person has written.
    for sure in [Segment { confidence: 0.0, ..trusted.clone() }, Segment { confidence: 0.1, corrected: true, ..trusted.clone() }] {
        assert_eq!(of(&[sure]), of(std::slice::from_ref(&trusted)));
    }
}

#[test]
fn scripts_without_spaces_are_counted_in_letters_and_have_no_pace() {
    for (text, words) in [
        ("价格太贵了我们今年没有预算", 13),
        ("値段が高すぎると思います。予算がありません。", 20),
        ("データベース", 4),
        ("ราคาแพงเกินไป", 10),
        ("我们用 Salesforce 和 Excel", 5 + 1),
    ] {
        let metrics = of(&[said(1, Channel::Customer, 0, 12_000, text)]);
        assert_eq!(metrics.customer.words, words, "{text}");
        assert_eq!(metrics.customer.words_per_minute, None, "{text}");
    }
    // Spaces make words, in whatever script.
    for text in ["가격이 너무 비싸요", "कीमत बहुत ज़्यादा", "слишком дорого"] {
        assert_eq!(
            of(&[said(1, Channel::Customer, 0, 12_000, text)]).customer.words_per_minute,
            Some(text.split(' ').count() as f64 * 5.0)
        );
    }
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
