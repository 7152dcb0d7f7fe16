//! What was deleted a moment ago is seen by nobody, takes no room, and comes back whole; what is not brought back is gone for good.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use model::{Call, CallFilter, CallState, Channel, Citation, CollectionAccess, Cue, DocumentFilter, DocumentSource, Millis};
use rstest::rstest;
use store::knowledge::{self as kept, InsertOutcome, NewUse};
use store::testing::TestStore;
use store::{Engine, testing};
use uuid::Uuid;

use crate::fixtures::{Tenant, cue, insert, noon, segment, tenant, within};
use crate::isolation::sql;
use crate::knowledge::support::*;
use crate::knowledge::websites::website;

/// Statements that read calls or documents, deleted ones too, and why they may.
const SEE_DELETED: &[(&str, &str)] = &[
    ("CALL_OR_DELETED", "for what keeps a call's files"),
    ("CALLS_OF_MEMBER", "a person is erased, with what they deleted just now"),
    ("CALL_OWNER", "who runs a call; gives no word of it"),
    ("DELETED_CALL", "to be brought back"),
    ("PLAYBOOK_OF_CALL", "a number, for who has the call already"),
    ("UNMEASURED_CALLS", "recordings are measured at the start; ids only"),
    ("COLLECTION_DOCUMENTS", "a collection goes with all that was in it"),
    ("WEBSITE_DOCUMENTS", "a website goes with all that was in it"),
    ("REMOVED_DOCUMENT", "it is deleted for good"),
    ("DOCUMENT_FILE", "its reading goes on, so that it comes back whole; people are shown a document first"),
    ("DOCUMENT_NAMES", "for a change of a document that was found"),
    ("DOCUMENTS_AFTER", "indexed anew, so that it comes back whole"),
    ("INDEXED_DOCUMENT", "indexed anew, so that it comes back whole"),
    ("OPEN_VERSION", "its reading goes on, so that it comes back whole"),
    ("READY_VERSION", "its reading goes on, so that it comes back whole"),
    ("UNEMBEDDED", "its reading goes on, so that it comes back whole"),
];

#[test]
fn no_statement_that_reads_sees_what_is_deleted() {
    let (mut wrong, mut used) = (BTreeSet::new(), BTreeSet::new());
    for statement in store::catalogue::all() {
        for text in [statement.sqlite, statement.postgres] {
            let start = text.trim_start().to_uppercase();
            let reads = start.starts_with("SELECT") || start.starts_with("WITH");
            let read = sql::read(text);
            let tables: Vec<_> = read.sources.iter().filter(|source| source.table == "calls" || source.table == "documents").collect();
            let hidden = text.matches("deleted_at IS NULL").count() + text.matches("deleted_at IS NOT NULL)").count();
            if reads && tables.len() > hidden {
                if SEE_DELETED.iter().any(|(name, _)| *name == statement.name) {
                    used.insert(statement.name);
                } else {
                    wrong.insert(statement.name);
                }
            }
        }
    }
    assert!(wrong.is_empty(), "these show what somebody has deleted: {wrong:?}");
    let stale: Vec<_> = SEE_DELETED.iter().filter(|(name, _)| !used.contains(name)).collect();
    assert!(stale.is_empty(), "these don't any more, or are gone: {stale:?}");
}

/// All that lists, searches and pages have of an organization's calls.
async fn calls(store: &TestStore, of: Tenant, call: &Call) -> (Option<Call>, Vec<String>, Vec<String>, usize, i64) {
    let titles = async |search: &str| {
        let filter = CallFilter { search: search.into(), ..CallFilter::default() };
        let page = store.calls(of.organization, &filter, None, 9).await.unwrap();
        page.items.into_iter().map(|hit| hit.call.title).collect::<Vec<_>>()
    };
    (
        store.call(of.organization, call.id).await.unwrap(),
        titles("").await,
        titles("secret").await,
        store.segments(of.organization, call.id).await.unwrap().len(),
        store.stored(of.organization).await.unwrap().recordings,
    )
}

