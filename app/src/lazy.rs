//! Pages whose code the browser fetches when they are first shown.
//!
//! `xtask` cuts the browser's code apart at the functions below: a chunk a name, what several chunks share in chunks of its
//! own, what the main module needs too in the main module. The server draws these pages like any other, and names a page's chunks in its head so that they load at once.
//!
//! A chunk that can't be fetched (no network, or a server with a newer build) never leaves a dead page:
//! - while a page is taken over: it stays as the server drew it, and works as without JavaScript;
//! - on the way to a page: the browser loads it whole, and with it the newer build;
//! - on the way to a page while a call runs here: the call goes on, and the page says what to do.

#[cfg(feature = "hydrate")]
mod browser;

use std::future::Future;
use std::pin::Pin;

use leptos::prelude::*;
use leptos::wasm_split::{SplitLoaderError, wasm_split};
use leptos_router::ChooseView;
use leptos_router::hooks::use_location;

use crate::components::{Banner, Tone};
use crate::pages;

type Loading<T> = Pin<Box<dyn Future<Output = Result<T, SplitLoaderError>>>>;

/// A page in a chunk of its own. Give it to a route as its view.
#[derive(Clone, Copy)]
pub struct LazyPage {
    /// The chunk's name in the site's manifest.
    #[cfg(feature = "ssr")]
    chunk: &'static str,
    #[cfg(feature = "hydrate")]
    load: fn() -> Loading<()>,
    view: fn() -> Loading<AnyView>,
}

impl ChooseView for LazyPage {
    /// The page. Its chunk is there by now, or could not be fetched.
    async fn choose(self) -> AnyView {
        #[cfg(feature = "ssr")]
        load_with_the_page(self.chunk);
        match (self.view)().await {
            Ok(view) => view,
            Err(_) => NotFetched().into_any(),
        }
    }

    async fn preload(&self) {
        #[cfg(feature = "hydrate")]
        browser::fetch(self).await;
    }
}

/// Names the pages and their chunks. `constant = page` within `chunk { … }`.
macro_rules! lazy_pages {
    ($($chunk:ident { $($(#[$attribute:meta])* $constant:ident = $load:ident, $view:ident: $page:path;)+ })+) => {$($(
        $(#[$attribute])*
        pub const $constant: LazyPage = LazyPage {
            #[cfg(feature = "ssr")]
            chunk: stringify!($chunk),
            #[cfg(feature = "hydrate")]
            load: || Box::pin($load()),
            view: || Box::pin($view()),
        };

        $(#[$attribute])*
        #[wasm_split($chunk, wasm_split_path = leptos::wasm_split, preload(#[allow(dead_code)] $load), fallible)]
        fn $view() -> Result<AnyView, SplitLoaderError> {
            Ok($page().into_any())
        }
    )+)+};
}

// Few names: code that several chunks share lands in a chunk for each set of names that needs it, so each new name may double
// the number of files. The sign-in and the live page stand alone, for they must be light; an area that grows big gets a name.
lazy_pages! {
    identity {
        SIGN_IN = load_sign_in, sign_in: pages::identity::SignIn;
        SIGN_UP = load_sign_up, sign_up: pages::identity::SignUp;
    }
    // The pages that a mail leads to are seldom opened, and light enough for where the rest is.
    pages {
        CONFIRM_SIGN_UP = load_confirm_sign_up, confirm_sign_up: pages::identity::ConfirmSignUp;
        FORGOT_PASSWORD = load_forgot_password, forgot_password: pages::identity::ForgotPassword;
        RESET_PASSWORD = load_reset_password, reset_password: pages::identity::ResetPassword;
        HOME = load_home, home: pages::home::Home;
        PROFILE_SETTINGS = load_profile, profile: pages::settings::ProfileSettings;
        SECURITY_SETTINGS = load_security, security: pages::settings::SecuritySettings;
        ORGANIZATION_SETTINGS = load_organization, organization: pages::settings::OrganizationSettings;
        TOKEN_SETTINGS = load_tokens, tokens: pages::settings::TokenSettings;
        OPERATIONS_SETTINGS = load_operations, operations: pages::settings::OperationsSettings;
        CALLS = load_calls, calls: pages::calls::CallsPage;
        #[cfg(debug_assertions)]
        COMPONENTS = load_components, components: pages::dev::Components;
    }
    call {
        NEW_CALL = load_new_call, new_call: pages::calls::NewCallPage;
        REVIEW = load_review, review: pages::calls::ReviewPage;
    }
    knowledge {
        KNOWLEDGE = load_knowledge, knowledge: pages::knowledge::KnowledgePage;
        DOCUMENT = load_knowledge_document, knowledge_document: pages::knowledge::DocumentPage;
    }
    live {
        LIVE = load_live, live: pages::calls::LivePage;
    }
}

/// Names a chunk's files in the document's head, so that the browser need not wait for the main module to ask for them.
#[cfg(feature = "ssr")]
fn load_with_the_page(chunk: &str) {
    let Some(bundle) = use_context::<std::sync::Arc<crate::server::Bundle>>() else { return };
    for path in bundle.chunks.get(chunk).into_iter().flatten() {
        let link = view! {
            <leptos_meta::Link rel="preload" href=path.clone() as_="fetch" type_="application/wasm" crossorigin="anonymous" />
        };
        // To make it is to put it into the head; here it would be one element more than the browser expects.
        let _ = link.to_html();
    }
}

/// Stands where a page's code could not be fetched while a call runs in this browser: leaving would end its capture.
#[component]
fn NotFetched() -> impl IntoView {
    let location = use_location();
    let path = move || format!("{}{}", location.pathname.get(), location.search.get());
    view! {
        <div class="page">
            <Banner tone=Tone::Bad>
                "This page could not be loaded. Your call goes on. "
                <a href=path target="_blank" rel="external">
                    "Open the page in another tab"
                </a>
            </Banner>
        </div>
    }
}
