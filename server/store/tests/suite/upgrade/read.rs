//! Each table's row as the program reads it.

use model::{
    BindingKind, CallFilter, CallId, CallState, CollectionAccess, CollectionId, CueState, DocumentFilter, DocumentId, MemberId, Millis,
    OrganizationId, PersonId, Role, UploadId, WebsiteId,
};
use std::time::Duration;
use store::knowledge::index::Index;
use store::{JobState, Store};
use uuid::Uuid;

use crate::fixtures::{noon, within};
use crate::knowledge::support::MODEL;

const fn id(byte: u8) -> Uuid {
    Uuid::from_bytes([byte; 16])
}

const US: OrganizationId = OrganizationId(id(0x11));
const ANN: PersonId = PersonId(id(0x12));
const MEMBER: MemberId = MemberId(id(0x13));
const CALL: CallId = CallId(id(0x21));
const COLLECTION: CollectionId = CollectionId(id(0x41));
const WEBSITE: WebsiteId = WebsiteId(id(0x42));
const DOCUMENT: DocumentId = DocumentId(id(0x43));

/// Reads what the release before wrote into a table.
///
/// # Panics
/// If it is not what was written, and for a table that nothing here reads: say how its rows are read.
pub async fn row_of(store: &Store, table: &str) {
    match table {
        "organizations" | "people" | "members" => account(store).await,
        "sessions" => {
            let session = store.session(&[0x51; 32], noon(0)).await.unwrap().unwrap();
            assert_eq!((session.person_id, session.member_id, session.user_agent.as_str()), (ANN, MEMBER, "Firefox"));
            // One of before is a sign-in of its own.
            assert_eq!(store.sign_in_of(session.id).await.unwrap(), Some(session.id.0));
            assert_eq!(store.standing_of_sign_in(session.id.0, noon(0)).await.unwrap().unwrap().organization_id, US);
        }
        "password_resets" => {
            let of = within!(store, store::sessions::take_password_reset, &[0x52; 32], noon(0)).await.unwrap();
            assert_eq!(of, Some(ANN));
        }
        "refresh_tokens" => {
            let programs = store.program_sign_ins(ANN, noon(0)).await.unwrap();
            assert_eq!((programs.len(), programs[0].id.0), (1, id(0x16)));
            // Not kept then, so reckoned: thirty days before it ends.
            assert_eq!(programs[0].signed_in_at.to_rfc3339(), "2026-11-01T00:00:00+00:00");
            assert_eq!(store.standing_of_family(id(0x16), noon(0)).await.unwrap().unwrap().role, Role::Owner);
        }
        "api_tokens" => {
            let token = store.api_token(&[0x54; 32]).await.unwrap().unwrap();
            assert_eq!((token.member_id, token.name.as_str(), token.last_used_at), (MEMBER, "CRM", None));
        }
        "sign_ups" => {
            let taken = within!(store, store::sign_ups::take, &[0x55; 32], noon(0)).await.unwrap().unwrap();
            assert_eq!((taken.email.as_str(), taken.organization.as_str()), ("eve@example.com", "Globex"));
        }
        "calls" => call(store).await,
        "segments" => {
            let segments = store.segments(US, CALL).await.unwrap();
            assert_eq!((segments[0].text.as_str(), segments[0].words[0].end), ("It is too expensive.", Millis(1_800)));
            index(store).await;
            let search = CallFilter { search: "expensive".into(), ..CallFilter::default() };
            let found = store.calls(US, &search, None, 9).await.unwrap().items;
            assert_eq!(found[0].found.as_ref().unwrap().segment, 1);
        }
        "cues" => {
            let cues = store.cues(US, CALL).await.unwrap();
            assert_eq!((cues[0].topic.as_str(), cues[0].state), ("objection.price", CueState::Open));
            assert_eq!(cues[0].source.as_ref().unwrap().document, DOCUMENT);
        }
        "bookmarks" => assert_eq!(store.bookmarks(US, CALL).await.unwrap()[0].note, "Price"),
        "reviews" => {
            let (insights, metrics) = store.review(US, CALL).await.unwrap().unwrap();
            assert_eq!((insights.action_items[0].text.as_str(), metrics.customer.talk_ms), ("Send the offer", Millis(800)));
        }
        "jobs" => job(store).await,
        "audit_entries" | "audit_heads" => {
            let entries = store.entries(US, None, 9).await.unwrap().items;
            assert_eq!((entries.len(), entries[0].action.as_str(), entries[0].actor), (2, "call.created", Some(MEMBER)));
            let verified = store.verify(US).await.unwrap();
            assert_eq!((verified.entries, verified.first_broken), (2, None));
        }
        "knowledge_tenants" => {
            assert_eq!(store.knowing_organizations().await.unwrap(), [US]);
            assert_eq!(store.knowledge_revision(US).await.unwrap(), 2);
            // Found all the same, until they are indexed anew.
            assert!(store.is_indexed_by_old_stems(US).await.unwrap());
        }
        "collections" => {
            let collection = store.collection(US, COLLECTION).await.unwrap().unwrap();
            assert_eq!((collection.name.as_str(), collection.access, collection.documents), ("General", CollectionAccess::Everybody, 1));
        }
        "websites" => {
            let website = store.website(US, WEBSITE).await.unwrap().unwrap();
            assert_eq!((website.start.as_str(), website.every_hours), ("https://example.com/docs", 24));
            assert_eq!(store.due_websites(noon(0), 9).await.unwrap(), [(US, website)]);
        }
        "website_omissions" => assert_eq!(store.web_omissions(US, WEBSITE).await.unwrap(), ["https://example.com/docs/old"]),
        "documents" => {
            let document = store.document(US, CollectionAccess::Everybody, MODEL, DOCUMENT).await.unwrap().unwrap();
            assert_eq!((document.title.as_str(), document.tags[0].as_str()), ("Security", "Legal"));
            assert_eq!((document.ready_version, document.passages, document.embedded, document.uses), (1, 1, 1, 1));
        }
        "document_tags" => {
            assert_eq!(store.knowledge_tags(US, CollectionAccess::Everybody).await.unwrap(), [("legal".to_owned(), 1)]);
        }
        "document_versions" => {
            let history = store.document_history(US, DOCUMENT).await.unwrap();
            assert_eq!((history.len(), history[0].file_name.as_str()), (1, "security.pdf"));
            assert_eq!(store.document_file(US, DOCUMENT, None).await.unwrap().unwrap().object_key, "files/1");
        }
        "document_bindings" => {
            let bindings = store.bindings(US).await.unwrap();
            assert_eq!((bindings[0].0, bindings[0].1.kind, bindings[0].1.value.as_str()), (DOCUMENT, BindingKind::Competitor, "Initech"));
        }
        "passages" | "knowledge_terms" => by_words(store).await,
        "passage_vectors" => {
            let filter = DocumentFilter::default();
            let near = store.vector_search(US, MODEL, &[1.0, 0.0, 0.0], &filter, CollectionAccess::Everybody, 9).await.unwrap();
            assert_eq!((near.len(), near[0].passage.document_id), (1, DOCUMENT));
            assert!(near[0].cosine.unwrap() > 0.99);
        }
        "passage_removals" => {
            // An index that was told before the removal forgets what is gone.
            let mut index = Index::default();
            index.add(7, DocumentId(id(0x46)), 1, &[0.0, 1.0, 0.0]);
            store.follow(US, MODEL, &mut index).await.unwrap();
            assert_eq!(index.search(&[1.0, 0.0, 0.0], 9).iter().map(|(serial, _)| *serial).collect::<Vec<_>>(), [1]);
        }
        "uploads" => {
            let upload = store.upload(US, MEMBER, UploadId(id(0x44))).await.unwrap().unwrap();
            assert_eq!((upload.replaces, upload.received, upload.bytes), (Some(DOCUMENT), 1_000, 2_000));
        }
        "knowledge_uses" => {
            // Of the one whose call it was.
            let uses = store.document_uses(US, DOCUMENT, Some(MEMBER), None, 9).await.unwrap().items;
            assert_eq!((uses.len(), uses[0].call_id, uses[0].question.as_str()), (1, Some(CALL), "Is it encrypted?"));
        }
        other => panic!("say here how rows of {other} are read"),
    }
}