#[rstest]
#[tokio::test]
async fn a_deleted_call_is_out_of_sight_and_comes_back_whole(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let store = testing::open(engine).await;
    let (us, them) = (tenant(&store, "a@example.com").await, tenant(&store, "b@example.com").await);
    let (call, other) = (insert(&store, us, "One", 0).await, insert(&store, us, "Two", 1).await);
    for (call, text) in [(&call, "the secret price"), (&other, "another secret")] {
        store.append_segments(us.organization, call.id, &[segment(1, Channel::Customer, text)]).await.unwrap();
        assert!(store.move_call(us.organization, call.id, CallState::ALL, CallState::Ended, noon(5)).await.unwrap());
        within!(store, store::storage::set_recorded, us.organization, call.id, 700).await.unwrap();
    }
    let before = calls(&store, us, &call).await;
    assert_eq!((&before.1, &before.2, before.4), (&vec!["Two".to_owned(), "One".into()], &vec!["Two".to_owned(), "One".into()], 1_400));

    assert!(!within!(store, store::calls::hide, them.organization, call.id, noon(10)).await.unwrap(), "another organization's");
    assert!(within!(store, store::calls::hide, us.organization, call.id, noon(10)).await.unwrap());
    assert!(!within!(store, store::calls::hide, us.organization, call.id, noon(11)).await.unwrap(), "it is deleted already");
    let hidden = calls(&store, us, &call).await;
    assert_eq!((hidden.0, hidden.1, hidden.2, hidden.4), (None, vec!["Two".to_owned()], vec!["Two".to_owned()], 700));
    assert_eq!(store.latest_call(us.organization, us.member).await.unwrap().map(|call| call.title), Some("Two".into()));
    assert_eq!(store.call_or_deleted(us.organization, call.id).await.unwrap(), before.0);
    let first = CallFilter { search: "secret".into(), ..CallFilter::default() };
    assert_eq!(store.calls(us.organization, &first, None, 1).await.unwrap().items.len(), 1, "it takes no place on a page either");
    assert_eq!(store.take_call(us.organization, call.id, "s", 0, noon(12), None).await.unwrap(), None, "no page can go on with it");

    let too_late = noon(10) + TimeDelta::seconds(1);
    assert_eq!(store.deleted_call(us.organization, call.id, too_late).await.unwrap(), None);
    assert!(!within!(store, store::calls::restore, us.organization, call.id, too_late).await.unwrap());
    assert!(!within!(store, store::calls::restore, them.organization, call.id, noon(9)).await.unwrap(), "another organization's");
    assert_eq!(store.deleted_call(us.organization, call.id, noon(9)).await.unwrap(), before.0);
    assert!(within!(store, store::calls::restore, us.organization, call.id, noon(9)).await.unwrap());
    assert_eq!(calls(&store, us, &call).await, before, "as it was");
    assert!(!within!(store, store::calls::erase, us.organization, call.id, noon(99)).await.unwrap(), "what is back is not erased");

    // Deleted again: the first job comes too early for it.
    assert!(within!(store, store::calls::hide, us.organization, call.id, noon(50)).await.unwrap());
    assert!(!within!(store, store::calls::erase, us.organization, call.id, noon(49)).await.unwrap());
    assert!(within!(store, store::calls::erase, us.organization, call.id, noon(50)).await.unwrap());
    assert!(!within!(store, store::calls::restore, us.organization, call.id, noon(0)).await.unwrap(), "gone for good");
    assert_eq!(store.call_or_deleted(us.organization, call.id).await.unwrap(), None);
    assert_eq!(count(&store, "SELECT COUNT(*) FROM segments").await, 1);
    assert_eq!(store.stored(us.organization).await.unwrap().recordings, 700, "and counted once");
}

