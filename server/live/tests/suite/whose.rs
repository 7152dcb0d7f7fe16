//! Whose product, and when: the competitor as subject, the past and a negation take the opposite back.
#![allow(clippy::unwrap_used)]

use crate::told::{Customer, Rep, line, tell, wrong};

const NONE: Vec<String> = Vec::new();
const PRICE: &str = "objection.price";

/// Whether the last line of a call brings a topic. Lines come 8 s apart.
fn brings(topic: &str, lines: &[(model::Channel, &str)]) -> bool {
    let said: Vec<_> = lines
        .iter()
        .enumerate()
        .map(|(index, (channel, text))| line(*channel, index as i64 * 8_000, index as i64 * 8_000 + 7_000, text))
        .collect();
    let told = tell(&said);
    let last = told.segments.len() as i64;
    told.cues.iter().any(|cue| cue.topic == topic && cue.evidence.first_segment() == last)
}

#[test]
fn the_samples_complaint_about_a_rival_is_no_objection_to_us() {
    let gong = [
        (Customer, "Our head of sales, Priya Raman, signs off on this. And to be open with you, we are also looking at Gong."),
        (Rep, "Thanks for telling me. What do you like about Gong?"),
        (Customer, "The reporting is strong. But it only helps after the call, and it is too expensive for a team of our size."),
    ];
    assert!(!brings(PRICE, &gong));
    // The rep has come back to their own in between.
    let ours = [gong[0], (Rep, "Good. Our team plan is forty nine dollars for each rep."), gong[2]];
    assert!(brings(PRICE, &ours));
}

#[test]
fn a_rival_as_subject_takes_an_objection_back() {
    let texts = [
        "Gong is too expensive for us.",
        "we looked at gong and it is too expensive",
        "We are looking at Gong. It's too expensive, though.",
        "Gong's pricing is too high",
        "salesloft costs too much for a team like ours",
        "We talked to another vendor. They are way too expensive.",
        "the other tool is too expensive",
        "our current provider is too expensive",
        "We tried Chorus and it was too expensive.",
        "we saw Gong, but that was too expensive",
        "your competitor is too expensive for us",
        "Gong was nice but we can't afford it",
        "We looked at Avoma. Too expensive.",
        "a competitor came by and honestly they are too expensive",
        "fireflies is a lot, and their price is too high",
        "their price is too high",
        "Salesforce is too expensive",
        "We have HubSpot, and it is too expensive already.",
        "Gong? Too expensive.",
        "we left Gong because it was too expensive",
    ];
    assert_eq!(wrong(PRICE, false, &texts), NONE);
    for (topic, text) in [
        ("objection.need", "gong is overkill for us"),
        ("objection.budget", "gong is over our budget"),
        ("objection.security", "with gong security is a big concern"),
        ("buying.enthusiasm", "gong is really impressive"),
        ("buying.enthusiasm", "we looked at gong and it looks awesome"),
        ("buying.trial", "gong gave us a free trial"),
        ("buying.trial", "We looked at Gong. They have a free trial."),
        ("buying.trial", "we start with a small pilot with gong"),
        ("buying.pricing", "how much does gong charge"),
    ] {
        assert_eq!(wrong(topic, false, &[text]), NONE);
    }
}

#[test]
fn a_rival_beside_us_takes_nothing_back() {
    let texts = [
        "you are too expensive compared to gong",
        "compared to gong it is too expensive",
        "compared with Gong you are too expensive",
        "Gong is half the price, so you are too expensive",
        "gong is cheaper and your price is too high",
        "We looked at Gong, but your price is too high.",
        "it is too expensive, gong is cheaper",
        "it's too expensive compared to what gong charges",
        "unlike gong you are too expensive",
        "you charge more than Gong and it is too expensive",
        "we are also looking at gong but this is too expensive",
        "We use Salesforce today. What you charge is too much money, your plan is too expensive.",
        "is there any discount",
        "we have found something cheaper",
    ];
    assert_eq!(wrong(PRICE, true, &texts), NONE);
    for (topic, text) in [
        ("competitor.mentioned", "gong is too expensive"),
        ("objection.competitor", "your competitor offers that for free"),
        ("objection.competitor", "we looked at gong and they came in cheaper"),
        ("objection.status_quo", "we are happy with our current tool"),
        ("buying.pain", "our current tool is a nightmare"),
        ("buying.pricing", "we looked at gong. so how much does it cost"),
        ("buying.trial", "We looked at Gong. Do you have a free trial?"),
        ("buying.integration", "we use gong. does it integrate with salesforce"),
        ("objection.budget", "we looked at gong but we have no budget for this"),
        ("objection.authority", "we looked at gong but I need to talk to my boss"),
        ("objection.timing", "We looked at Gong. It is not a good time for us."),
        ("objection.trust", "we got burned by a vendor last year"),
    ] {
        assert_eq!(wrong(topic, true, &[text]), NONE);
    }
}

#[test]
fn it_goes_back_to_what_was_named_last() {
    let gong = (Customer, "We are also looking at Gong.");
    let costly = (Customer, "Honestly, it's too expensive.");
    for (lines, expected) in [
        (vec![gong, costly], false),
        (vec![gong, (Rep, "I see."), costly], false),
        (vec![gong, (Rep, "How did you like it?"), costly], false),
        (vec![gong, (Rep, "We charge 49 euros for each seat."), costly], true),
        (vec![gong, (Rep, "Okay. Our price is on the page here."), costly], true),
        (vec![gong, (Customer, "So how much is it for fourteen people?"), (Rep, "Forty nine dollars."), costly], true),
        (vec![(Customer, "We like your product."), costly], true),
        (vec![(Rep, "Do you know Gong?"), costly], false),
        (vec![(Rep, "Do you know Gong?"), (Customer, "Yes. You are too expensive though.")], true),
        (vec![gong, (Rep, "Hm."), (Rep, "Hm."), (Rep, "Hm."), (Rep, "Hm."), costly], true),
        (vec![gong, (Customer, "The price is too high.")], true),
        (vec![gong, (Customer, "We don't have the budget.")], true),
    ] {
        let topic = if lines.last().unwrap().1.contains("budget") { "objection.budget" } else { PRICE };
        assert_eq!(brings(topic, &lines), expected, "{lines:?}");
    }
}

