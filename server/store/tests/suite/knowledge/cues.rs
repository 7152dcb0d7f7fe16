//! The passages that cues show.

use model::{Citation, Cue, CueState, DocumentId};
use rstest::rstest;
use store::{Engine, testing};
use uuid::Uuid;

use super::support::*;
use crate::fixtures::{cue, insert as insert_call, tenant};

fn citation(document: DocumentId) -> Box<Citation> {
    let found = passage(2, "The Team plan costs 29 € 🎧.");
    let end = found.text.chars().count() as u32;
    Box::new(Citation {
        document,
        version: 1,
        title: "Plans “2026”".into(),
        passage: 2,
        place: found.place,
        quote: found.text,
        start: 0,
        end,
    })
}

#[rstest]
#[tokio::test]
async fn a_cards_source_comes_back_changes_and_goes(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let store = testing::open(engine).await;
    let (ours, theirs) = (tenant(&store, "a@example.com").await, tenant(&store, "b@example.com").await);
    let us = ours.organization;
    let call = insert_call(&store, ours, "Call", 0).await.id;
    let general = general(&store, us).await;
    let document = ready(&store, us, general, "Plans", &["Plans.", "The Team plan costs 29 € 🎧."]).await;
    let source = citation(document);
    let shown = |number| Cue { source: Some(source.clone()), ..cue(number) };

    store.append_cues(us, call, &[shown(1), cue(2), cue(3)]).await.unwrap();
    assert_eq!(store.cues(us, call).await.unwrap(), [shown(1), cue(2), cue(3)]);
    assert!(store.set_cue_source(us, call, 2, Some(&source)).await.unwrap());
    assert!(store.set_cue_source(us, call, 1, None).await.unwrap());
    assert!(store.set_cue_state(us, call, 2, CueState::Kept).await.unwrap());
    let kept = Cue { state: CueState::Kept, ..shown(2) };
    assert_eq!(store.cues(us, call).await.unwrap(), [cue(1), kept.clone(), cue(3)]);
    store.append_cues(us, call, &[shown(1)]).await.unwrap();
    assert_eq!(store.cues(us, call).await.unwrap()[0], cue(1), "what is there already stays as it is");

    assert!(!store.set_cue_source(us, call, 9, Some(&source)).await.unwrap(), "no such cue");
    assert!(!store.set_cue_source(us, call, 9, None).await.unwrap());
    assert!(!store.set_cue_source(theirs.organization, call, 3, Some(&source)).await.unwrap(), "another organization's");
    assert!(!store.set_cue_source(theirs.organization, call, 2, None).await.unwrap());
    let unknown = citation(DocumentId(Uuid::now_v7()));
    assert!(!store.set_cue_source(us, call, 3, Some(&unknown)).await.unwrap(), "a document that is gone");
    assert_eq!(store.cues(us, call).await.unwrap(), [cue(1), kept, cue(3)]);

    store.replace_cues(us, call, &[shown(1), Cue { source: Some(unknown), ..cue(2) }]).await.unwrap();
    assert_eq!(store.cues(us, call).await.unwrap(), [shown(1), cue(2)]);
}

#[rstest]
#[tokio::test]
async fn a_deleted_documents_words_leave_every_card(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
    #[values(false, true)] with_its_collection: bool,
) {
    let store = testing::open(engine).await;
    let ours = tenant(&store, "a@example.com").await;
    let us = ours.organization;
    let general = general(&store, us).await;
    let kept = ready(&store, us, general, "Kept", &["one", "two"]).await;
    let board = collection(&store, us, "Board", model::CollectionAccess::Everybody).await;
    let gone = ready(&store, us, board, "Gone", &["one", "two"]).await;
    let mut calls = Vec::new();
    for title in ["First", "Second"] {
        let call = insert_call(&store, ours, title, 0).await.id;
        let cues = [Cue { source: Some(citation(gone)), ..cue(1) }, Cue { source: Some(citation(kept)), ..cue(2) }, cue(3)];
        store.append_cues(us, call, &cues).await.unwrap();
        assert_eq!(store.cues(us, call).await.unwrap(), cues);
        calls.push(call);
    }
    if with_its_collection {
        store.delete_collection(us, board).await.unwrap().unwrap();
    } else {
        store.delete_document(us, gone).await.unwrap().unwrap();
    }
    for call in calls {
        let cues = store.cues(us, call).await.unwrap();
        assert_eq!(cues, [cue(1), Cue { source: Some(citation(kept)), ..cue(2) }, cue(3)]);
        // What is on its way from a live call comes too late.
        assert!(!store.set_cue_source(us, call, 1, Some(&citation(gone))).await.unwrap());
    }
    assert_eq!(count(&store, "SELECT COUNT(*) FROM cues WHERE source IS NOT NULL").await, 2);
}