#[rstest]
#[tokio::test]
async fn a_running_call_is_no_servers_while_it_is_deleted(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let store = testing::open(engine).await;
    let us = tenant(&store, "a@example.com").await;
    let call = insert(&store, us, "One", 0).await.id;
    assert!(store.move_call(us.organization, call, CallState::ALL, CallState::Live, noon(1)).await.unwrap());
    let hold = store.take_call(us.organization, call, "s", 0, noon(1), None).await.unwrap().unwrap();
    assert_eq!(store.unfinished_calls().await.unwrap().len(), 1);
    assert!(within!(store, store::calls::hide, us.organization, call, noon(10)).await.unwrap());
    assert!(!store.hold_call(us.organization, call, &hold, noon(11), Millis(1)).await.unwrap(), "nothing is written to it");
    assert_eq!(store.unfinished_calls().await.unwrap(), []);
    assert_eq!(store.unfinished_call(us.organization, call).await.unwrap(), None);
    assert!(within!(store, store::calls::restore, us.organization, call, noon(9)).await.unwrap());
    assert!(store.hold_call(us.organization, call, &hold, noon(12), Millis(1)).await.unwrap());
    assert_eq!(store.unfinished_calls().await.unwrap().len(), 1);
}

#[rstest]
#[tokio::test]
async fn a_deleted_document_answers_nothing_and_comes_back_whole(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let store = testing::open(engine).await;
    let us = tenant(&store, "a@example.com").await;
    let (organization, everybody, any) = (us.organization, CollectionAccess::Everybody, DocumentFilter::default());
    let general = general(&store, organization).await;
    let text = "The Team plan costs 29 € a seat.";
    let document = ready(&store, organization, general, "Plans", &[text]).await;
    assert!(
        store
            .edit_document(organization, document, &kept::DocumentPatch { tags: Some(vec!["price".into()]), ..Default::default() })
            .await
            .unwrap()
    );
    let place = passage(1, text).place;
    let end = u32::try_from(text.chars().count()).unwrap();
    let source = Citation { document, version: 1, title: "Plans".into(), passage: 1, place, quote: text.into(), start: 0, end };
    let call = insert(&store, us, "Call", 0).await.id;
    store.append_cues(organization, call, &[Cue { source: Some(Box::new(source)), ..cue(1) }]).await.unwrap();
    let found = async || store.lexical_search(organization, "Team plan costs", &any, everybody, 5).await.unwrap().len();
    let seen = async || {
        let size = store.knowledge_size(organization, everybody, MODEL).await.unwrap();
        let collections = store.collections(organization, everybody).await.unwrap();
        (
            get(&store, organization, document).await,
            titles(&store, organization, everybody, &any).await,
            found().await,
            store.cues(organization, call).await.unwrap(),
            store.knowledge_tags(organization, everybody).await.unwrap(),
            (size.documents, size.ready, size.passages, size.bytes, collections[0].documents),
            store.stored(organization).await.unwrap().documents,
        )
    };
    let before = seen().await;
    assert_eq!((before.2, before.5, before.6), (1, (1, 1, 1, 10, 1), 10));

    let who = within!(store, kept::hide_document, organization, document, noon(10)).await.unwrap();
    assert_eq!(who, Some(everybody));
    assert_eq!(within!(store, kept::hide_document, organization, document, noon(10)).await.unwrap(), None, "it is deleted already");
    let (one, list, passages, cues, tags, size, bytes) = seen().await;
    assert_eq!((one, list.len(), passages, cues, tags, size, bytes), (None, 0, 0, vec![cue(1)], vec![], (0, 0, 0, 0, 0), 0));
    // The same file may come again: the deleted one is no twin.
    let twin = kept::NewDocument { unless_there: true, ..new_document(general, "Again", 11) };
    let hash = store.document_file(organization, document, None).await.unwrap().unwrap().hash;
    let twin = kept::NewDocument { file: kept::NewVersion { hash: hash.try_into().unwrap(), ..twin.file.clone() }, ..twin };
    assert_eq!(store.insert_document(organization, &twin).await.unwrap(), InsertOutcome::Version(1));
    assert!(store.delete_document(organization, twin.id).await.unwrap().is_some());

    assert!(!within!(store, kept::restore_document, organization, document, noon(10)).await.unwrap(), "too late");
    assert!(within!(store, kept::restore_document, organization, document, noon(9)).await.unwrap());
    assert_eq!(seen().await, before, "as it was");
    assert_eq!(within!(store, kept::erase_document, organization, document, noon(99)).await.unwrap(), None, "what is back is not erased");

    within!(store, kept::hide_document, organization, document, noon(50)).await.unwrap();
    assert_eq!(within!(store, kept::erase_document, organization, document, noon(49)).await.unwrap(), None, "too early");
    let removed = within!(store, kept::erase_document, organization, document, noon(50)).await.unwrap().unwrap();
    assert_eq!((removed.documents.len(), removed.keys.len()), (0, 1), "it was told when it was deleted");
    assert!(!within!(store, kept::restore_document, organization, document, noon(0)).await.unwrap(), "gone for good");
    let left: Vec<_> = rows(&store).await.into_iter().filter(|(table, rows)| *table != "collections" && *rows > 0).collect();
    assert_eq!(left, [], "not a word is left");
    assert_eq!(count(&store, "SELECT COUNT(*) FROM cues WHERE source IS NOT NULL OR deleted_source IS NOT NULL").await, 0);
    assert_eq!(store.stored(organization).await.unwrap().documents, 0);
}

