//! Websites and their visits.

use model::{CollectionId, DocumentId, DocumentSource, OrganizationId, Website, WebsiteId, WebsiteState};
use rstest::rstest;
use serde_json::json;
use store::knowledge::Visit;
use store::{Engine, NewJob, Store, StoreError, jobs, knowledge, testing};
use uuid::Uuid;

use super::support::*;
use crate::fixtures::noon;

pub fn website(collection: CollectionId) -> Website {
    Website {
        id: WebsiteId(Uuid::now_v7()),
        collection_id: collection,
        start: "https://example.com/".into(),
        scope: "https://example.com/".into(),
        max_pages: 50,
        every_hours: 24,
        state: WebsiteState::Waiting,
        problem: String::new(),
        pages: 0,
        visited_at: None,
        due_at: Some(noon(0)),
    }
}

#[rstest]
#[tokio::test]
async fn a_website_is_visited_when_it_is_due(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let store = testing::open(engine).await;
    let (us, them) = (organization(&store, "a@example.com").await, organization(&store, "b@example.com").await);
    let general = general(&store, us).await;
    let mut site = website(general);
    assert!(matches!(store.insert_website(them, &site, noon(0)).await, Err(StoreError::Missing(_))));
    store.insert_website(us, &site, noon(0)).await.unwrap();
    assert_eq!(store.website(us, site.id).await.unwrap(), Some(site.clone()));
    assert_eq!((store.website(them, site.id).await.unwrap(), store.websites(them).await.unwrap()), (None, vec![]));
    assert_eq!(store.due_websites(noon(-1), 9).await.unwrap(), []);
    assert_eq!(store.due_websites(noon(0), 9).await.unwrap(), [(us, site.clone())]);

    let job = NewJob { payload: json!({}), max_attempts: 1, ..NewJob::new("q", "visit", Some(us), noon(0)) };
    let start = async |organization| {
        let start = together(&store, async |tx| {
            let started = knowledge::start_visit(tx, organization, site.id, noon(1), noon(9)).await?;
            if started {
                jobs::enqueue(tx, &job).await?;
            }
            Ok(started)
        });
        start.await
    };
    assert!(!start(them).await);
    assert!(start(us).await);
    assert!(!start(us).await, "it is being visited");
    assert_eq!(store.count_jobs().await.unwrap(), [("waiting".to_owned(), 1)]);
    assert_eq!(store.due_websites(noon(9), 9).await.unwrap()[0].1.state, WebsiteState::Fetching, "its visit must have died");

    let visit = Visit { state: WebsiteState::Failed, problem: "It does not answer.".into(), pages: 1, at: noon(3), due_at: None };
    assert!(!store.finish_visit(them, site.id, &visit).await.unwrap());
    assert!(store.finish_visit(us, site.id, &visit).await.unwrap());
    let visited = store.websites(us).await.unwrap().remove(0);
    assert_eq!((visited.state, visited.problem.as_str(), visited.pages), (WebsiteState::Failed, "It does not answer.", 1));
    assert_eq!((visited.visited_at, visited.due_at), (Some(noon(3)), None));
    assert!(store.start_visit(us, site.id, noon(4), noon(9)).await.unwrap(), "somebody may want it before it is due");
    assert!(!store.start_visit(us, site.id, noon(5), noon(9)).await.unwrap());
    assert!(store.finish_visit(us, site.id, &visit).await.unwrap());
    site.max_pages = 5;
    assert!(store.update_website(us, &site).await.unwrap());
    assert!(!store.update_website(them, &site).await.unwrap());

    let mut page = new_document(general, "Home", 0);
    (page.website, page.source, page.address) = (Some(site.id), DocumentSource::Web, "https://example.com/".into());
    insert(&store, us, &page).await;
    let pages = store.web_pages(us, site.id).await.unwrap();
    assert_eq!((pages.len(), pages[0].id, pages[0].hash.as_slice()), (1, page.id, page.file.hash.as_slice()));
    assert_eq!(store.delete_website(them, site.id).await.unwrap(), None);
    let removed = store.delete_website(us, site.id).await.unwrap().unwrap();
    assert_eq!(removed.keys, [page.file.object_key.clone()]);
    assert_eq!(removed.documents, [(page.id, model::CollectionAccess::Everybody)]);
    assert_eq!(get(&store, us, page.id).await, None);
}

#[rstest]
#[tokio::test]
async fn pages_that_somebody_deleted_are_known_until_their_website_goes(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    async fn page(store: &Store, us: OrganizationId, collection: CollectionId, site: WebsiteId, address: &str) -> DocumentId {
        let mut page = new_document(collection, address, 0);
        (page.website, page.source, page.address) = (Some(site), DocumentSource::Web, address.into());
        insert(store, us, &page).await
    }
    let store = testing::open(engine).await;
    let (us, them) = (organization(&store, "a@example.com").await, organization(&store, "b@example.com").await);
    let (general, other) = (general(&store, us).await, collection(&store, us, "Other", model::CollectionAccess::Everybody).await);
    let (site, second) = (website(general), website(general));
    store.insert_website(us, &site, noon(0)).await.unwrap();
    store.insert_website(us, &second, noon(0)).await.unwrap();
    let home = page(&store, us, general, site.id, "https://example.com/").await;
    page(&store, us, other, site.id, "https://example.com/moved").await;
    page(&store, us, general, site.id, "https://example.com/kept").await;
    let file = insert(&store, us, &new_document(general, "A file", 0)).await;
    assert_eq!(store.delete_document(them, home).await.unwrap(), None);
    assert_eq!(store.web_omissions(us, site.id).await.unwrap(), Vec::<String>::new());
    for document in [home, file] {
        store.delete_document(us, document).await.unwrap().unwrap();
    }
    store.delete_collection(us, other).await.unwrap().unwrap();
    assert_eq!(store.web_omissions(us, site.id).await.unwrap(), ["https://example.com/", "https://example.com/moved"]);
    assert_eq!(store.web_omissions(us, second.id).await.unwrap(), Vec::<String>::new(), "of this website only");
    assert_eq!(store.web_omissions(them, site.id).await.unwrap(), Vec::<String>::new());
    // Given again and deleted again.
    let home = page(&store, us, general, site.id, "https://example.com/").await;
    store.delete_document(us, home).await.unwrap().unwrap();
    assert_eq!(store.web_omissions(us, site.id).await.unwrap().len(), 2);
    store.delete_website(us, site.id).await.unwrap().unwrap();
    assert_eq!(count(&store, "SELECT COUNT(*) FROM website_omissions").await, 0);
}