#[test]
fn what_is_over_is_no_objection_now() {
    let texts = [
        "we used to think it's too expensive",
        "I used to say it is too expensive",
        "at first we thought it was too expensive",
        "we thought it was too expensive but now we see the value",
        "initially it looked too expensive",
        "last year it was too expensive for us",
        "it was too expensive for us last year",
        "it is no longer too expensive",
        "back then it was too expensive",
        "two years ago the price was too high",
        "originally the price seemed too high",
        "it was too expensive back in 2023",
        "my boss felt it was too expensive until he saw the numbers",
        "in the beginning we found it too expensive",
        "we thought you'd be too expensive",
        "we once thought it too expensive",
        "before the discount it was too expensive",
        "it was too expensive, but with the discount it works",
        "It was too expensive. Now it's fine.",
    ];
    assert_eq!(wrong(PRICE, false, &texts), NONE);
    let texts = [
        "we used to love it but it's too expensive now",
        "last year it was too expensive and it still is",
        "we did not like it and it was too expensive",
        "we are used to paying less, it's too expensive",
        "last year it was fine but now it's too expensive",
        "I think it was too expensive",
        "my boss thinks it's too expensive",
        "we thought about it and it's too expensive",
        "it is too expensive for this year",
        "as I said last week, it's too expensive",
        "you used to be cheaper, this is too expensive now",
        "it was too expensive, but they did not see it",
        "I thought about it, it's too expensive",
        "does it work with Salesforce? it is too expensive",
    ];
    assert_eq!(wrong(PRICE, true, &texts), NONE);
    for (topic, text, expected) in [
        ("objection.budget", "we had no budget left last year", false),
        ("objection.budget", "we have no budget left this year", true),
        ("objection.timing", "last year it was not a good time", false),
        ("objection.trust", "we had a bad experience with that last year", true),
        ("risk.champion", "my boss left last month", true),
        ("buying.pain", "we lost deals and wasted hours last year", true),
        ("objection.status_quo", "we have always done it this way", true),
    ] {
        assert_eq!(wrong(topic, expected, &[text]), NONE);
    }
}

#[test]
fn what_was_tried_already_is_no_wish_to_try() {
    let trial = "buying.trial";
    let texts = [
        "Sorry to interrupt, we tried a trial last year and nobody used it",
        "we had a pilot two years ago",
        "we did a proof of concept with another vendor",
        "we already ran a pilot and it went nowhere",
        "I saw a demo last year",
        "we have tried a free trial already",
        "we got a free trial from them once",
        "a trial last year did not work",
        "we tried any trial there is and no one used them",
        "we started a trial in 2024",
        "we don't want a trial",
        "we do not need a pilot",
        "there is no need for a trial",
        "we are not interested in a free trial",
        "I don't think we need a pilot",
        "I would rather sign without a pilot",
        "we're not looking for a trial right now",
    ];
    assert_eq!(wrong(trial, false, &texts), NONE);
    let texts = [
        "can we get a free trial",
        "could we try it with a small team",
        "why don't we start with a pilot",
        "do you have a free trial",
        "we would like to try it out",
        "we liked what we saw, could we get a trial",
        "we had a look at the page and want a trial",
        "don't you have a free trial",
        "what if we did a pilot first",
        "last year was hard, so we want to start with a pilot",
        "I don't know, could we try it first",
        "a pilot could work",
    ];
    assert_eq!(wrong(trial, true, &texts), NONE);
    assert_eq!(
        wrong(
            "objection.trust",
            true,
            &[
                "Sorry to interrupt, we tried a trial last year and nobody used it",
                "we had a tool like that and nobody used it",
                "we tried it before and no one adopted it"
            ]
        ),
        NONE
    );
    assert_eq!(wrong("objection.trust", false, &["nobody uses the old phones", "no one used the room"]), NONE);
}

#[test]
fn a_signal_that_is_refused_is_none() {
    for (topic, text, expected) in [
        ("buying.pain", "we don't struggle with that", false),
        ("buying.pain", "that is not our biggest problem", false),
        ("buying.pain", "we struggle with that", true),
        ("buying.pain", "we don't like to spend hours on notes", true),
        ("buying.pain", "I don't know how it happens but we lose deals", true),
        ("buying.references", "we don't need any references", false),
        ("buying.references", "do you have any references", true),
        ("buying.pricing", "we don't want to talk about the price yet", false),
        ("buying.pricing", "I don't know, how much does it cost", true),
        ("buying.pricing", "I am not sure how much it costs, send me a quote", true),
        ("buying.next_steps", "I am not ready to sign", false),
        ("buying.next_steps", "what is the next step", true),
        ("buying.implementation", "we don't plan to import our data", false),
    ] {
        assert_eq!(wrong(topic, expected, &[text]), NONE);
    }
    let texts = [
        "it's far from too expensive",
        "it is anything but too expensive",
        "it's not too expensive",
        "nobody says it's too expensive",
        "I wouldn't say it's too expensive",
        "it's hardly too expensive",
        "it's not like it's too expensive",
        "Too expensive? Not at all.",
        "Is it too expensive? No.",
    ];
    assert_eq!(wrong(PRICE, false, &texts), NONE);
}
