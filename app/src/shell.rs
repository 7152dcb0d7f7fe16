//! The document around the app. Only the server makes it.

use std::sync::Arc;

use leptos::nonce::use_nonce;
use leptos::prelude::*;
use leptos_meta::MetaTags;

use crate::App;
use crate::components::theme::stored_theme;
use crate::server::Bundle;
use crate::styles::stylesheet_path;

/// The whole document: head, stylesheet, hydration, body.
pub fn shell(_options: LeptosOptions) -> impl IntoView {
    let theme = stored_theme().attribute();
    view! {
        <!DOCTYPE html>
        <html lang="en" data-theme=theme>
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover" />
                <meta name="color-scheme" content="light dark" />
                <meta name="theme-color" media="(prefers-color-scheme: light)" content="#fafafb" />
                <meta name="theme-color" media="(prefers-color-scheme: dark)" content="#101115" />
                <meta name="description" content="Closezly listens to a sales call with you and shows what to answer." />
                <link rel="stylesheet" href=stylesheet_path() />
                <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
                <link rel="manifest" href="/manifest.webmanifest" />
                <script nonce=use_nonce()>{THEME_SCRIPT}</script>
                <Hydration />
                <MetaTags />
            </head>
            <body>
                <App />
            </body>
        </html>
    }
}

/// Loads the browser's part under the names that this build gave it, and lets it take over the page. `data-hydrated` on
/// the root then tells tests, and css, that the page is live.
#[component]
fn Hydration() -> impl IntoView {
    use_context::<Arc<Bundle>>().map(|bundle| {
        let Bundle { js, wasm, loader, .. } = bundle.as_ref().clone();
        let nonce = use_nonce();
        let script = format!("import({js:?}).then(m=>m.default({{module_or_path:{wasm:?}}}).then(()=>m.hydrate()).then(()=>{{document.documentElement.dataset.hydrated=''}}))");
        view! {
            <link rel="modulepreload" href=js nonce=nonce.clone() />
            <link rel="modulepreload" href=loader nonce=nonce.clone() />
            <link rel="preload" href=wasm r#as="fetch" r#type="application/wasm" crossorigin="anonymous" />
            <script type="module" nonce=nonce>{script}</script>
        }
    })
}

/// Repairs the theme before the first paint when the cookie is gone but the browser still remembers.
const THEME_SCRIPT: &str = "(function(){try{var t=localStorage.getItem('theme'),d=document.documentElement;\
if((t==='light'||t==='dark')&&!d.dataset.theme)d.dataset.theme=t}catch(e){}})()";
