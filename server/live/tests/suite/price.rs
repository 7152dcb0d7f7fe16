//! Asking for the price and asking for a discount are moments of their own, and other talk of amounts and discounts is none.
#![allow(clippy::unwrap_used)]

use crate::told::{Customer, Rep, line, tell, topics, wrong};

const NONE: Vec<String> = Vec::new();
const PRICE: &str = "buying.pricing";
const DISCOUNT: &str = "buying.discount";

#[test]
fn who_asks_for_the_price_is_heard() {
    let texts = [
        "So how much is it for fourteen people?",
        "how much is it for fourteen people",
        "how much would it be for a team of nine",
        "how much for twenty seats",
        "and how much is the business plan",
        "so how much does it cost a month",
        "I'd like to know how much you charge",
        "what would we pay for forty users",
        "what does that cost us in the second year",
        "what's the price for a small team",
        "not sure yet, how much is this",
    ];
    assert_eq!(wrong(PRICE, true, &texts), NONE);
}

#[test]
fn how_much_of_something_else_is_no_question_of_price() {
    let texts = [
        "how much time does it take",
        "how much time is it going to save",
        "how much do you know about us",
        "how much do you rely on that",
        "how much of it is done by hand",
        "how much is it used today",
        "how much is that going to help us",
        "how much is it worth to you",
        "how much data can it hold",
        "how much training do they need",
        "thank you so much for that",
    ];
    assert_eq!(wrong(PRICE, false, &texts), NONE);
}

#[test]
fn who_asks_for_a_discount_is_heard() {
    let texts = [
        "Could you do a discount?",
        "could you do a discount",
        "can we get a little discount if we sign this month",
        "would you be willing to give us a discount",
        "do you offer discounts for charities",
        "I hope you can give me a discount",
        "are there discounts for schools",
        "would there be a discount for us",
        "we're hoping for a discount",
        "we would like a bigger discount",
        "what kind of discount can you offer",
        "how much discount do we get for fifty seats",
        "we would sign for two years if you make us a 20% discount",
        "could you give us a better price",
        "is there some room on the price",
        "is the price negotiable",
        "can you knock something off the price",
    ];
    assert_eq!(wrong(DISCOUNT, true, &texts), NONE);
}

#[test]
fn talk_of_discounts_that_asks_for_none_brings_nothing() {
    let texts = [
        "we gave them a discount",
        "they gave us a discount last year",
        "they offer us a discount every time",
        "we don't need a discount",
        "I'm not asking for a discount",
        "we never asked for a discount",
        "do we give our customers a discount on that",
        "could we offer them a discount later",
        "we work for a discount airline",
        "I would discount that theory",
        "we already had a discount for us last year",
        "the discount was nice",
        "that makes no difference to the price",
        "is there room in the meeting",
    ];
    assert_eq!(wrong(DISCOUNT, false, &texts), NONE);
}

/// As the sample call has it: beside the objection that is said in the same breath.
#[test]
fn a_discount_is_heard_beside_the_budget() {
    let found = topics("Hmm. That is more than we have in the budget this year. Could you do a discount?");
    assert_eq!(found, ["objection.budget", DISCOUNT]);
    let told = tell(&[
        line(Customer, 0, 4_000, "Fair enough. So how much is it for fourteen people?"),
        line(Rep, 4_300, 11_000, "Forty nine dollars for each rep per month, billed yearly."),
        line(Customer, 11_500, 14_000, "Could you do a discount?"),
    ]);
    assert_eq!(told.topics().into_iter().filter(|topic| topic.starts_with("buying")).collect::<Vec<_>>(), [PRICE, DISCOUNT]);
    // The rep offers one.
    assert_eq!(tell(&[line(Rep, 0, 2_000, "Could you do a discount?")]).topics(), [] as [&str; 0]);
}
