//! Knowledge: what the company knows, how it got here, and a question answered with its source.

mod answer;
pub mod api;
mod ask;
mod collections;
mod document;
mod documents;
mod empty;
mod labels;
mod layout;
mod list_query;
mod page;
mod paste;
mod sidebar;
mod upload;
mod websites;

pub use document::DocumentPage;
#[cfg(feature = "ssr")]
pub use labels::size;
pub use page::KnowledgePage;

use leptos::prelude::*;
use leptos_router::SsrMode::Async;
use leptos_router::any_nested_route::IntoAnyNestedRoute as _;
use leptos_router::components::Route;
use leptos_router::hooks::use_params_map;
use leptos_router::path;
use model::{Citation, DocumentId};

use crate::area::{Area, Link};
use crate::components::Glyph;
use crate::lazy::lazy_pages;

/// What this area hands to the shell.
pub const AREA: Area = Area {
    name: "knowledge",
    navigation: &[Link::new("Knowledge", "/knowledge", Glyph::Knowledge)],
    commands: &[Link::new("Ask your documents", "/knowledge", Glyph::Question)],
};

lazy_pages! {
    knowledge {
        KNOWLEDGE = load_knowledge, knowledge: KnowledgePage;
        DOCUMENT = load_knowledge_document, knowledge_document: DocumentPage;
    }
}

/// This area's pages.
#[component(transparent)]
pub fn Pages() -> impl leptos_router::MatchNestedRoutes + Clone {
    view! {
        <Route path=path!("/knowledge") view=KNOWLEDGE ssr=Async />
        <Route path=path!("/knowledge/:id") view=DOCUMENT ssr=Async />
    }
    .into_inner()
    .into_any_nested_route()
}

/// The question that the sample file answers.
const SAMPLE_QUESTION: &str = "What does the Team plan cost?";

/// Where a document's page is.
pub fn path(id: DocumentId) -> String {
    format!("/knowledge/{id}")
}

/// Where a document's page shows what is cited. Other areas link there too.
pub fn citation_path(citation: &Citation) -> String {
    let Citation { document, version, passage, start, end, .. } = citation;
    format!("/knowledge/{document}?version={version}&passage={passage}&from={start}&to={end}#passage-{passage}")
}

/// Where a file of a document is; without a version the current one.
fn file_path(id: DocumentId, version: Option<i64>) -> String {
    match version {
        Some(version) => format!("/knowledge/{id}/file?version={version}"),
        None => format!("/knowledge/{id}/file"),
    }
}

/// The document that the path names; none if it names none.
fn id_of_path() -> Memo<Option<DocumentId>> {
    let params = use_params_map();
    Memo::new(move |_| params.with(|params| params.get("id").and_then(|id| id.parse().ok())))
}
