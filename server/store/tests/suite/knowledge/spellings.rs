//! A passage is found whatever the spelling of the question, and of the passage.

use model::{CollectionAccess, DocumentFilter, OrganizationId};
use rstest::rstest;
use store::knowledge::{QuestionWords, matches};
use store::{Engine, Store, testing};

use super::support::{general, organization, ready};

async fn best(store: &Store, organization: OrganizationId, question: &str) -> String {
    let filter = DocumentFilter::default();
    let found = store.lexical_search(organization, question, &filter, CollectionAccess::Everybody, 9).await.unwrap();
    // What is shown without a model.
    found.into_iter().find(|found| found.content_share >= 0.3).map_or(String::new(), |found| found.passage.text)
}

#[rstest]
#[tokio::test]
async fn the_passage_is_found_whatever_the_spelling(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let store = testing::open(engine).await;
    let us = organization(&store, "a@example.com").await;
    let general = general(&store, us).await;
    let said = [
        "Łukasz Wróbel looks after partners in Łódź.",
        "The Bonn office is in Gartenstraße 5. The Aarhus office is led by Søren Ødegaard.",
        "A SOC 2 report is sent on request.",
        "Guests get Wi-Fi without a password.",
        "An e-mail goes out every second Tuesday.",
        "Our onboarding takes a week, then we follow up.",
        "Up to 10,000 requests are included; each further one costs 4 cents.",
        "Up to 50,000 requests are included; each further one costs 3 cents.",
        "Up to 250,000 requests are included; each further one costs 2 cents.",
        "Up to 1.5 million requests are included; each further one costs 1 cents.",
        "The C kit needs a compiler of 2015 or later.",
        "The C++ kit needs a compiler of 2019 or later.",
        "The C# kit runs on release 8 and later.",
        "The F# kit is in trial.",
        "The package of forty-nine seats has ISO27001.",
    ];
    ready(&store, us, general, "Facts", &said).await;
    for (question, place) in [
        ("Who is in Lodz?", 0),
        ("lukasz wrobel", 0),
        ("Soren Odegaard", 1),
        ("Gartenstrasse", 1),
        ("SOC2?", 2),
        ("S O C two?", 2),
        ("Do you have WiFi?", 3),
        ("Email?", 4),
        ("on-boarding", 5),
        ("on boarding?", 5),
        ("followup?", 5),
        ("What does a request cost beyond 50000?", 7),
        ("50 000 requests", 7),
        ("50k", 7),
        ("fifty thousand requests", 7),
        ("250000 requests", 8),
        ("250'000", 8),
        ("1500000 requests", 9),
        ("What does the C kit need?", 10),
        ("What does the C++ kit need?", 11),
        ("C# kit", 12),
        ("C sharp?", 12),
        ("Is there an F# kit?", 13),
        ("49 seats", 14),
        ("ISO 27001?", 14),
    ] {
        assert_eq!(best(&store, us, question).await, said[place], "{question}");
    }
    for question in ["60000", ".NET?"] {
        assert_eq!(best(&store, us, question).await, "", "{question}");
    }
}

#[rstest]
#[tokio::test]
async fn names_of_single_letters_are_found_whole_or_not_at_all(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let store = testing::open(engine).await;
    let us = organization(&store, "a@example.com").await;
    let general = general(&store, us).await;
    let said = ["Our partner AT&T runs the network.", "The R&D team sits in Bern, at desk T.", "The hotline answers 24/7."];
    ready(&store, us, general, "Facts", &said).await;
    for (question, place) in [("AT&T?", 0), ("AT and T?", 0), ("R and D?", 1), ("24/7", 2)] {
        assert_eq!(best(&store, us, question).await, said[place], "{question}");
    }
    for question in ["Q&A?", "A/B", "C/D"] {
        assert_eq!(best(&store, us, question).await, "", "{question}");
    }
}

#[test]
fn other_spellings_are_highlighted_and_count_as_the_words_asked_for() {
    let marked = |question: &str, text: &'static str| -> Vec<&str> {
        let chars: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
        matches(question, text, "en").into_iter().map(|(start, end)| &text[chars[start as usize]..chars[end as usize]]).collect()
    };
    assert_eq!(marked("SOC2?", "A SOC 2 report"), ["SOC 2"]);
    assert_eq!(marked("SOC 2?", "A SOC2 report"), ["SOC2"]);
    assert_eq!(marked("followup", "We follow up."), ["follow up"]);
    assert_eq!(marked("50000", "At 50k of 10,000"), ["50k"]);
    assert_eq!(marked("cafe", "Das Café"), ["Café"]);
    let words = |question: &str, text: &str| -> Vec<usize> {
        let mut found: Vec<usize> = QuestionWords::of(question).find(text, "en").into_iter().map(|(word, _)| word).collect();
        found.sort_unstable();
        found.dedup();
        found
    };
    assert_eq!(words("SOC 2 report?", "The SOC2 report"), [0, 1, 2]);
    assert_eq!(words("SOC2 report?", "A SOC 2 report"), [0, 1]);
    assert_eq!(words("fifty thousand seats", "50,000 seats"), [0, 1, 2]);
    assert_eq!(words("What does the Team plan cost?", "Nothing of it."), [0_usize; 0]);
}
