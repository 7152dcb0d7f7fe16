//! Whose words those are that are heard on both sides: time tells, not the words alone.
#![allow(clippy::unwrap_used)]

use model::Channel;

use crate::told::{Customer, Rep, Told, line, tell};

fn kept(told: &Told) -> Vec<(Channel, &str)> {
    told.segments.iter().map(|segment| (segment.channel, segment.text.as_str())).collect()
}

/// `l1-read-back`.
#[test]
fn a_read_back_stays_and_an_echo_goes() {
    let (seats, invoice) = ("Twelve seats starting first March", "Exactly and we pay by invoice every single quarter");
    let told = tell(&[
        line(Rep, 0, 1_800, "How many do you want and when?"),
        line(Customer, 2_200, 3_600, seats),
        line(Rep, 3_650, 5_100, seats),
        line(Customer, 6_000, 9_200, invoice),
        line(Rep, 6_200, 9_400, invoice),
    ]);
    assert_eq!(kept(&told), [(Rep, "How many do you want and when?"), (Customer, seats), (Rep, seats), (Customer, invoice)]);
    assert_eq!(told.echoes, [invoice]);
}

/// `l2-echo-other-words`.
#[test]
fn an_echo_that_was_written_otherwise_goes_too() {
    let told = tell(&[
        line(Customer, 0, 4_000, "We would need the report in finance every Friday morning"),
        line(Rep, 300, 4_300, "We'd need that report and finance every fright in morning"),
        line(Customer, 6_000, 10_000, "Our old provider lost two of our biggest orders last spring"),
        line(Rep, 6_300, 10_300, "Are old provider loss to of our big orders last bring"),
    ]);
    assert!(told.segments.iter().all(|segment| segment.channel == Customer) && told.segments.len() == 2, "{:?}", kept(&told));
    assert_eq!(told.session.metrics().talk_share, Some(0.0));
}

#[test]
fn how_far_apart_two_copies_are_decides() {
    let words = "we would like to start with twelve seats in March";
    for (lag, long, is_echo) in [
        // Echoes, of a sentence of 3 s.
        (50, 3_000, true),
        (100, 3_000, true),
        (200, 3_000, true),
        (400, 3_000, true),
        (700, 3_000, true),
        (1_000, 3_000, true),
        // Read back while the last word is still being said, or after it.
        (2_200, 3_000, false),
        (2_700, 3_000, false),
        (3_000, 3_000, false),
        (3_050, 3_000, false),
        (3_500, 3_000, false),
        // Quickly spoken.
        (200, 1_400, true),
        (500, 1_400, true),
        (1_100, 1_400, false),
        (1_400, 1_400, false),
        (1_450, 1_400, false),
    ] {
        for (first, second) in [(Customer, Rep), (Rep, Customer)] {
            if second == Customer && lag < 100 {
                // So close together the rep's copy is the echo, and it was first.
                continue;
            }
            let told = tell(&[line(first, 5_000, 5_000 + long, words), line(second, 5_000 + lag, 5_000 + lag + long, words)]);
            assert_eq!(told.segments.len(), if is_echo { 1 } else { 2 }, "{first} then {second} {lag} ms later, {long} ms long");
            assert_eq!(told.segments[0].channel, first);
        }
    }
}

#[test]
fn a_short_read_back_stays_whatever_its_words() {
    for words in [
        "forty five dollars",
        "forty five dollars per seat",
        "by the end of March then",
        "fourteen people in two teams",
        "Tuesday at ten with Priya",
    ] {
        for gap in [0, 20, 50, 100, 200, 400, 1_000] {
            let told = tell(&[line(Customer, 1_000, 2_200, words), line(Rep, 2_200 + gap, 3_500 + gap, words)]);
            assert_eq!(told.segments.len(), 2, "{words}, {gap} ms after its end");
        }
    }
}

