//! Closezly's pages: rendered on the server, hydrated in the browser.
//!
//! Entry points: [`shell()`] makes the document, [`App`] is what both sides render. `pages/` holds one folder an area
//! with its server functions; `components/` holds pieces without data access.
//!
//! Architecture invariant: with the feature `hydrate` nothing of the server (axum, domain, store) is compiled in.

#![allow(clippy::needless_pass_by_value, reason = "a component owns its properties: `view!` passes them by value")]

pub mod area;
pub mod areas;
pub mod components;
pub mod error;
mod events;
pub mod frame;
mod lazy;
pub mod pages;
mod plain;
pub mod rpc;
#[cfg(feature = "ssr")]
pub mod server;
pub mod session;
#[cfg(feature = "ssr")]
mod shell;
pub mod styles;

use components::{Titles, ToastRegion, Toasts};
use frame::{Frame, LiveCall};
use leptos::prelude::*;
use leptos_meta::provide_meta_context;
use leptos_router::SsrMode::Async;
use leptos_router::components::{ProtectedParentRoute, Route, Router, Routes};
use leptos_router::hooks::use_location;
use leptos_router::path;
use session::CurrentSession;
#[cfg(feature = "ssr")]
pub use shell::shell;

/// All pages. Every route is rendered in one piece (`ssr=Async`), so that it is readable without JavaScript and can
/// set its status or redirect.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    CurrentSession::provide();
    Toasts::provide();
    provide_context(LiveCall(RwSignal::new(None)));
    components::keep_focus();
    view! {
        <Titles />
        <Router>
            <Routes fallback=pages::not_found::NotFound>
                // Pages for anybody, in `PlainFrame`, without code of the browser's
                <pages::identity::Pages />
                <DevRoute />
                // Pages for who is signed in, in `Frame`
                <ProtectedParentRoute path=path!("") view=Frame condition=signed_in redirect_path=sign_in ssr=Async>
                    <areas::Pages />
                </ProtectedParentRoute>
            </Routes>
        </Router>
        <ToastRegion />
    }
}

fn signed_in() -> Option<bool> {
    session::use_session().signed_in()
}

/// Where somebody who isn't signed in goes first, and from there back to here.
fn sign_in() -> String {
    let location = use_location();
    let path = location.pathname.get_untracked();
    if path == "/" { "/sign-in".to_owned() } else { format!("/sign-in?next={path}") }
}

/// The page of components, in debug builds.
#[cfg(debug_assertions)]
#[component(transparent)]
fn DevRoute() -> impl leptos_router::MatchNestedRoutes + Clone {
    view! { <Route path=path!("/dev/components") view=pages::dev::COMPONENTS ssr=Async /> }.into_inner()
}

#[cfg(not(debug_assertions))]
#[component(transparent)]
fn DevRoute() -> impl leptos_router::MatchNestedRoutes + Clone {
    view! { <Route path=path!("/dev/components") view=pages::not_found::NotFound ssr=Async /> }.into_inner()
}
