//! Pages that are plain documents: drawn by the server, with forms that need no script. The browser gets no code for them, so whoever is not
//! signed in loads a few kilobytes.

/// Declares an area's plain pages, for anybody: `"/path" => Page;`. In the browser's router their paths lead out of it: they are loaded whole.
macro_rules! plain_pages {
    ($($path:tt => $page:ident;)+) => {
        /// This area's plain pages, for anybody.
        #[leptos::component(transparent)]
        pub fn Pages() -> impl leptos_router::MatchNestedRoutes + Clone {
            use leptos_router::any_nested_route::IntoAnyNestedRoute as _;
            #[cfg(feature = "ssr")]
            let routes = leptos::view! {
                $(<leptos_router::components::Route path=leptos_router::path!($path) view=$page ssr=leptos_router::SsrMode::Async />)+
            };
            #[cfg(not(feature = "ssr"))]
            let routes = leptos::view! {
                $(<leptos_router::components::Route path=leptos_router::path!($path) view=$crate::plain::Leave ssr=leptos_router::SsrMode::Async />)+
            };
            routes.into_inner().into_any_nested_route()
        }
    };
}
pub(crate) use plain_pages;

/// Stands in the browser's router where a plain page is: it loads the page whole.
#[cfg(not(feature = "ssr"))]
#[leptos::component]
pub fn Leave() -> impl leptos::IntoView {
    use leptos::prelude::{GetUntracked, window};
    let location = leptos_router::hooks::use_location();
    let (path, search) = (location.pathname.get_untracked(), location.search.get_untracked());
    // It may fail only while the page is being left anyway.
    let _ = window().location().replace(&format!("{path}{search}"));
}
