//! Websites: visited politely, page by page, each page a document that waits for somebody's word the first time it comes.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use model::{Code, DocumentId, DocumentSource, DocumentState, NewWebsite, OrganizationId, Problem, Website, WebsiteId, WebsiteState};
use serde_json::json;
use sha2::{Digest, Sha256};
use store::knowledge::{self as kept, InsertOutcome, NewDocument, NewVersion};
use tokio_util::sync::CancellationToken;

use super::events::WebsiteChanged;
use super::{collection_or_first, documents, jobs, require_editor, system, uploads, urgently};
use crate::knowledge::KnowledgeKernel as _;
use crate::storage;
use crate::website::{PlanError, Visited, WebsitePlan, WebsiteVisit};
use kernel::Actor;
use kernel::Kernel;
use kernel::{DomainError, Result, Tx};
use ports::WebPage;
use ports::files::FileKey;

/// Most pages of a website.
const MOST_PAGES: u32 = 500;
/// Longest time between two visits: a year.
const RAREST_HOURS: u32 = 24 * 366;
/// A visit that was cut off may be started again after so long.
const VISIT: Duration = Duration::from_secs(30 * 60);

/// Takes a website in and visits it soon. Its pages count when somebody has accepted them.
///
/// # Errors
/// `invalid` with the field; `conflict` if the collection has this website; `quota_exceeded`; `not_found` for the collection; `forbidden` below
/// admins.
pub async fn add_website(kernel: &Kernel, actor: &Actor, new: NewWebsite) -> Result<Website> {
    require_editor(actor)?;
    let plan = WebsitePlan::new(&new.start, &new.scope, new.max_pages).map_err(|error| bad_plan(&error))?;
    kernel.knowledge().web.check(plan.start()).map_err(|error| Problem::of_field("start", error.to_string()))?;
    if new.max_pages > MOST_PAGES {
        return Err(Problem::of_field("max_pages", format!("At most {MOST_PAGES} pages of a website are taken.")).into());
    }
    if new.every_hours > RAREST_HOURS {
        return Err(Problem::of_field("every_hours", "Visit it at least once a year, or never again.").into());
    }
    storage::require_room(kernel, actor.organization, 0).await?;
    let now = kernel.now();
    let collection_id = collection_or_first(kernel, actor, new.collection).await?;
    let there = kernel.store().websites(actor.organization).await?;
    if there.iter().any(|other| other.start == plan.start().as_str() && other.collection_id == collection_id) {
        return Err(DomainError::new(Code::Conflict, "This website is in the collection already. Visit it again instead."));
    }
    let website = Website {
        id: kernel.uuid().into(),
        collection_id,
        start: plan.start().to_string(),
        scope: plan.scope().prefix().to_string(),
        max_pages: i64::from(new.max_pages),
        every_hours: i64::from(new.every_hours),
        state: WebsiteState::Waiting,
        problem: String::new(),
        pages: 0,
        visited_at: None,
        due_at: Some(now),
    };
    let mut tx = kernel.begin(actor).await?;
    kept::insert_website(&mut tx, actor.organization, &website, now).await?;
    tx.audit("knowledge.website_added", website.id, json!({ "start": website.start })).await?;
    start(&mut tx, actor.organization, website.id).await?;
    tx.commit().await?;
    Ok(website)
}

/// Visits a website now.
///
/// # Errors
/// `conflict` while it is being visited; `quota_exceeded`; `not_found`; `forbidden` below admins.
pub async fn visit_website(kernel: &Kernel, actor: &Actor, id: WebsiteId) -> Result<()> {
    require_editor(actor)?;
    let website = kernel.store().website(actor.organization, id).await?.ok_or_else(no_such)?;
    storage::require_room(kernel, actor.organization, 0).await?;
    let mut tx = kernel.begin(actor).await?;
    if !start(&mut tx, actor.organization, website.id).await? {
        return Err(DomainError::new(Code::Conflict, "This website is being visited already."));
    }
    tx.audit("knowledge.website_visited", website.id, json!({})).await?;
    tx.commit().await
}

