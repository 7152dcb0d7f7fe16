//! Server functions of what the organization knows: each asks the domain once and maps its error.
//!
//! What a form sends without JavaScript comes as flat text fields: there an empty choice is an empty text.

use leptos::prelude::*;
use leptos::server_fn::codec::{Json, Postcard};
use model::{
    Answer, Collection, CollectionAccess, CollectionId, Document, DocumentDetail, DocumentFilter, DocumentId, DocumentUse, Given,
    KnowledgeOverview, NewUpload, Page, Passage, Question, Upload, UploadId, Website, WebsiteId,
};

use crate::error::AppError;

/// Documents of one page of the list.
#[cfg(feature = "ssr")]
const DOCUMENTS: u32 = 25;
/// Passages of one page of a document.
pub const PASSAGES: u32 = 50;
/// Uses of one page of a document.
#[cfg(feature = "ssr")]
const USES: u32 = 20;

/// What the page shows above its list.
#[server(endpoint = "knowledge/overview")]
pub async fn overview() -> Result<KnowledgeOverview, AppError> {
    let (services, scope) = ssr::caller()?;
    domain::knowledge::overview(&services, &scope).await.map_err(ssr::told)
}

/// The documents that the person may see, newest first.
#[server(endpoint = "knowledge/documents", input = Json)]
pub async fn list_documents(filter: DocumentFilter, cursor: Option<String>) -> Result<Page<Document>, AppError> {
    let (services, scope) = ssr::caller()?;
    domain::knowledge::documents(&services, &scope, filter, cursor.as_deref(), DOCUMENTS).await.map_err(ssr::told)
}

/// One document with all that its page shows but its passages.
#[server(endpoint = "knowledge/document")]
pub async fn get_document(id: DocumentId) -> Result<DocumentDetail, AppError> {
    let (services, scope) = ssr::caller()?;
    domain::knowledge::document(&services, &scope, id).await.map_err(ssr::told)
}

/// What was extracted, in reading order, behind the first `after` passages.
#[server(endpoint = "knowledge/passages")]
pub async fn list_passages(id: DocumentId, after: u32) -> Result<Page<Passage>, AppError> {
    let (services, scope) = ssr::caller()?;
    let cursor = (after > 0).then(|| after.to_string());
    domain::knowledge::passages(&services, &scope, id, cursor.as_deref(), PASSAGES).await.map_err(ssr::told)
}

/// Where a document was used, newest first.
#[server(endpoint = "knowledge/uses", input = Json)]
pub async fn list_uses(id: DocumentId, cursor: Option<String>) -> Result<Page<DocumentUse>, AppError> {
    let (services, scope) = ssr::caller()?;
    domain::knowledge::uses(&services, &scope, id, cursor.as_deref(), USES).await.map_err(ssr::told)
}

/// Answers a question with the sentences that answer it, each with its place.
#[server(endpoint = "knowledge/ask", input = Json)]
pub async fn ask(question: Question) -> Result<Answer, AppError> {
    let (services, scope) = ssr::caller()?;
    domain::knowledge::ask(&services, &scope, question).await.map_err(ssr::told)
}

/// Adds the sample file. A form that is sent without JavaScript goes on to the list.
#[server(endpoint = "knowledge/sample")]
pub async fn add_sample() -> Result<Given, AppError> {
    let (services, scope) = ssr::caller()?;
    let given = domain::knowledge::add_sample(&services, &scope).await.map_err(ssr::told)?;
    crate::server::go_to("/knowledge");
    Ok(given)
}

/// Adds a pasted text. A form that is sent without JavaScript goes on to the document.
#[server(endpoint = "knowledge/text")]
pub async fn add_text(collection: String, title: String, text: String, tags: String) -> Result<Given, AppError> {
    let (services, scope) = ssr::caller()?;
    let new = model::NewText { collection: ssr::collection(&collection)?, title, text, tags: super::words::list(&tags) };
    let given = domain::knowledge::add_text(&services, &scope, new).await.map_err(ssr::told)?;
    crate::server::go_to(&super::path(given.document));
    Ok(given)
}

/// Changes a document's title, tags and collection.
#[server(endpoint = "knowledge/edit")]
pub async fn edit_document(id: DocumentId, title: String, tags: String, collection: CollectionId) -> Result<(), AppError> {
    let (services, scope) = ssr::caller()?;
    let change =
        model::DocumentChange { title: Some(title), tags: Some(super::words::list(&tags)), collection: Some(collection), bindings: None };
    domain::knowledge::edit(&services, &scope, id, change).await.map(drop).map_err(ssr::told)
}

/// Says anew what in a call a document is shown for. Unticked boxes are not sent at all.
#[server(endpoint = "knowledge/bind")]
pub async fn bind_document(id: DocumentId, #[server(default)] topics: Vec<String>, competitors: String) -> Result<(), AppError> {
    let (services, scope) = ssr::caller()?;
    let topics = topics.into_iter().map(|value| model::Binding { kind: model::BindingKind::Topic, value });
    let competitors = super::words::list(&competitors).into_iter();
    let competitors = competitors.map(|value| model::Binding { kind: model::BindingKind::Competitor, value });
    let change = model::DocumentChange { bindings: Some(topics.chain(competitors).collect()), ..model::DocumentChange::default() };
    domain::knowledge::edit(&services, &scope, id, change).await.map(drop).map_err(ssr::told)
}

/// Deletes a document with its files and all that was made of them.
#[server(endpoint = "knowledge/delete")]
pub async fn delete_document(id: DocumentId) -> Result<(), AppError> {
    let (services, scope) = ssr::caller()?;
    domain::knowledge::delete(&services, &scope, id).await.map_err(ssr::told)?;
    crate::server::go_to("/knowledge");
    Ok(())
}