#[rstest]
#[tokio::test]
async fn what_a_deleted_document_is_in_goes_with_it(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let store = testing::open(engine).await;
    let us = tenant(&store, "a@example.com").await;
    let general = general(&store, us.organization).await;
    let document = ready(&store, us.organization, general, "Plans", &["The Team plan costs 29 €."]).await;
    within!(store, kept::hide_document, us.organization, document, noon(10)).await.unwrap();
    let removed = store.delete_collection(us.organization, general).await.unwrap().unwrap();
    assert_eq!((removed.documents.len(), removed.keys.len()), (0, 1));
    assert!(!within!(store, kept::restore_document, us.organization, document, noon(9)).await.unwrap());
    assert_eq!(within!(store, kept::erase_document, us.organization, document, noon(99)).await.unwrap(), None);
    assert_eq!(store.stored(us.organization).await.unwrap().documents, 0);
}

#[rstest]
#[tokio::test]
async fn what_was_said_in_a_deleted_call_is_in_no_documents_uses(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let store = testing::open(engine).await;
    let us = tenant(&store, "a@example.com").await;
    let general = general(&store, us.organization).await;
    let document = ready(&store, us.organization, general, "Plans", &["The Team plan costs 29 €."]).await;
    let call = insert(&store, us, "Call", 0).await.id;
    let used = NewUse {
        document,
        version: 1,
        passage: 1,
        call: Some(call),
        member: None,
        answer: Uuid::now_v7(),
        question: "Our chief executive resigns".into(),
        at: noon(3),
    };
    within!(store, kept::add_uses, us.organization, &[used]).await.unwrap();
    let uses = async |of| store.document_uses(us.organization, document, of, None, 9).await.unwrap().items.len();
    assert_eq!((uses(None).await, uses(Some(us.member)).await), (1, 1));
    within!(store, store::calls::hide, us.organization, call, noon(10)).await.unwrap();
    assert_eq!((uses(None).await, uses(Some(us.member)).await), (0, 0));
    within!(store, store::calls::restore, us.organization, call, noon(9)).await.unwrap();
    assert_eq!((uses(None).await, uses(Some(us.member)).await), (1, 1));
}

#[rstest]
#[tokio::test]
async fn a_visit_leaves_a_deleted_page_out_until_it_is_back(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let store = testing::open(engine).await;
    let us = tenant(&store, "a@example.com").await.organization;
    let general = general(&store, us).await;
    let website = website(general);
    store.insert_website(us, &website, noon(0)).await.unwrap();
    let page = kept::NewDocument {
        website: Some(website.id),
        source: DocumentSource::Web,
        address: "https://example.com/a".into(),
        ..new_document(general, "A page", 1)
    };
    assert_eq!(store.insert_document(us, &page).await.unwrap(), InsertOutcome::Version(1));
    within!(store, kept::hide_document, us, page.id, noon(10)).await.unwrap();
    assert_eq!(store.web_pages(us, website.id).await.unwrap(), []);
    assert_eq!(count(&store, "SELECT COUNT(*) FROM website_omissions").await, 1);
    within!(store, kept::restore_document, us, page.id, noon(9)).await.unwrap();
    assert_eq!(store.web_pages(us, website.id).await.unwrap().len(), 1);
    assert_eq!(count(&store, "SELECT COUNT(*) FROM website_omissions").await, 0);
}
