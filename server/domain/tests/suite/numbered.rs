//! What a page says with a number: kept by it until it is stored, said again after that, and taken once.

use model::wire::{ClientMessage, Heard, ServerMessage, Statement};
use model::{Channel, CueState, Millis, RecognizerId, TrackId};

use crate::support::{Behaviour, TestApp, TestPage};

fn words(channel: Channel, start: i64, text: &str, is_final: bool) -> Statement {
    let (start, end) = (Millis(start), Millis(start + 900));
    Statement::Heard(Heard { track: TrackId::usual(channel), is_final, text: text.to_owned(), start, end, confidence: 0.9 })
}

fn numbered(number: u32, message: Statement) -> ClientMessage {
    ClientMessage::Numbered { number, message }
}

/// Waits until these are noted, in whatever order.
async fn noted(page: &mut TestPage, numbers: &[u32]) {
    let mut left = numbers.to_vec();
    while !left.is_empty() {
        match page.next().await {
            Some(ServerMessage::Noted { number }) => left.retain(|one| *one != number),
            Some(ServerMessage::Rejected(problem)) => panic!("{problem}"),
            None => panic!("the socket ended before {left:?} were noted"),
            Some(_) => {}
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_said_again_is_taken_once_by_the_same_server_and_by_the_next() {
    let mut app = TestApp::new(Behaviour::Works).await;
    let call = app.call_with(RecognizerId::BROWSER).await;
    let said = || {
        [
            numbered(1, words(Channel::Customer, 0, "It is far too expensive for us.", true)),
            // At the same time as the customer: it waits until it is known whether it is an echo.
            numbered(2, words(Channel::Rep, 300, "What would it be worth to you?", true)),
            numbered(3, Statement::Bookmark { at: Millis(1_000), note: "price".to_owned() }),
            numbered(4, Statement::Feedback { cue: 1, state: CueState::Kept }),
            numbered(5, Statement::Pause { paused: false }),
            // Kept at the begin of the call, without the letter that nobody sees.
            numbered(20, Statement::Bookmark { at: Millis(-5), note: " in\u{200b}visible".to_owned() }),
        ]
    };
    for round in 0..4 {
        let mut page = app.page(&call, "tab").await;
        said().into_iter().for_each(|message| page.say(message));
        // Others are not held up by what is.
        page.say(numbered(6 + round, words(Channel::Customer, 10_000 + i64::from(round) * 1_000, "And how long does it take?", true)));
        noted(&mut page, &[1, 2, 3, 4, 5, 20, 6 + round]).await;
        drop(page);
        if round % 2 == 1 {
            domain::calls::live::shutdown(&app.services).await;
            app = app.reborn().await;
        }
    }
    let store = app.services.store();
    let texts: Vec<_> = store.segments(call.organization_id, call.id).await.unwrap().into_iter().map(|segment| segment.text).collect();
    assert_eq!(texts.len(), 6, "{texts:?}");
    assert_eq!(store.bookmarks(call.organization_id, call.id).await.unwrap().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_a_page_would_say_again_may_have_a_number() {
    let app = TestApp::new(Behaviour::Works).await;
    let call = app.call_with(RecognizerId::BROWSER).await;
    let mut page = app.page(&call, "tab").await;
    page.say(numbered(1, words(Channel::Rep, 0, "not yet", false)));
    assert!(page.rejected().await.message.contains("without one"));
    // What can't be taken is told, and need not be said again.
    page.say(numbered(7, words(Channel::Rep, -5, "before the call", true)));
    assert!(page.rejected().await.message.contains("ordered times"));
    noted(&mut page, &[7]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_database_refuses_of_one_call_holds_no_other_call_up() {
    let app = TestApp::new(Behaviour::Works).await;
    store::testing::refuse_lines_with(&app.services.store().clone(), "poison").await;
    let (bad, good) = (app.call_with(RecognizerId::BROWSER).await, app.call_with(RecognizerId::BROWSER).await);
    let (bad_page, mut good_page) = (app.page(&bad, "bad").await, app.page(&good, "good").await);
    bad_page.say(numbered(1, words(Channel::Customer, 0, "This line is poison.", true)));
    for number in 1..=20 {
        good_page.say(numbered(number, words(Channel::Customer, i64::from(number) * 1_000, "And how long does it take?", true)));
        tokio::time::sleep(std::time::Duration::from_millis(30)).await;
    }
    noted(&mut good_page, &(1..=20).collect::<Vec<_>>()).await;
    let store = app.services.store();
    assert_eq!(store.segments(good.organization_id, good.id).await.unwrap().len(), 20);
    assert_eq!(store.segments(bad.organization_id, bad.id).await.unwrap().len(), 0);
}