async fn account(store: &Store) {
    let profile = store.profile(MEMBER).await.unwrap().unwrap();
    assert_eq!((profile.person.id, profile.person.name.as_str()), (ANN, "Åsa Öberg"));
    assert_eq!((profile.organization.id, profile.organization.keep_audio, profile.role), (US, true, Role::Owner));
    assert!(store.credentials("ann@example.com").await.unwrap().unwrap().password_hash.starts_with("$argon2id$"));
}

async fn call(store: &Store) {
    let call = store.call(US, CALL).await.unwrap().unwrap();
    assert_eq!((call.title.as_str(), call.state, call.duration_ms), ("Discovery with Globex", CallState::Ended, Millis(1_800_000)));
    assert_eq!((call.vocabulary[1].as_str(), call.notes.as_str()), ("SOC 2", "Send the offer."));
    index(store).await;
    let search = CallFilter { search: "globex".into(), ..CallFilter::default() };
    assert_eq!(store.calls(US, &search, None, 9).await.unwrap().items[0].call, call);
    assert!(store.unfinished_calls().await.unwrap().is_empty());
}

/// What the server's job does after an upgrade. Twice is as once.
async fn index(store: &Store) {
    for call in store.calls_to_index(US, CallId(Uuid::nil()), 9).await.unwrap() {
        assert_eq!(store.organizations_to_index().await.unwrap(), [US]);
        within!(store, store::calls::reindex, US, call).await.unwrap();
    }
    assert_eq!(store.organizations_to_index().await.unwrap(), []);
}

async fn job(store: &Store) {
    let kind = "knowledge.delete_files";
    assert_eq!(store.job_about(US, kind, "").await.unwrap(), Some(JobState::Waiting));
    let job = store.claim("knowledge.upkeep", "w", noon(0), Duration::from_secs(9)).await.unwrap().unwrap();
    assert_eq!((job.kind.as_str(), job.organization_id, job.attempts), (kind, Some(US), 2));
    assert_eq!(job.payload["keys"][0], "files/gone");
}

async fn by_words(store: &Store) {
    let passages = store.passages(US, DOCUMENT, None, 9).await.unwrap().items;
    assert_eq!((passages.len(), passages[0].text.as_str()), (1, "Data is encrypted at rest."));
    let filter = DocumentFilter::default();
    let found = store.lexical_search(US, "How do you encrypt data?", &filter, CollectionAccess::Everybody, 9).await.unwrap();
    assert_eq!((found.len(), found[0].passage.document_id), (1, DOCUMENT));
}
