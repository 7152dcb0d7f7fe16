//! Calls: the list, the preparation, the live page and the review.

pub mod api;
mod browser;
mod cited;
mod list;
mod live;
mod new;
mod review;
mod words;

pub use list::CallsPage;
pub use live::LivePage;
pub use new::NewCallPage;
pub use review::ReviewPage;

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use model::CallId;

/// Where a call's review is.
pub fn path(id: CallId) -> String {
    format!("/calls/{id}")
}

/// Where a call runs.
pub fn live_path(id: CallId) -> String {
    format!("/calls/{id}/live")
}

/// The call that the path names; none if it names none.
fn id_of_path() -> Memo<Option<CallId>> {
    let params = use_params_map();
    Memo::new(move |_| params.with(|params| params.get("id").and_then(|id| id.parse().ok())))
}