/// Gives the password that a document waits for.
#[server(endpoint = "knowledge/unlock")]
pub async fn unlock_document(id: DocumentId, password: String) -> Result<(), AppError> {
    let (services, scope) = ssr::caller()?;
    domain::knowledge::unlock(&services, &scope, id, password.into()).await.map_err(ssr::told)
}

/// Reads a document again that failed.
#[server(endpoint = "knowledge/retry")]
pub async fn retry_document(id: DocumentId) -> Result<(), AppError> {
    let (services, scope) = ssr::caller()?;
    domain::knowledge::retry(&services, &scope, id).await.map_err(ssr::told)
}

/// Lets a web page count.
#[server(endpoint = "knowledge/accept")]
pub async fn accept_document(id: DocumentId) -> Result<(), AppError> {
    let (services, scope) = ssr::caller()?;
    domain::knowledge::accept(&services, &scope, id).await.map_err(ssr::told)
}

/// Makes a collection.
#[server(endpoint = "knowledge/create-collection")]
pub async fn create_collection(name: String, access: CollectionAccess) -> Result<Collection, AppError> {
    let (services, scope) = ssr::caller()?;
    domain::knowledge::create_collection(&services, &scope, model::NewCollection { name, access }).await.map_err(ssr::told)
}

/// Renames a collection or says anew who may use it.
#[server(endpoint = "knowledge/edit-collection")]
pub async fn edit_collection(id: CollectionId, name: String, access: CollectionAccess) -> Result<Collection, AppError> {
    let (services, scope) = ssr::caller()?;
    domain::knowledge::edit_collection(&services, &scope, id, model::NewCollection { name, access }).await.map_err(ssr::told)
}

/// Deletes a collection with all its documents.
#[server(endpoint = "knowledge/delete-collection")]
pub async fn delete_collection(id: CollectionId) -> Result<(), AppError> {
    let (services, scope) = ssr::caller()?;
    domain::knowledge::delete_collection(&services, &scope, id).await.map_err(ssr::told)?;
    crate::server::go_to("/knowledge");
    Ok(())
}

/// Begins to send a file.
#[server(endpoint = "knowledge/begin-upload", input = Json)]
pub async fn begin_upload(new: NewUpload) -> Result<Upload, AppError> {
    let (services, scope) = ssr::caller()?;
    domain::knowledge::begin_upload(&services, &scope, new).await.map_err(ssr::told)
}

/// Where to go on with a file.
#[server(endpoint = "knowledge/upload")]
pub async fn get_upload(id: UploadId) -> Result<Upload, AppError> {
    let (services, scope) = ssr::caller()?;
    domain::knowledge::upload(&services, &scope, id).await.map_err(ssr::told)
}

/// Takes the next piece of a file: what stands at `offset`.
#[server(endpoint = "knowledge/put-piece", input = Postcard)]
pub async fn put_piece(id: UploadId, offset: u64, piece: Vec<u8>) -> Result<Upload, AppError> {
    let (services, scope) = ssr::caller()?;
    domain::knowledge::append(&services, &scope, id, offset, piece.into()).await.map_err(ssr::told)
}

/// Makes a document of a file that has come whole.
#[server(endpoint = "knowledge/finish-upload", input = Json)]
pub async fn finish_upload(id: UploadId, tags: Vec<String>) -> Result<Given, AppError> {
    let (services, scope) = ssr::caller()?;
    domain::knowledge::finish_upload(&services, &scope, id, tags).await.map_err(ssr::told)
}

/// Throws away what has come of a file.
#[server(endpoint = "knowledge/cancel-upload")]
pub async fn cancel_upload(id: UploadId) -> Result<(), AppError> {
    let (services, scope) = ssr::caller()?;
    domain::knowledge::cancel_upload(&services, &scope, id).await.map_err(ssr::told)
}

/// Adds a website to be visited.
#[server(endpoint = "knowledge/add-website")]
pub async fn add_website(collection: String, start: String, within: String, max_pages: u32, every_hours: u32) -> Result<Website, AppError> {
    let (services, scope) = ssr::caller()?;
    let new = model::NewWebsite { collection: ssr::collection(&collection)?, start, scope: within, max_pages, every_hours };
    domain::knowledge::add_website(&services, &scope, new).await.map_err(ssr::told)
}

/// Visits a website now.
#[server(endpoint = "knowledge/visit-website")]
pub async fn visit_website(id: WebsiteId) -> Result<(), AppError> {
    let (services, scope) = ssr::caller()?;
    domain::knowledge::visit_website(&services, &scope, id).await.map_err(ssr::told)
}

/// Deletes a website with the documents that were fetched from it.
#[server(endpoint = "knowledge/delete-website")]
pub async fn delete_website(id: WebsiteId) -> Result<(), AppError> {
    let (services, scope) = ssr::caller()?;
    domain::knowledge::delete_website(&services, &scope, id).await.map_err(ssr::told)
}

#[cfg(feature = "ssr")]
mod ssr {
    use domain::{DomainError, Scope, Services};
    use model::{CollectionId, Problem};

    use crate::error::AppError;

    /// Who calls, and with what.
    pub fn caller() -> Result<(Services, Scope), AppError> {
        Ok((crate::server::services()?, crate::server::scope()?))
    }

    pub fn told(error: DomainError) -> AppError {
        error.into_problem().into()
    }

    /// The collection that a form chose; none for the first one.
    pub fn collection(text: &str) -> Result<Option<CollectionId>, AppError> {
        if text.is_empty() {
            return Ok(None);
        }
        text.parse().map(Some).map_err(|_| Problem::of_field("collection", "Choose a collection of the list.").into())
    }
}
