//! Scripts without spaces between words: numbers that fit, and no advice that doesn't.
#![allow(clippy::unwrap_used)]

use chrono::NaiveDate;
use live::{Playbook, insight};
use model::{Channel, Utterance};

use crate::told::{Customer, Rep, line, tell};

fn chinese() -> Vec<(Channel, Utterance)> {
    vec![
        line(Rep, 0, 4_000, "您好我们今天想介绍一下新的方案和价格"),
        line(Customer, 4_400, 8_400, "价格太贵了我们今年没有预算"),
        line(Rep, 8_800, 12_800, "明白了请问您现在用的是什么系统"),
        line(Customer, 13_200, 17_200, "我们现在用的是自己做的表格"),
        line(Rep, 17_600, 21_600, "我明天把报价单发给您"),
    ]
}

#[test]
fn chinese_and_japanese_are_counted_in_letters_and_have_no_pace() {
    let japanese = [
        line(Rep, 0, 4_000, "本日はお時間をいただきありがとうございます"),
        line(Customer, 4_400, 8_400, "値段が高すぎると思います。予算がありません。"),
        line(Rep, 8_800, 12_800, "金曜日までに見積もりを送ります。"),
    ];
    for (lines, rep, customer) in [(chinese(), 18 + 15 + 10, 13 + 13), (japanese.to_vec(), 21 + 15, 20)] {
        let metrics = tell(&lines).session.metrics();
        assert_eq!((metrics.rep.words, metrics.customer.words), (rep, customer));
        assert_eq!((metrics.rep.words_per_minute, metrics.customer.words_per_minute), (None, None));
        assert!(metrics.talk_share.is_some_and(|share| share > 0.5) && metrics.turns >= 2);
    }
}

#[test]
fn nobody_is_told_to_slow_down_by_the_count_of_letters() {
    for text in [
        "我们的方案可以帮助您的团队每天节省很多时间而且不需要安装任何软件",
        "この製品はお客様のチームの時間を毎日節約することができます",
        "ผลิตภัณฑ์นี้ช่วยให้ทีมของคุณประหยัดเวลาได้ทุกวัน",
    ] {
        let lines: Vec<_> = (0..20).map(|index| line(Rep, index * 5_000, index * 5_000 + 4_800, text)).collect();
        let told = tell(&lines);
        assert!(told.topics().iter().all(|topic| *topic != "coaching.pace"), "{:?}", told.topics());
        assert_eq!(told.session.metrics().rep.words_per_minute, None);
    }
}

#[test]
fn a_summary_comes_of_them_too() {
    let told = tell(&chinese());
    let date = NaiveDate::from_ymd_opt(2026, 11, 28).unwrap();
    let insights = insight::write(&Playbook::built_in(), &told.segments, &told.cues, &[], &live::due_dates::Viewpoint::of(date, "en"));
    assert!(!insights.summary.is_empty());
}

#[test]
fn two_japanese_sentences_of_a_turn_are_two_lines_of_a_summary() {
    let told = tell(&[
        line(Rep, 0, 4_000, "本日はお時間をいただきありがとうございます"),
        line(Customer, 4_400, 8_400, "値段が高すぎると思います。予算がありません。"),
    ]);
    let date = NaiveDate::from_ymd_opt(2026, 11, 28).unwrap();
    let insights = insight::write(&Playbook::built_in(), &told.segments, &told.cues, &[], &live::due_dates::Viewpoint::of(date, "ja"));
    let lines: Vec<&str> = insights.summary.iter().filter(|line| line.channel == Customer).map(|line| line.text.as_str()).collect();
    assert_eq!(lines, ["値段が高すぎると思います。", "予算がありません。"]);
}

#[test]
fn an_echo_is_told_from_a_read_back_in_them_too() {
    let words = "我们需要十二个座位从三月开始";
    for (lag, kept) in [(200, 1), (400, 1), (2_000, 2), (2_100, 2)] {
        let told = tell(&[line(Customer, 1_000, 3_000, words), line(Rep, 1_000 + lag, 3_000 + lag, words)]);
        assert_eq!(told.segments.len(), kept, "{lag}");
    }
}
