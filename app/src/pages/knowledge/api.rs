//! Server functions of what the organization knows: each asks the domain once and maps its error.
//!
//! What a form sends without JavaScript comes as flat text fields: there an empty choice is an empty text.

use leptos::prelude::*;
#[cfg(feature = "ssr")]
use leptos::server_fn::ServerFn;
use model::{
    Answer, Collection, CollectionAccess, CollectionId, Document, DocumentDetail, DocumentFilter, DocumentId, DocumentUse, Given,
    KnowledgeOverview, NewUpload, Page, Passage, Question, Upload, UploadId, Website, WebsiteId,
};

use crate::error::AppError;
use crate::rpc::Rpc;
#[cfg(feature = "ssr")]
use crate::server::{caller, go_to};

/// Documents of one page of the list.
#[cfg(feature = "ssr")]
const DOCUMENTS: u32 = 25;
/// Passages of one page of a document.
pub const PASSAGES: u32 = 50;
/// Uses of one page of a document.
#[cfg(feature = "ssr")]
const USES: u32 = 20;

/// What the page shows above its list.
#[server(protocol = Rpc, endpoint = "knowledge/overview")]
pub async fn overview() -> Result<KnowledgeOverview, AppError> {
    let (services, scope) = caller()?;
    Ok(domain::knowledge::overview(&services, &scope).await?)
}

/// The documents that the person may see, newest first.
#[server(protocol = Rpc, endpoint = "knowledge/documents")]
pub async fn list_documents(filter: DocumentFilter, cursor: Option<String>) -> Result<Page<Document>, AppError> {
    let (services, scope) = caller()?;
    Ok(domain::knowledge::documents(&services, &scope, filter, cursor.as_deref(), DOCUMENTS).await?)
}

/// One document with all that its page shows but its passages.
#[server(protocol = Rpc, endpoint = "knowledge/document")]
pub async fn get_document(id: DocumentId) -> Result<DocumentDetail, AppError> {
    let (services, scope) = caller()?;
    Ok(domain::knowledge::document(&services, &scope, id).await?)
}

/// What was extracted, in reading order, behind the first `after` passages.
#[server(protocol = Rpc, endpoint = "knowledge/passages")]
pub async fn list_passages(id: DocumentId, after: u32) -> Result<Page<Passage>, AppError> {
    let (services, scope) = caller()?;
    let cursor = (after > 0).then(|| after.to_string());
    Ok(domain::knowledge::passages(&services, &scope, id, cursor.as_deref(), PASSAGES).await?)
}

/// Where a document was used, newest first.
#[server(protocol = Rpc, endpoint = "knowledge/uses")]
pub async fn list_uses(id: DocumentId, cursor: Option<String>) -> Result<Page<DocumentUse>, AppError> {
    let (services, scope) = caller()?;
    Ok(domain::knowledge::uses(&services, &scope, id, cursor.as_deref(), USES).await?)
}

/// Answers a question with the sentences that answer it, each with its place.
#[server(protocol = Rpc, endpoint = "knowledge/ask")]
pub async fn ask(question: Question) -> Result<Answer, AppError> {
    let (services, scope) = caller()?;
    Ok(domain::knowledge::ask(&services, &scope, question).await?)
}

/// Adds the sample file. A form that is sent without JavaScript goes on to the list.
#[server(protocol = Rpc, endpoint = "knowledge/sample")]
pub async fn add_sample() -> Result<Given, AppError> {
    let (services, scope) = caller()?;
    let given = domain::knowledge::add_sample(&services, &scope).await?;
    go_to("/knowledge");
    Ok(given)
}

/// Adds a pasted text. A form that is sent without JavaScript goes on to the document.
#[server(protocol = Rpc, endpoint = "knowledge/text")]
pub async fn add_text(collection: String, title: String, text: String, tags: String) -> Result<Given, AppError> {
    let (services, scope) = caller()?;
    let new = model::NewText { collection: ssr::collection(&collection)?, title, text, tags: super::labels::list(&tags) };
    let given = domain::knowledge::add_text(&services, &scope, new).await?;
    go_to(&super::path(given.document));
    Ok(given)
}

