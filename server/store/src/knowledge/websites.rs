//! Websites that documents are fetched from.

use chrono::{DateTime, SubsecRound, Utc};
use model::{DocumentId, OrganizationId, Website, WebsiteId, WebsiteState};

use super::removal::{self, Removed};
use crate::engine::{Store, Tx, query};
use crate::error::Result;
use crate::statements::statements;
use crate::text::clean;

macro_rules! columns {
    () => {
        "id, collection_id, start, scope, max_pages, every_hours, state, problem, pages, visited_at, due_at"
    };
}

statements! {
    INSERT_WEBSITE = "
        INSERT INTO websites (organization_id, id, collection_id, start, scope, max_pages, every_hours, state, problem, pages,
            visited_at, due_at, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
    WEBSITE = concat!("SELECT ", columns!(), " FROM websites WHERE organization_id = $1 AND id = $2");
    WEBSITES = concat!("SELECT ", columns!(), " FROM websites WHERE organization_id = $1 ORDER BY created_at DESC, id DESC");
    UPDATE_WEBSITE = "
        UPDATE websites SET collection_id = $3, start = $4, scope = $5, max_pages = $6, every_hours = $7, due_at = $8
        WHERE organization_id = $1 AND id = $2";
    DELETE_WEBSITE = "DELETE FROM websites WHERE organization_id = $1 AND id = $2";
    // Of all tenants: the server visits what is due. One that is being visited is due again when its visit must have died.
    DUE_WEBSITES = concat!("SELECT organization_id, ", columns!(), " FROM websites WHERE due_at <= $1 ORDER BY due_at LIMIT $2");
    START_VISIT = "
        UPDATE websites SET state = 'fetching', problem = '', due_at = $4
        WHERE organization_id = $1 AND id = $2 AND (due_at <= $3 OR state <> 'fetching')";
    FINISH_VISIT = "
        UPDATE websites SET state = $3, problem = $4, pages = $5, visited_at = $6, due_at = $7
        WHERE organization_id = $1 AND id = $2";
    WEB_PAGES = "
        SELECT d.id, d.address, v.hash FROM documents d
        JOIN document_versions v ON v.organization_id = d.organization_id AND v.document_id = d.id AND v.version = d.version
        WHERE d.organization_id = $1 AND d.website_id = $2 AND d.deleted_at IS NULL ORDER BY d.address";
    WEB_OMISSIONS = "SELECT address FROM website_omissions WHERE organization_id = $1 AND website_id = $2 ORDER BY address";
    WEBSITE_DOCUMENTS = "SELECT id FROM documents WHERE organization_id = $1 AND website_id = $2";
}

/// How a visit ended.
#[derive(Clone, Debug, PartialEq)]
pub struct Visit {
    /// [`WebsiteState::Done`] or [`WebsiteState::Failed`].
    pub state: WebsiteState,
    /// What is wrong, for people; empty if nothing is.
    pub problem: String,
    /// How many pages were fetched.
    pub pages: i64,
    /// When.
    pub at: DateTime<Utc>,
    /// When the next one is due; none for never.
    pub due_at: Option<DateTime<Utc>>,
}

/// A page of a website that is kept as a document.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct WebPage {
    /// The document.
    pub id: DocumentId,
    /// The page's address.
    pub address: String,
    /// SHA-256 of its current content.
    pub hash: Vec<u8>,
}

#[derive(sqlx::FromRow)]
struct DueRow {
    organization_id: OrganizationId,
    #[sqlx(flatten)]
    website: Website,
}

/// Keeps a new website.
///
/// # Errors
/// [`crate::StoreError::Missing`] if the collection is gone or of another organization.
pub async fn insert_website(tx: &mut Tx, organization: OrganizationId, website: &Website, at: DateTime<Utc>) -> Result<()> {
    query!(
        within tx, execute, INSERT_WEBSITE, organization, website.id, website.collection_id, clean(&website.start).as_ref(),
        clean(&website.scope).as_ref(), website.max_pages, website.every_hours, website.state.as_str(),
        clean(&website.problem).as_ref(), website.pages, website.visited_at.map(|at| at.trunc_subsecs(6)),
        website.due_at.map(|at| at.trunc_subsecs(6)), at.trunc_subsecs(6)
    )?;
    Ok(())
}

