//! Finding passages by their words.

use model::{CollectionAccess, DocumentFilter, OrganizationId, Place, PlaceKind};
use proptest::strategy::{Strategy, ValueTree};
use rstest::rstest;
use store::knowledge::{DocumentPatch, Retrieved, matches};
use store::{Engine, Store, testing};

use super::support::*;
use crate::fixtures::noon;

async fn search(store: &Store, organization: OrganizationId, question: &str) -> Vec<Retrieved> {
    let all = DocumentFilter::default();
    store.lexical_search(organization, question, &all, CollectionAccess::Everybody, 20).await.unwrap()
}

async fn texts(store: &Store, organization: OrganizationId, question: &str) -> Vec<String> {
    search(store, organization, question).await.into_iter().map(|found| found.passage.text).collect()
}

#[rstest]
#[tokio::test]
async fn the_best_passage_comes_first(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let store = testing::open(engine).await;
    let us = organization(&store, "a@example.com").await;
    let general = general(&store, us).await;
    let said = [
        "Our data is encrypted at rest with AES-256.",
        "Prices start at 40 € a seat and month.",
        "Die Größe der Müllerstraße ist nicht das Problem.",
        "The customer's data centre is in Zürich. Customers like it.",
        "東京都の料金について",
    ];
    let document = ready(&store, us, general, "Facts", &said).await;
    for (question, expected) in [
        ("Is the data encrypted?", said[0]),
        ("encryption", said[0]),
        ("AES 256", said[0]),
        ("what's the pricing per seat", said[1]),
        ("grosse mullerstrasse", said[2]),
        ("größe der müllerstraße", said[2]),
        ("AES256?", said[0]),
        ("GRÖSSE MULLERSTRAßE", said[2]),
        ("customers in zurich?", said[3]),
        ("料金", said[4]),
        ("zebra", ""),
        ("?!", ""),
        ("", ""),
    ] {
        let found = texts(&store, us, question).await;
        assert_eq!(found.first().map_or("", String::as_str), expected, "{question}");
    }
    let found = search(&store, us, "encrypted data").await.remove(0);
    assert_eq!((found.passage.document_id, found.passage.number, found.passage.version), (document, 1, 1));
    assert_eq!((found.passage.title.as_str(), &found.passage.place), ("Facts", &passage(1, "").place));
    assert!(found.bm25 > 0.0 && found.share > 0.3 && found.share <= 1.0 && found.cosine.is_none(), "{found:?}");
    let vague = search(&store, us, "encrypted zebra unicorns dance").await.remove(0);
    assert!(vague.share < found.share, "what nothing answers counts too");
}

#[rstest]
#[tokio::test]
async fn headings_are_found_too(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let store = testing::open(engine).await;
    let us = organization(&store, "a@example.com").await;
    let general = general(&store, us).await;
    let document = insert(&store, us, &new_document(general, "Handbook", 0)).await;
    let mut under = passage(1, "It takes two weeks.");
    under.place =
        Place { kind: PlaceKind::Slide, number: 1, label: "Onboarding\0".into(), headings: vec!["Delivery".into(), "Rollout".into()] };
    assert!(store.begin_passages(us, document, 1).await.unwrap());
    assert!(store.add_passages(us, document, 1, &[under]).await.unwrap());
    assert!(store.publish_passages(us, document, 1, model::DocumentState::Ready).await.unwrap());
    for question in ["rollout", "onboarding", "deliveries"] {
        assert_eq!(texts(&store, us, question).await, ["It takes two weeks."], "{question}");
    }
}

#[rstest]
#[tokio::test]
async fn only_what_is_ready_answers(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let store = testing::open(engine).await;
    let us = organization(&store, "a@example.com").await;
    let general = general(&store, us).await;
    let document = insert(&store, us, &new_document(general, "Pricing", 0)).await;
    assert!(store.begin_passages(us, document, 1).await.unwrap());
    assert!(store.add_passages(us, document, 1, &passages(&["The old price."])).await.unwrap());
    assert_eq!(texts(&store, us, "price").await, Vec::<String>::new());
    assert!(store.publish_passages(us, document, 1, model::DocumentState::Ready).await.unwrap());
    assert_eq!(texts(&store, us, "price").await, ["The old price."]);
    store.add_version(us, document, &file("p.pdf", 1)).await.unwrap();
    assert!(store.begin_passages(us, document, 2).await.unwrap());
    assert!(store.add_passages(us, document, 2, &passages(&["The new price."])).await.unwrap());
    assert_eq!(texts(&store, us, "price").await, ["The old price."]);
    assert!(store.publish_passages(us, document, 2, model::DocumentState::Ready).await.unwrap());
    assert_eq!(texts(&store, us, "price").await, ["The new price."]);
    assert_eq!(texts(&store, us, "old").await, Vec::<String>::new());
    assert!(store.delete_document(us, document).await.unwrap().is_some());
    assert_eq!(texts(&store, us, "price").await, Vec::<String>::new());
}