/// Changes a document's title, tags and collection.
#[server(protocol = Rpc, endpoint = "knowledge/edit")]
pub async fn edit_document(id: DocumentId, title: String, tags: String, collection: CollectionId) -> Result<(), AppError> {
    let (services, scope) = caller()?;
    let change =
        model::DocumentChange { title: Some(title), tags: Some(super::labels::list(&tags)), collection: Some(collection), bindings: None };
    domain::knowledge::edit(&services, &scope, id, change).await?;
    Ok(())
}

/// Says anew what in a call a document is shown for. Unticked boxes are not sent at all.
#[server(protocol = Rpc, endpoint = "knowledge/bind")]
pub async fn bind_document(id: DocumentId, #[server(default)] topics: Vec<String>, competitors: String) -> Result<(), AppError> {
    let (services, scope) = caller()?;
    let topics = topics.into_iter().map(|value| model::Binding { kind: model::BindingKind::Topic, value });
    let competitors = super::labels::list(&competitors).into_iter();
    let competitors = competitors.map(|value| model::Binding { kind: model::BindingKind::Competitor, value });
    let change = model::DocumentChange { bindings: Some(topics.chain(competitors).collect()), ..model::DocumentChange::default() };
    domain::knowledge::edit(&services, &scope, id, change).await?;
    Ok(())
}

/// Deletes a document with its files and all that was made of them; for a minute [`restore_document`] brings it back.
#[server(protocol = Rpc, endpoint = "knowledge/delete")]
pub async fn delete_document(id: DocumentId) -> Result<(), AppError> {
    let (services, scope) = caller()?;
    domain::knowledge::delete(&services, &scope, id).await?;
    go_to(&format!("/knowledge?deleted={id}"));
    Ok(())
}

/// Brings a document back that was deleted a moment ago.
#[server(protocol = Rpc, endpoint = "knowledge/restore")]
pub async fn restore_document(id: DocumentId) -> Result<(), AppError> {
    let (services, scope) = caller()?;
    domain::knowledge::restore(&services, &scope, id).await?;
    go_to(&super::path(id));
    Ok(())
}

/// Gives the password that a document waits for.
#[server(protocol = Rpc, endpoint = "knowledge/unlock")]
pub async fn unlock_document(id: DocumentId, password: String) -> Result<(), AppError> {
    let (services, scope) = caller()?;
    domain::knowledge::unlock(&services, &scope, id, password.into()).await?;
    Ok(())
}

/// Reads a document again that failed.
#[server(protocol = Rpc, endpoint = "knowledge/retry")]
pub async fn retry_document(id: DocumentId) -> Result<(), AppError> {
    let (services, scope) = caller()?;
    domain::knowledge::retry(&services, &scope, id).await?;
    Ok(())
}

/// Lets a web page count.
#[server(protocol = Rpc, endpoint = "knowledge/accept")]
pub async fn accept_document(id: DocumentId) -> Result<(), AppError> {
    let (services, scope) = caller()?;
    domain::knowledge::accept(&services, &scope, id).await?;
    Ok(())
}

/// Makes a collection.
#[server(protocol = Rpc, endpoint = "knowledge/create-collection")]
pub async fn create_collection(name: String, access: CollectionAccess) -> Result<Collection, AppError> {
    let (services, scope) = caller()?;
    Ok(domain::knowledge::create_collection(&services, &scope, model::NewCollection { name, access }).await?)
}

/// Renames a collection or says anew who may use it.
#[server(protocol = Rpc, endpoint = "knowledge/edit-collection")]
pub async fn edit_collection(id: CollectionId, name: String, access: CollectionAccess) -> Result<Collection, AppError> {
    let (services, scope) = caller()?;
    Ok(domain::knowledge::edit_collection(&services, &scope, id, model::NewCollection { name, access }).await?)
}

