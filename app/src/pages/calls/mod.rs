//! Calls: the list, the preparation, the live page and the review.

pub mod api;
mod browser;
mod cited;
mod list;
mod live;
mod new;
mod review;
mod sample;
pub mod words;

pub use list::CallsPage;
pub use live::LivePage;
pub use new::NewCallPage;
pub use review::ReviewPage;
pub use sample::{SampleButton, provide_sample_start};

use leptos::prelude::*;
use leptos_router::SsrMode::Async;
use leptos_router::any_nested_route::IntoAnyNestedRoute as _;
use leptos_router::components::Route;
use leptos_router::hooks::use_params_map;
use leptos_router::path;
use model::CallId;

use crate::area::{Area, Link};
use crate::components::{Glyph, list_url};
use crate::lazy::lazy_pages;

/// What this area hands to the shell.
pub const AREA: Area = Area {
    name: "calls",
    navigation: &[Link::new("Calls", "/calls", Glyph::Calls)],
    commands: &[Link::new("Start a call", "/calls/new", Glyph::Mic)],
};

lazy_pages! {
    pages {
        CALLS = load_calls, calls: CallsPage;
    }
    call {
        NEW_CALL = load_new_call, new_call: NewCallPage;
        REVIEW = load_review, review: ReviewPage;
    }
    live {
        LIVE = load_live, live: LivePage;
    }
}

/// This area's pages.
#[component(transparent)]
pub fn Pages() -> impl leptos_router::MatchNestedRoutes + Clone {
    view! {
        <Route path=path!("/calls") view=CALLS ssr=Async />
        <Route path=path!("/calls/new") view=NEW_CALL ssr=Async />
        <Route path=path!("/calls/:id") view=REVIEW ssr=Async />
        <Route path=path!("/calls/:id/live") view=LIVE ssr=Async />
    }
    .into_inner()
    .into_any_nested_route()
}

/// Where a call's review is.
pub fn path(id: CallId) -> String {
    format!("/calls/{id}")
}

/// Where a line of a call's review is; `words` of it are shown as found there.
pub fn line_path(id: CallId, line: i64, words: &[&str]) -> String {
    let texts = [("line", line.to_string()), ("words", words.join(BETWEEN_WORDS))];
    format!("{}#segment-{line}", list_url(&path(id), texts))
}

/// What stands between words in a link: no line of a transcript has it.
const BETWEEN_WORDS: &str = "\n";

/// Where a call runs.
pub fn live_path(id: CallId) -> String {
    format!("/calls/{id}/live")
}

/// The call that the path names; none if it names none.
fn id_of_path() -> Memo<Option<CallId>> {
    let params = use_params_map();
    Memo::new(move |_| params.with(|params| params.get("id").and_then(|id| id.parse().ok())))
}
