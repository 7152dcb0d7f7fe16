//! Pages whose code the browser fetches when they are first shown.
//!
//! `xtask` cuts the browser's code apart at the functions that [`lazy_pages`] makes: a chunk a name, what several chunks share in chunks of its
//! own, what the main module needs too in the main module. The server draws these pages like any other, and names what they load in their head (`document`); a page
//! that is none of these loads nothing.
//!
//! A chunk that can't be fetched (no network, or a server with a newer build) never leaves a dead page:
//! - while a page is taken over: it stays as the server drew it, and works as without JavaScript;
//! - on the way to a page: the browser loads it whole, and with it the newer build;
//! - on the way to a page while a call runs here: the call goes on, and the page says what to do.

#[cfg(feature = "hydrate")]
mod browser;
#[cfg(feature = "ssr")]
mod document;

use std::future::Future;
use std::pin::Pin;

use leptos::prelude::*;
use leptos::wasm_split::SplitLoaderError;
use leptos_router::ChooseView;
use leptos_router::hooks::use_location;

use crate::components::{Banner, Tone};

type Loading<T> = Pin<Box<dyn Future<Output = Result<T, SplitLoaderError>>>>;

/// A page in a chunk of its own. Give it to a route as its view.
#[derive(Clone, Copy)]
pub struct LazyPage {
    /// The chunk's name in the site's manifest.
    #[cfg(feature = "ssr")]
    pub(crate) chunk: &'static str,
    #[cfg(feature = "hydrate")]
    pub(crate) load: fn() -> Loading<()>,
    pub(crate) view: fn() -> Loading<AnyView>,
}

impl ChooseView for LazyPage {
    /// The page. Its chunk is there by now, or could not be fetched.
    async fn choose(self) -> AnyView {
        #[cfg(feature = "ssr")]
        document::load_code(self.chunk);
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

/// Declares pages that lie in chunks: `CONSTANT = loader, function: Page;` within `chunk { … }`. Each area declares its own.
///
/// Few chunks: code that several of them share lands in a chunk for each set of names that needs it, so each new name may double the
/// number of files. `identity` (the sign-in) and `live` stand alone, for they must be light; `pages` is where an area begins; one that
/// grows big gets a name.
macro_rules! lazy_pages {
    ($($chunk:ident { $($(#[$attribute:meta])* $constant:ident = $load:ident, $view:ident: $page:path;)+ })+) => {$($(
        $(#[$attribute])*
        pub(crate) const $constant: $crate::lazy::LazyPage = $crate::lazy::LazyPage {
            #[cfg(feature = "ssr")]
            chunk: stringify!($chunk),
            #[cfg(feature = "hydrate")]
            load: || Box::pin($load()),
            view: || Box::pin($view()),
        };

        $(#[$attribute])*
        #[::leptos::wasm_split::wasm_split($chunk, wasm_split_path = leptos::wasm_split, preload(#[allow(dead_code)] $load), fallible)]
        fn $view() -> Result<leptos::prelude::AnyView, leptos::wasm_split::SplitLoaderError> {
            Ok(leptos::prelude::IntoAny::into_any($page()))
        }
    )+)+};
}
pub(crate) use lazy_pages;

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