/// Deletes a website with all its pages.
///
/// # Errors
/// `not_found`; `forbidden` below admins.
pub async fn delete_website(kernel: &Kernel, actor: &Actor, id: WebsiteId) -> Result<()> {
    require_editor(actor)?;
    let removed = urgently(kernel, || async {
        let mut tx = kernel.begin(actor).await?;
        let removed = kept::delete_website(&mut tx, actor.organization, id).await?.ok_or_else(no_such)?;
        documents::let_go(&mut tx, &removed).await?;
        tx.audit("knowledge.website_deleted", id, json!({ "files": removed.keys.len() })).await?;
        tx.emit(&WebsiteChanged { website: id }).await?;
        tx.commit().await?;
        Ok(removed)
    });
    documents::forget_files(kernel, actor.organization, &removed.await?.keys).await;
    Ok(())
}

/// Starts the visits that are due.
pub(crate) async fn start_due(kernel: &Kernel) -> Result<()> {
    for (organization, website) in kernel.store().due_websites(kernel.now(), 20).await? {
        if let Err(error) = start_alone(kernel, organization, website.id).await {
            tracing::error!(website = %website.id, error = %error.into_problem(), "a visit could not be started");
        }
    }
    Ok(())
}

async fn start_alone(kernel: &Kernel, organization: OrganizationId, website: WebsiteId) -> Result<()> {
    let mut tx = kernel.begin(&system(organization)).await?;
    start(&mut tx, organization, website).await?;
    tx.commit().await
}

/// False if it is being visited already.
async fn start(tx: &mut Tx, organization: OrganizationId, website: WebsiteId) -> Result<bool> {
    let now = tx.at();
    if !kept::start_visit(tx, organization, website, now, now + VISIT).await? {
        return Ok(false);
    }
    tx.enqueue(&jobs::VisitWebsite { website }).await?;
    tx.emit(&WebsiteChanged { website }).await?;
    Ok(true)
}

/// Visits a website and keeps what is new or has changed, but no page that somebody deleted: the job `knowledge.visit`.
pub(crate) async fn visit(kernel: &Kernel, organization: OrganizationId, id: WebsiteId) -> Result<()> {
    let store = kernel.store();
    let Some(website) = store.website(organization, id).await? else { return Ok(()) };
    let plan = WebsitePlan::new(&website.start, &website.scope, u32::try_from(website.max_pages).unwrap_or(1))
        .map_err(|error| DomainError::Internal(error.to_string()))?;
    let known = store.web_pages(organization, id).await?;
    let known: HashMap<String, (DocumentId, Vec<u8>)> = known.into_iter().map(|page| (page.address, (page.id, page.hash))).collect();
    let omitted: HashSet<String> = store.web_omissions(organization, id).await?.into_iter().collect();
    let mut walk = WebsiteVisit::new(kernel.knowledge().web.clone(), plan, CancellationToken::new());
    let (mut pages, mut problem) = (0, None);
    while let Some(step) = walk.next().await {
        match step {
            Ok(Visited::Page(page)) if omitted.contains(page.url.as_str()) => {
                tracing::debug!(url = %page.url, "a page that somebody deleted was not kept");
            }
            Ok(Visited::Page(page)) => {
                match keep(kernel, organization, &website, &known, page).await {
                    // No other page fits either: the visit ends here, and says why.
                    Err(DomainError::Problem(full)) if full.code == Code::QuotaExceeded => {
                        problem = Some(full.message);
                        break;
                    }
                    kept => kept?,
                }
                pages += 1;
            }
            Ok(Visited::Skipped { url, why }) => tracing::debug!(%url, %why, "a page was not kept"),
            Err(error) => problem = Some(error.to_string()),
        }
    }
    let at = kernel.now();
    let again = (website.every_hours > 0).then(|| at + chrono::TimeDelta::hours(website.every_hours));
    let state = if problem.is_some() { WebsiteState::Failed } else { WebsiteState::Done };
    let ended = kept::Visit { state, problem: problem.unwrap_or_default(), pages, at, due_at: again };
    let mut tx = kernel.begin(&system(organization)).await?;
    if kept::finish_visit(&mut tx, organization, id, &ended).await? {
        tx.emit(&WebsiteChanged { website: id }).await?;
    }
    tx.commit().await
}