#[rstest]
#[tokio::test]
async fn a_search_is_narrowed(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let store = testing::open(engine).await;
    let us = organization(&store, "a@example.com").await;
    let general = general(&store, us).await;
    let board = collection(&store, us, "Board", CollectionAccess::Admins).await;
    let open = ready(&store, us, general, "Open", &["The open budget."]).await;
    ready(&store, us, board, "Closed", &["The closed budget."]).await;
    let german = store::knowledge::Description { language: "de".into(), ..Default::default() };
    assert!(store.describe_document(us, open, 1, &german).await.unwrap());
    let tags = DocumentPatch { tags: Some(vec!["Finance".into()]), ..Default::default() };
    assert!(store.edit_document(us, open, &tags).await.unwrap());
    let find = |filter: DocumentFilter, access| {
        let store = store.store();
        async move {
            let found = store.lexical_search(us, "budget", &filter, access, 9).await.unwrap();
            let mut titles: Vec<_> = found.into_iter().map(|found| found.passage.title).collect();
            titles.sort();
            titles
        }
    };
    let (all, admins) = (DocumentFilter::default, CollectionAccess::Admins);
    assert_eq!(find(all(), admins).await, ["Closed", "Open"]);
    assert_eq!(find(all(), CollectionAccess::Everybody).await, ["Open"]);
    assert_eq!(find(DocumentFilter { collection: Some(board), ..all() }, admins).await, ["Closed"]);
    assert_eq!(find(DocumentFilter { collection: Some(board), ..all() }, CollectionAccess::Everybody).await, Vec::<String>::new());
    assert_eq!(find(DocumentFilter { tag: "finance".into(), ..all() }, admins).await, ["Open"]);
    assert_eq!(find(DocumentFilter { language: "de".into(), ..all() }, admins).await, ["Open"]);
    assert_eq!(find(DocumentFilter { after: Some(noon(1)), ..all() }, admins).await, Vec::<String>::new());
    assert_eq!(find(DocumentFilter { before: Some(noon(1)), ..all() }, admins).await, ["Closed", "Open"]);
}

#[rstest]
#[tokio::test]
async fn nothing_in_a_question_is_syntax(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let store = testing::open(engine).await;
    let us = organization(&store, "a@example.com").await;
    let general = general(&store, us).await;
    let odd = "\"a* OR b' NEAR(x) & | ! <-> \\ % _ ½ ² ǅ ß İ \u{0} \u{301} हिन्दी ไทย 😀";
    ready(&store, us, general, "Odd", &[odd, &"word ".repeat(5_000), &"ж".repeat(10_000), ""]).await;
    for question in
        ["\"", "*", "a* OR b", "NEAR(a b)", "terms:a", "^a", "(", "a & | !b", "'", "''", "\\", "a\\b", "-", "<->", "a\u{0}b", odd]
    {
        search(&store, us, question).await;
    }
    for question in ["हिन्दी", "ไทย", "ß", "½", &"ж".repeat(10_000)] {
        assert_eq!(search(&store, us, question).await.len(), 1, "{question}");
    }
    search(&store, us, &"many different words of a very long question ".repeat(200)).await;
    let mut runner = proptest::test_runner::TestRunner::default();
    for _ in 0..60 {
        let question = "\\PC{0,30}".new_tree(&mut runner).unwrap().current();
        search(&store, us, &question).await;
    }
}

#[rstest]
#[tokio::test]
async fn words_that_many_passages_have_still_find_some(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let store = testing::open(engine).await;
    let us = organization(&store, "a@example.com").await;
    let general = general(&store, us).await;
    // More than are weighed for one question.
    let mut many: Vec<String> = (0..2_100).map(|number| format!("The price of item {number} and its delivery")).collect();
    many.push("Price and discount".into());
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    ready(&store, us, general, "List", &many).await;
    assert_eq!(search(&store, us, "price").await.len(), 20);
    assert_eq!(texts(&store, us, "what is the price of item 77?").await[0], many[77]);
    assert_eq!(texts(&store, us, "price discount").await[0], "Price and discount");
    assert!(texts(&store, us, "delivery price").await[0].contains("delivery"));
    assert!(!search(&store, us, "what is the").await.is_empty(), "of stop words alone");
}

#[test]
fn matches_are_where_the_words_stand() {
    let text = "Zürich's prices: we price per seat.";
    let found: Vec<String> = matches("What is the PRICING in zurich", text, "en")
        .into_iter()
        .map(|(start, end)| text.chars().skip(start as usize).take((end - start) as usize).collect())
        .collect();
    assert_eq!(found, ["Zürich's", "prices", "price"]);
    assert_eq!(matches("料金", "東京都の料金について", "ja"), [(4, 6)]);
    assert_eq!(matches("", text, "en"), []);
}

/// What `domain` takes for an answer by words alone.
const ENOUGH: f32 = 0.30;

#[rstest]
#[case("The fee is 12 dollars a month.", "How much is the fee?")]
#[case("The fee is 12 dollars a month.", "What does the fee cost per month?")]
#[case("Our office is closed on public holidays.", "When is the office closed?")]
#[case("Refunds are paid within 14 days.", "How many days does a refund take?")]
#[case("You may cancel with three months' notice.", "How can we cancel?")]
#[tokio::test]
async fn one_short_document_answers_plain_questions(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
    #[case] text: &str,
    #[case] question: &str,
) {
    let store = testing::open(engine).await;
    let us = organization(&store, "a@example.com").await;
    let general = general(&store, us).await;
    ready(&store, us, general, "Terms", &[text]).await;
    let share = |found: Vec<Retrieved>| found.first().map_or(0.0, |found| found.content_share);
    let answered = share(search(&store, us, question).await);
    assert!(answered >= ENOUGH, "{question} {answered}");
    let word = text.split_whitespace().nth(1).unwrap_or_default();
    let about_something_else = format!("Where is the swimming pool's {word}?");
    for unanswerable in ["How much is the zebra?", "Who invented the telephone?", &about_something_else] {
        let refused = share(search(&store, us, unanswerable).await);
        assert!(refused < ENOUGH, "{unanswerable} {refused}");
    }
}