/// Sets what a person may edit: collection, start, scope, limits and when it is due. False if it is gone.
///
/// # Errors
/// [`crate::StoreError::Missing`] if the collection is gone or of another organization.
pub async fn update_website(tx: &mut Tx, organization: OrganizationId, website: &Website) -> Result<bool> {
    let updated = query!(
        within tx, execute, UPDATE_WEBSITE, organization, website.id, website.collection_id, clean(&website.start).as_ref(),
        clean(&website.scope).as_ref(), website.max_pages, website.every_hours, website.due_at.map(|at| at.trunc_subsecs(6))
    )?;
    Ok(updated > 0)
}

/// Deletes a website with the documents that are its pages; as [`super::delete_document`].
///
/// # Errors
/// What the engine says.
pub async fn delete_website(tx: &mut Tx, organization: OrganizationId, website: WebsiteId) -> Result<Option<Removed>> {
    let removal = removal::begin(tx, organization).await?;
    let documents = query!(within tx, all (DocumentId,), WEBSITE_DOCUMENTS, organization, website)?;
    let removed = removal.documents(tx, documents.into_iter().map(|(id,)| id)).await?;
    Ok((query!(within tx, execute, DELETE_WEBSITE, organization, website)? > 0).then_some(removed))
}

/// Takes a website that nobody visits, for a visit that is enqueued with it. It is due again at `until`, when a visit that is not
/// finished must have died. False if it is being visited, or gone.
///
/// # Errors
/// What the engine says.
pub async fn start_visit(
    tx: &mut Tx,
    organization: OrganizationId,
    website: WebsiteId,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<bool> {
    let (now, until) = (now.trunc_subsecs(6), until.trunc_subsecs(6));
    Ok(query!(within tx, execute, START_VISIT, organization, website, now, until)? > 0)
}

/// Keeps how a visit ended; false if the website is gone.
///
/// # Errors
/// What the engine says.
pub async fn finish_visit(tx: &mut Tx, organization: OrganizationId, website: WebsiteId, visit: &Visit) -> Result<bool> {
    let finished = query!(
        within tx, execute, FINISH_VISIT, organization, website, visit.state.as_str(), clean(&visit.problem).as_ref(),
        visit.pages, visit.at.trunc_subsecs(6), visit.due_at.map(|at| at.trunc_subsecs(6))
    )?;
    Ok(finished > 0)
}

impl Store {
    /// A website of this organization.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn website(&self, organization: OrganizationId, website: WebsiteId) -> Result<Option<Website>> {
        query!(read self, optional Website, WEBSITE, organization, website)
    }

    /// An organization's websites, newest first.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn websites(&self, organization: OrganizationId) -> Result<Vec<Website>> {
        query!(read self, all Website, WEBSITES, organization)
    }

    /// Websites of all organizations whose visit is due, longest first.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn due_websites(&self, now: DateTime<Utc>, limit: u32) -> Result<Vec<(OrganizationId, Website)>> {
        let rows = query!(read self, all DueRow, DUE_WEBSITES, now.trunc_subsecs(6), i64::from(limit))?;
        Ok(rows.into_iter().map(|row| (row.organization_id, row.website)).collect())
    }

    /// The pages of a website that are kept, by address.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn web_pages(&self, organization: OrganizationId, website: WebsiteId) -> Result<Vec<WebPage>> {
        query!(read self, all WebPage, WEB_PAGES, organization, website)
    }

    /// The addresses of a website's pages that somebody deleted, which are not wanted again.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn web_omissions(&self, organization: OrganizationId, website: WebsiteId) -> Result<Vec<String>> {
        let addresses = query!(read self, all (String,), WEB_OMISSIONS, organization, website)?;
        Ok(addresses.into_iter().map(|(address,)| address).collect())
    }
}
