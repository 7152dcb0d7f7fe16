//! A stumble inside a phrase doesn't hide it, and what is quoted stays as said.
#![allow(clippy::unwrap_used)]

use crate::told::{Customer, line, tell, topics, wrong};

const NONE: Vec<String> = Vec::new();

/// `l3-fillers`: each line a call of its own.
#[test]
fn a_filler_inside_a_phrase_does_not_hide_it() {
    for (text, part) in [
        ("Honestly it's too, uh, expensive for us.", "too, uh, expensive"),
        ("Could you come down, um, on the price?", "come down, um, on the price"),
        ("We simply can't, uh, afford that this year.", "can't, uh, afford"),
        ("That is a, um, lot of money for a tool.", "a, um, lot of money"),
        ("To be fair we are over, er, budget already.", "over, er, budget"),
    ] {
        let told = tell(&[line(Customer, 0, 2_310, text)]);
        let cue = told.cues.iter().find(|cue| matches!(cue.topic.as_str(), "objection.price" | "objection.budget"));
        let cue = cue.unwrap_or_else(|| panic!("{text}: {:?}", told.topics()));
        assert!(cue.quote.contains(part), "{}", cue.quote);
        let span = cue.evidence.spans()[0];
        assert_eq!(text[span.start as usize..span.end as usize], cue.quote);
    }
}

#[test]
fn every_kind_of_stumble() {
    let price = [
        "it's too uh expensive",
        "it's too, er, expensive",
        "it's too erm expensive",
        "it's too, hmm, expensive",
        "it's too umm expensive",
        "it's too, uhhh, expensive",
        "it's too ah expensive",
        "it's too, like, expensive",
        "it's too like expensive",
        "it's too, you know, expensive",
        "it's too you know expensive",
        "it's too, I mean, expensive",
        "it's too I mean expensive",
        "it's too... expensive",
        "it's too … expensive",
        "it's too… I mean… expensive",
        "it's too... Expensive.",
        "it's too too expensive",
        "it's t- too expensive",
        "it's too ex- expensive",
        "it's too exp— expensive",
        "it's it's too it's too expensive",
        "it's too, let's say, expensive",
        "it's too, how shall I put it, expensive",
        "it's too, to be honest, expensive",
        "it's too, at least for us, expensive",
        "it's too, uh, you know, um, expensive",
        "we can't, um, we can't afford it",
        "we can't, you know, afford it",
        "we can't really afford it",
        "we can't, honestly, afford it",
        "not, uh, worth the money",
        "that's a lot, uh, of money",
        "that's, um, a lot of, you know, money",
        "out of, er, our price, um, range",
        "could you go, uh, down on, uh, the price",
        "the price is, I would say, a bit high",
        "it costs, uh, too much",
    ];
    assert_eq!(wrong("objection.price", true, &price), NONE);
    for (topic, text) in [
        ("objection.authority", "I need to, um, talk to my boss"),
        ("objection.authority", "I need, uh, to talk, like, to my, um, boss"),
        ("buying.next_steps", "we'd, uh, like to, um, get started"),
        ("buying.enthusiasm", "we, um, like it"),
        ("objection.authority", "that's not, you know, my decision"),
        ("buying.pricing", "How much um does it cost?"),
        ("buying.pricing", "how, uh, how much does it cost"),
        ("objection.budget", "we have no, uh, no budget for this"),
        ("objection.budget", "we don't, I mean, we don't have the budget"),
        ("objection.timing", "it's not a, um, good time"),
        ("objection.need", "we don't, like, need another tool"),
        ("objection.trust", "that's too, uh, good to be, uh, true"),
        ("risk.stall", "let me, um, think about it"),
        ("risk.freeze", "there's a spending, uh, freeze"),
        ("risk.legal", "legal, um, needs to, uh, review it"),
        ("buying.trial", "could we, um, try it out"),
        ("competitor.mentioned", "we are looking, uh, at Gong too"),
        ("objection.security", "I'm worried, you know, about, um, security"),
        ("next_step.customer", "I will, uh, send you the, um, list by Monday"),
        ("buying.enthusiasm", "that, um, would really, you know, help us"),
    ] {
        assert_eq!(wrong(topic, true, &[text]), NONE);
    }
}

#[test]
fn a_stumble_does_not_hide_a_negation_either() {
    let price = [
        "it's not, um, too expensive",
        "it's not, you know, too expensive",
        "it's not... too expensive",
        "it's not not too expensive",
        "it isn't, like, really too expensive",
        "I don't, uh, think it's, um, too expensive",
        "it's not, as you say, too expensive",
        "it's not really, to be honest, too expensive",
        "the price, um, is not, uh, a problem",
        "that was never, uh, too expensive for us",
        "it's n- not too expensive",
        "it's not, like, too expensive",
        "it's not like um too expensive",
    ];
    assert_eq!(wrong("objection.price", false, &price), NONE);
    // A negation of another clause reaches no further than without stumbles.
    let price = [
        "I'm not sure, um, but it's too, uh, expensive",
        "no, uh, it's too expensive",
        "It's not bad, um, it's too expensive.",
        "We did not like it. Um, it's too expensive.",
    ];
    assert_eq!(wrong("objection.price", true, &price), NONE);
}

#[test]
fn an_interruption_makes_no_phrase_of_other_words() {
    for text in [
        "we like it, and the team, too, expenses are fine",
        "there are too many, as I said, expensive words in here",
        "the budget meeting, which is no fun, for my team",
        "we like, you know, the old one",
        "I know how they, um, work",
        "so we talked, uh, about the weather, you know, and the trip",
        "it took, like, too much, um, memory",
        "she is, um, in security",
        "um, uh, er, hmm, like, you know",
        "- - ... … -- ,,, too",
    ] {
        assert!(topics(text).iter().all(|topic| topic != "objection.price" && topic != "objection.budget"), "{text}: {:?}", topics(text));
    }
}
