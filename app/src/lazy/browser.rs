//! Fetches a page's chunk, and goes on when that fails.

use std::future::pending;

use leptos::prelude::*;
use leptos_router::hooks::use_location;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;

use super::LazyPage;
use crate::frame::LiveCall;

/// Returns when the page can be shown. Does not return if the browser is on its way to load the page whole.
pub async fn fetch(page: &LazyPage) {
    if (page.load)().await.is_ok() {
        return;
    }
    if !is_hydrated() {
        leave_as_drawn();
        pending::<()>().await;
    }
    let LiveCall(live) = expect_context();
    if live.with_untracked(Option::is_none) && load_whole().is_ok() {
        pending::<()>().await;
    }
}

/// The page's own script says so at the document's root.
fn is_hydrated() -> bool {
    document().document_element().is_some_and(|root| root.has_attribute("data-hydrated"))
}

/// Keeps the router from answering clicks, so that links and forms work as without JavaScript.
fn leave_as_drawn() {
    let stop = Closure::<dyn Fn(web_sys::Event)>::new(|event: web_sys::Event| event.stop_immediate_propagation());
    let _ = window().add_event_listener_with_callback_and_bool("click", stop.as_ref().unchecked_ref(), true);
    stop.forget();
}

fn load_whole() -> Result<(), wasm_bindgen::JsValue> {
    let location = use_location();
    let (path, search) = (location.pathname.get_untracked(), location.search.get_untracked());
    window().location().assign(&format!("{path}{search}"))
}