async fn keep(
    kernel: &Kernel,
    organization: OrganizationId,
    website: &Website,
    known: &HashMap<String, (DocumentId, Vec<u8>)>,
    page: WebPage,
) -> Result<()> {
    let address = page.url.to_string();
    let hash: [u8; 32] = Sha256::digest(&page.body).into();
    let before = known.get(&address);
    if before.is_some_and(|(_, known)| known.as_slice() == hash) {
        return Ok(());
    }
    let bytes = page.body.len() as i64;
    storage::require_room(kernel, organization, bytes).await?;
    let object = kernel.uuid();
    let key = FileKey::document(organization, object);
    kernel.knowledge().files.put(&key, futures::stream::iter([Ok(page.body)]), u64::MAX).await?;
    // What somebody accepted once is renewed by itself; a new page waits.
    let accepted = match before {
        Some((document, _)) => store_state(kernel, organization, *document).await? != Some(DocumentState::Review),
        None => false,
    };
    let file = NewVersion {
        file_name: file_name(&page.url, &page.content_type),
        bytes,
        hash,
        object_key: object.to_string(),
        member: None,
        upload: None,
        state: if accepted { DocumentState::Waiting } else { DocumentState::Review },
        at: kernel.now(),
    };
    let actor = system(organization);
    let kept = match before {
        Some((document, _)) => uploads::renew(kernel, &actor, *document, &file).await,
        None => {
            let new = NewDocument {
                id: kernel.uuid().into(),
                collection: website.collection_id,
                website: Some(website.id),
                title: title(&page.url),
                folder: String::new(),
                source: DocumentSource::Web,
                address,
                tags: Vec::new(),
                unless_there: true,
                file,
            };
            uploads::add(kernel, &actor, &new).await
        }
    };
    if !matches!(kept, Ok(InsertOutcome::Version(_))) {
        // Nobody knows the file.
        kernel.knowledge().files.delete(&key).await?;
    }
    kept.map(drop)
}

async fn store_state(kernel: &Kernel, organization: OrganizationId, document: DocumentId) -> Result<Option<DocumentState>> {
    Ok(kernel.store().document_file(organization, document, None).await?.map(|file| file.state))
}

/// The address's last part, with an ending that tells the reader what it is.
fn file_name(url: &url::Url, content_type: &str) -> String {
    let last = url.path_segments().and_then(|mut parts| parts.rfind(|part| !part.is_empty())).unwrap_or("index");
    let ending = match content_type {
        "text/plain" => ".txt",
        "text/markdown" => ".md",
        "application/pdf" => ".pdf",
        _ => ".html",
    };
    let name: String = last.chars().take(200).collect();
    if name.ends_with(ending) { name } else { format!("{name}{ending}") }
}

/// Until the page's own title is read.
fn title(url: &url::Url) -> String {
    let address = format!("{}{}", url.host_str().unwrap_or_default(), url.path());
    address.trim_end_matches('/').chars().take(200).collect()
}

fn bad_plan(error: &PlanError) -> DomainError {
    let field = match error {
        PlanError::Start(_) => "start",
        PlanError::Scope(_) | PlanError::Outside => "scope",
        PlanError::NoPages => "max_pages",
    };
    Problem::of_field(field, error.to_string()).into()
}

fn no_such() -> DomainError {
    DomainError::no_such("website")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_page_is_named_by_its_address() {
        let url = |text: &str| url::Url::parse(text).unwrap();
        assert_eq!(file_name(&url("https://example.com/help/prices"), "text/html"), "prices.html");
        assert_eq!(file_name(&url("https://example.com/a.pdf"), "application/pdf"), "a.pdf");
        assert_eq!(file_name(&url("https://example.com/"), ""), "index.html");
        assert_eq!(title(&url("https://example.com/help/prices/")), "example.com/help/prices");
    }
}
