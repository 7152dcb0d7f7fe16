//! Search over titles, names and every word said: the same answers on both engines.

use model::{CallFilter, CallHit, Channel, OrganizationId};
use proptest::strategy::{Strategy, ValueTree};
use rstest::rstest;
use store::{Engine, Store, testing};

use crate::fixtures::{insert, segment, tenant};

async fn hits(store: &Store, organization: OrganizationId, search: &str) -> Vec<CallHit> {
    let filter = CallFilter { search: search.into(), ..CallFilter::default() };
    store.calls(organization, &filter, None, 50).await.unwrap().items
}

async fn titles(store: &Store, organization: OrganizationId, search: &str) -> Vec<String> {
    hits(store, organization, search).await.into_iter().map(|hit| hit.call.title).collect()
}

#[rstest]
#[tokio::test]
async fn words_are_found_wherever_they_are(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let store = testing::open(engine).await;
    let ours = tenant(&store, "a@example.com").await;
    let pricing = insert(&store, ours, "Pricing with Initech", 2).await;
    let intro = insert(&store, ours, "Introduction", 1).await;
    insert(&store, ours, "Nothing said", 0).await;
    let said = [
        segment(1, Channel::Rep, "Hello, thanks for taking the time."),
        segment(2, Channel::Customer, "The budget is frozen, and the café's e-mail doesn't work: 10.5 percent."),
        segment(3, Channel::Customer, "Budget talks start in March. Пришлите договор. See acme.com/pricing"),
    ];
    store.append_segments(ours.organization, intro.id, &said).await.unwrap();
    store.append_segments(ours.organization, pricing.id, &[segment(1, Channel::Customer, "Is that the list price?")]).await.unwrap();

    let organization = ours.organization;
    for (search, expected) in [
        ("budget", vec!["Introduction"]),
        ("BUDGET frozen", vec!["Introduction"]),
        ("introduction budget", vec!["Introduction"]), // one in the title, one said
        ("initech price", vec!["Pricing with Initech"]),
        ("initech budget", vec![]),
        ("pric", vec!["Pricing with Initech", "Introduction"]), // the last word may be unfinished
        ("pric initech", vec![]),                               // the others may not
        ("cafe", vec!["Introduction"]),
        ("café", vec!["Introduction"]),
        ("doesn't", vec!["Introduction"]),
        ("e-mail", vec!["Introduction"]),
        ("10.5", vec!["Introduction"]),
        ("acme", vec!["Introduction"]),
        ("договор", vec!["Introduction"]),
        ("ДОГОВОР", vec!["Introduction"]),
        ("dupont globex", vec!["Pricing with Initech", "Introduction", "Nothing said"]),
        ("what is the budget", vec!["Introduction"]),          // stop words don't count
        ("the", vec!["Pricing with Initech", "Introduction"]), // unless there is nothing else
        ("  ", vec!["Pricing with Initech", "Introduction", "Nothing said"]),
        ("!?", vec![]),
        ("nowhere", vec![]),
    ] {
        assert_eq!(titles(&store, organization, search).await, expected, "{search}");
    }
}

#[rstest]
#[tokio::test]
async fn the_best_segment_is_shown_unless_the_title_says_it_all(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let store = testing::open(engine).await;
    let ours = tenant(&store, "a@example.com").await;
    let call = insert(&store, ours, "Renewal", 0).await;
    let said = [
        segment(1, Channel::Customer, "About the renewal."),
        segment(2, Channel::Customer, "The budget for the discount"),
        segment(3, Channel::Customer, "Our discount and the budget and the deadline"),
    ];
    store.append_segments(ours.organization, call.id, &said).await.unwrap();
    let found = hits(&store, ours.organization, "deadline budget discount").await.remove(0).found.unwrap();
    assert_eq!((found.segment, found.start_ms, found.text.as_str()), (3, said[2].start_ms, said[2].text.as_str()));
    let found = hits(&store, ours.organization, "renewal budget").await.remove(0).found.unwrap();
    assert_eq!(found.segment, 1, "of equals the first");
    assert_eq!(hits(&store, ours.organization, "renewal").await.remove(0).found, None);
    assert_eq!(hits(&store, ours.organization, "").await.remove(0).found, None);
}

#[rstest]
#[tokio::test]
async fn the_index_follows_every_change(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let store = testing::open(engine).await;
    let ours = tenant(&store, "a@example.com").await;
    let mut call = insert(&store, ours, "Renewal", 0).await;
    let organization = ours.organization;
    store.append_segments(organization, call.id, &[segment(1, Channel::Customer, "gadget")]).await.unwrap();
    store.correct_segment(organization, call.id, 1, "budget").await.unwrap();
    assert_eq!(titles(&store, organization, "gadget").await, Vec::<String>::new());
    assert_eq!(titles(&store, organization, "budget").await, ["Renewal"]);
    let previous = call.updated_at;
    call.title = "Expansion".into();
    assert!(store.update_call(&call, previous).await.unwrap());
    assert_eq!(titles(&store, organization, "renewal").await, Vec::<String>::new());
    assert_eq!(titles(&store, organization, "expansion").await, ["Expansion"]);
    store.replace_segments(organization, call.id, &[segment(1, Channel::Rep, "deadline")]).await.unwrap();
    assert_eq!(titles(&store, organization, "budget").await, Vec::<String>::new());
    assert_eq!(titles(&store, organization, "deadline").await, ["Expansion"]);
    store.delete_call(organization, call.id).await.unwrap();
    assert_eq!(titles(&store, organization, "deadline").await, Vec::<String>::new());
    // A new row may get the old one's place: nothing of the old one may stick to it.
    insert(&store, ours, "Fresh", 1).await;
    assert_eq!(titles(&store, organization, "expansion").await, Vec::<String>::new());
}

#[rstest]
#[tokio::test]
async fn no_search_is_a_syntax_error(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let store = testing::open(engine).await;
    let ours = tenant(&store, "a@example.com").await;
    let call = insert(&store, ours, "Call", 0).await;
    store.append_segments(ours.organization, call.id, &[segment(1, Channel::Rep, "hello")]).await.unwrap();
    for search in [
        "\"",
        "*",
        "a* OR b",
        "NEAR(a b)",
        "a:b",
        "title:x",
        "^a",
        "(",
        "a & | !b",
        "'",
        "''",
        "\\",
        "a\\b",
        "-",
        "½ ²x",
        "<->",
        "a\u{0}b",
        "ǅ ß İ",
    ] {
        hits(&store, ours.organization, search).await;
    }
    let mut runner = proptest::test_runner::TestRunner::default();
    for _ in 0..60 {
        let search = "\\PC{0,30}".new_tree(&mut runner).unwrap().current();
        hits(&store, ours.organization, &search).await;
    }
}

#[rstest]
#[tokio::test]
async fn found_calls_are_paged_too(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let store = testing::open(engine).await;
    let ours = tenant(&store, "a@example.com").await;
    for number in 0..5 {
        insert(&store, ours, &format!("Weekly {number}"), number).await;
    }
    let filter = CallFilter { search: "weekly".into(), ..CallFilter::default() };
    let first = store.calls(ours.organization, &filter, None, 3).await.unwrap();
    let second = store.calls(ours.organization, &filter, first.next.as_deref(), 3).await.unwrap();
    let titles: Vec<_> = first.items.iter().chain(&second.items).map(|hit| hit.call.title.as_str()).collect();
    assert_eq!(titles, ["Weekly 4", "Weekly 3", "Weekly 2", "Weekly 1", "Weekly 0"]);
    assert_eq!(second.next, None);
}