#[test]
fn misheard_echoes_in_both_directions() {
    for (text, copy) in [
        ("We would need the report in finance every Friday morning", "We would feed the resort in finances every try day morning"),
        ("Could you tell me how the data gets from our system to yours", "Good you tell me how the date get from our sister to yours"),
        ("We have about forty people in the support team right now", "We have a bout of fourteen people in this sport team right now"),
        ("The contract with our provider runs until the end of June", "The contact with hour provider run and tell the end of Jude"),
        ("It takes the team two days a week to write it all up", "It take the teen today a week to right it all up"),
        ("Our biggest problem is that nobody reads the notes afterwards", "Our big his problem is that no body needs the notes afterward"),
        ("We looked at three other tools before we called you", "We look at free other tools be four we call you"),
        ("My boss will want to see the numbers before he signs", "My bus will want to seat a numbers before he sighs"),
    ] {
        for (first, second) in [(Customer, Rep), (Rep, Customer)] {
            for lag in [150, 300, 600] {
                let told = tell(&[line(first, 2_000, 6_000, text), line(second, 2_000 + lag, 6_000 + lag, copy)]);
                assert_eq!(kept(&told), [(first, text)], "{second} {lag} ms later");
            }
        }
    }
}

#[test]
fn two_people_who_talk_at_once_are_both_heard() {
    for (one, other) in [
        ("we use a spreadsheet for that today", "so how do you track your deals today"),
        ("we would need the report in finance every Friday morning", "sure we can do that and what about the people in support"),
        ("the price is more than we have in the budget this year", "the pilot would give you the numbers that you need for that"),
        ("our security team will want to know where the data is", "and that is what we built the whole thing for in the end"),
        ("it takes us about two days a week to write it all up", "so that is two people for a day every single week right"),
        ("I think we can start in March or in April with ten seats", "let me just share the screen so that you can see it"),
        ("nobody reads the notes after the call as far as I know", "do you know who reads the notes after such a call"),
        ("we have about forty people in the support team", "how many of the people are in the field"),
        ("and then there is the question of who signs", "is there somebody else who has to see this"),
        ("yes that is right we do that in the CRM", "okay so that is done in the tool that you have today"),
    ] {
        for (first, second) in [(Customer, Rep), (Rep, Customer)] {
            let told = tell(&[line(first, 2_000, 5_000, one), line(second, 2_300, 5_300, other)]);
            assert_eq!(kept(&told), [(first, one), (second, other)]);
        }
    }
}

/// Words of two earlier sentences once made an echo of the third.
#[test]
fn what_two_people_say_at_once_after_each_other_is_no_echo() {
    let told = tell(&[
        line(Rep, 1_000, 1_800, "what are you using today for your calls"),
        line(Rep, 2_000, 2_800, "i will send you the deck by friday"),
        line(Customer, 2_100, 2_900, "could you send me the contract"),
    ]);
    assert_eq!(told.echoes, [""; 0]);
    assert_eq!(told.segments.len(), 3);
}

/// Real talk, each turn said while the other side says the one before it, in either order: hardly anything is taken for an echo.
#[test]
fn conversations_in_which_everybody_talks_at_once_keep_their_words() {
    let (mut all, mut dropped) = (0, Vec::new());
    for file in [include_str!("../moments/one/01.tsv"), include_str!("../moments/two/05.tsv"), include_str!("../moments/quiet/03.tsv")] {
        let turns: Vec<(&str, &str)> = file.lines().filter_map(|line| line.split_once('\t')).collect();
        let first_words = |turn: &str| turn.split(['\t', '.', '?']).next().unwrap_or_default().to_owned();
        for pair in turns.windows(2) {
            for lag in [0, 100, 300, 600, 900] {
                let (one, other) = (first_words(pair[0].1), first_words(pair[1].1));
                let length = |text: &str| 400 * text.split_whitespace().count() as i64;
                let sides = if pair[0].0 == "rep" { (Rep, Customer) } else { (Customer, Rep) };
                let told = tell(&[
                    line(sides.0, 5_000, 5_000 + length(&one), &one),
                    line(sides.1, 5_000 + lag, 5_000 + lag + length(&other), &other),
                ]);
                all += 2;
                dropped.extend(told.echoes.iter().map(|echo| format!("{lag}: {echo} / {one}")));
            }
        }
    }
    assert!(dropped.len() * 100 < all, "{} of {all}: {dropped:#?}", dropped.len());
}

#[test]
fn what_is_said_again_much_later_is_no_echo() {
    let words = "we need it by the end of the month";
    let told = tell(&[line(Customer, 0, 2_500, words), line(Rep, 9_000, 11_500, words), line(Customer, 20_000, 22_500, words)]);
    assert_eq!(told.texts().len(), 3);
}
