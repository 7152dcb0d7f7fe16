//! Search over titles, names and every word said: the same answers on both engines.

use model::{CallFilter, CallHit, CallState, Channel, OrganizationId};
use proptest::strategy::{Strategy, ValueTree};
use rstest::rstest;
use store::{Engine, Store, testing};

use crate::fixtures::{call, insert, noon, segment, tenant};

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

#[rstest]
#[tokio::test]
async fn whatever_its_spelling_it_is_found_and_marked(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let store = testing::open(engine).await;
    let ours = tenant(&store, "a@example.com").await;
    let organization = ours.organization;
    let mut made = call(ours, "Mu\u{308}ller, first call", 1);
    (made.contact_name, made.company) = ("Łukasz Wróbel".into(), "Weiß & Jørgensen".into());
    store.insert_call(&made).await.unwrap();
    let said = [
        "我明天把报价单发给您",
        "金曜日までに見積もりを送ります。予算がありません",
        "A SOC 2 report, and Wi-Fi for guests. We follow up by e-mail.",
        "It was 10,000 euros or forty nine seats at $1200, or 50 000 in all.",
        "The C# kit, not the C++ one, in the café",
        "ราคาแพงเกินไป 견적서를",
        "We bank with AT and T, the Q&A of the R&D team is open 24/7 in the U.S.",
    ];
    let said: Vec<_> = said.iter().zip(1..).map(|(text, number)| segment(number, Channel::Customer, text)).collect();
    store.append_segments(organization, made.id, &said).await.unwrap();
    for ended in [false, true] {
        if ended {
            assert!(store.move_call(organization, made.id, &[CallState::Prepared], CallState::Ended, noon(9)).await.unwrap());
        }
        for (search, mark) in [
            ("报价单", "报价单"),
            ("価", ""),
            ("見積", "見積"),
            ("予算", "予算"),
            ("แพง", "แพง"),
            ("견적", "견적"),
            ("soc2", "SOC 2"),
            ("WiFi", "Wi-Fi"),
            ("followup", "follow up"),
            ("email", "e-mail"),
            ("10000", "10,000"),
            ("10 000", "10,000"),
            ("49", "forty nine"),
            ("1,200", "1200"),
            ("50k", "50 000"),
            ("5000", ""),
            ("C#", "C#"),
            ("C", ""),
            ("cafe", "café"),
            ("AT&T", "AT and T"),
            ("R&D", "R&D"),
            ("r and d", "R&D"),
            ("Q and A", "Q&A"),
            ("24/7", "24/7"),
            ("U.S.", "U.S"),
            ("A/B", ""),
            ("C/D", ""),
            ("Q&T", ""),
            ("\"wi-fi for guests\"", "Wi-Fi for guests"),
            ("\"guests for wi-fi\"", ""),
        ] {
            let mut found = hits(&store, organization, search).await;
            let Some(found) = found.pop() else {
                assert_eq!(mark, "", "{search}");
                continue;
            };
            let found = found.found.unwrap_or_else(|| panic!("{search}: no line"));
            let (start, end) = found.marks[0];
            let marked: String = found.text.chars().skip(start as usize).take((end - start) as usize).collect();
            assert_eq!(marked, mark, "{search}");
        }
        for search in ["Müller", "Mu\u{308}ller", "muller", "mueller", "Lukasz", "wrobel", "Weiss", "Jorgensen", "Jørgensen"] {
            assert_eq!(hits(&store, organization, search).await.len(), 1, "{search}");
        }
    }
}

#[rstest]
#[tokio::test]
async fn a_side_is_searched_by_itself(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let store = testing::open(engine).await;
    let ours = tenant(&store, "a@example.com").await;
    let call = insert(&store, ours, "About the budget", 0).await;
    let said = [segment(1, Channel::Rep, "Our price is this."), segment(2, Channel::Customer, "A price for SOC 2?")];
    store.append_segments(ours.organization, call.id, &said).await.unwrap();
    let found = async |search: &str, speaker| {
        let filter = CallFilter { search: search.into(), speaker: Some(speaker), ..CallFilter::default() };
        let items = store.calls(ours.organization, &filter, None, 9).await.unwrap().items;
        items.into_iter().map(|hit| hit.found.unwrap().segment).collect::<Vec<_>>()
    };
    for ended in [false, true] {
        if ended {
            assert!(store.move_call(ours.organization, call.id, &[CallState::Prepared], CallState::Ended, noon(9)).await.unwrap());
        }
        assert_eq!((found("price", Channel::Rep).await, found("price", Channel::Customer).await), (vec![1], vec![2]));
        assert_eq!((found("soc2", Channel::Rep).await, found("soc2", Channel::Customer).await), (vec![], vec![2]));
        assert_eq!(
            (found("pri", Channel::Rep).await, found("budget", Channel::Rep).await),
            (vec![1], vec![]),
            "the title is nobody's words"
        );
        store.swap_channels(ours.organization, call.id).await.unwrap();
        assert_eq!(found("soc2", Channel::Rep).await, [2]);
        store.swap_channels(ours.organization, call.id).await.unwrap();
    }
}

/// Lines that wait for their place in the index are found beside those that have it, in one order and page by page.
#[rstest]
#[tokio::test]
async fn a_running_call_is_found_among_the_others(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let store = testing::open(engine).await;
    let ours = tenant(&store, "a@example.com").await;
    let organization = ours.organization;
    for number in 0..9 {
        // Three of them at the same moment.
        let call = insert(&store, ours, &format!("Call {number}"), number.min(6)).await;
        let lines: Vec<_> = (1..=70).map(|line| segment(line, Channel::Rep, "nothing but a zebra")).collect();
        if number % 3 == 0 {
            store.append_segments(organization, call.id, &lines).await.unwrap();
        } else {
            store.append_segments(organization, call.id, &lines[..1]).await.unwrap();
        }
        let last = segment(90, Channel::Customer, "A late lion");
        store.append_segments(organization, call.id, std::slice::from_ref(&last)).await.unwrap();
        if number % 2 == 0 {
            assert!(store.move_call(organization, call.id, &[CallState::Prepared], CallState::Ended, noon(50)).await.unwrap());
        }
    }
    for search in ["zebra", "lion zebra", "lion"] {
        let filter = CallFilter { search: search.into(), ..CallFilter::default() };
        let (mut titles, mut cursor) = (Vec::new(), None);
        loop {
            let page = store.calls(organization, &filter, cursor.as_deref(), 2).await.unwrap();
            titles.extend(page.items.into_iter().map(|hit| hit.call.title));
            let Some(next) = page.next else { break };
            cursor = Some(next);
        }
        titles[..3].sort();
        let expected = ["Call 6", "Call 7", "Call 8", "Call 5", "Call 4", "Call 3", "Call 2", "Call 1", "Call 0"];
        assert_eq!(titles, expected, "{search}");
    }
    let ended = CallFilter { search: "lion".into(), state: Some(CallState::Ended), ..CallFilter::default() };
    assert_eq!(store.calls(organization, &ended, None, 50).await.unwrap().items.len(), 5);
}