/// Deletes a collection with all its documents.
#[server(protocol = Rpc, endpoint = "knowledge/delete-collection")]
pub async fn delete_collection(id: CollectionId) -> Result<(), AppError> {
    let (services, scope) = caller()?;
    domain::knowledge::delete_collection(&services, &scope, id).await?;
    go_to("/knowledge");
    Ok(())
}

/// Begins to send a file.
#[server(protocol = Rpc, endpoint = "knowledge/begin-upload")]
pub async fn begin_upload(new: NewUpload) -> Result<Upload, AppError> {
    let (services, scope) = caller()?;
    Ok(domain::knowledge::begin_upload(&services, &scope, new).await?)
}

/// Where to go on with a file.
#[server(protocol = Rpc, endpoint = "knowledge/upload")]
pub async fn get_upload(id: UploadId) -> Result<Upload, AppError> {
    let (services, scope) = caller()?;
    Ok(domain::knowledge::upload(&services, &scope, id).await?)
}

/// What is sent to a path here that may be larger than usual: a piece of a file, and a few words around it.
#[cfg(feature = "ssr")]
pub const LARGE_BODIES: &[(&str, usize)] = &[(PutPiece::PATH, domain::knowledge::MAX_PIECE + 1024)];

/// Takes the next piece of a file: what stands at `offset`.
#[server(protocol = Rpc, endpoint = "knowledge/put-piece")]
pub async fn put_piece(id: UploadId, offset: u64, piece: Vec<u8>) -> Result<Upload, AppError> {
    let (services, scope) = caller()?;
    Ok(domain::knowledge::append(&services, &scope, id, offset, piece.into()).await?)
}

/// Makes a document of a file that has come whole.
#[server(protocol = Rpc, endpoint = "knowledge/finish-upload")]
pub async fn finish_upload(id: UploadId, tags: Vec<String>) -> Result<Given, AppError> {
    let (services, scope) = caller()?;
    Ok(domain::knowledge::finish_upload(&services, &scope, id, tags).await?)
}

/// Throws away what has come of a file.
#[server(protocol = Rpc, endpoint = "knowledge/cancel-upload")]
pub async fn cancel_upload(id: UploadId) -> Result<(), AppError> {
    let (services, scope) = caller()?;
    domain::knowledge::cancel_upload(&services, &scope, id).await?;
    Ok(())
}

/// Adds a website to be visited.
#[server(protocol = Rpc, endpoint = "knowledge/add-website")]
pub async fn add_website(collection: String, start: String, within: String, max_pages: u32, every_hours: u32) -> Result<Website, AppError> {
    let (services, scope) = caller()?;
    let new = model::NewWebsite { collection: ssr::collection(&collection)?, start, scope: within, max_pages, every_hours };
    Ok(domain::knowledge::add_website(&services, &scope, new).await?)
}

/// Visits a website now.
#[server(protocol = Rpc, endpoint = "knowledge/visit-website")]
pub async fn visit_website(id: WebsiteId) -> Result<(), AppError> {
    let (services, scope) = caller()?;
    domain::knowledge::visit_website(&services, &scope, id).await?;
    Ok(())
}

/// Deletes a website with the documents that were fetched from it.
#[server(protocol = Rpc, endpoint = "knowledge/delete-website")]
pub async fn delete_website(id: WebsiteId) -> Result<(), AppError> {
    let (services, scope) = caller()?;
    domain::knowledge::delete_website(&services, &scope, id).await?;
    Ok(())
}

#[cfg(feature = "ssr")]
mod ssr {
    use model::{CollectionId, Problem};

    use crate::error::AppError;

    /// The collection that a form chose; none for the first one.
    pub fn collection(text: &str) -> Result<Option<CollectionId>, AppError> {
        if text.is_empty() {
            return Ok(None);
        }
        text.parse().map(Some).map_err(|_| Problem::of_field("collection", "Choose a collection of the list.").into())
    }
}
