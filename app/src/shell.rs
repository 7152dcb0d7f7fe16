//! The document around the app. Only the server makes it.

use leptos::nonce::use_nonce;
use leptos::prelude::*;
use leptos_meta::MetaTags;

use crate::App;
use crate::components::theme::stored_theme;
use crate::styles::stylesheet_path;

/// The whole document: head, stylesheet, body. A page that needs code of the browser's names it in the head itself: `lazy`.
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
                <script nonce=use_nonce()>{ONCE_SCRIPT}</script>
                <MetaTags />
            </head>
            <body>
                <App />
            </body>
        </html>
    }
}

/// Repairs the theme before the first paint when the cookie is gone but the browser still remembers.
const THEME_SCRIPT: &str = "(function(){try{var t=localStorage.getItem('theme'),d=document.documentElement;\
if((t==='light'||t==='dark')&&!d.dataset.theme)d.dataset.theme=t}catch(e){}})()";

/// A form of a page without code, or whose code isn't there yet, is sent once: a second click within five seconds is not a second wish.
const ONCE_SCRIPT: &str = "document.addEventListener('submit',function(e){var f=e.target,n=Date.now();\
if(!('hydrated' in document.documentElement.dataset)){if(n-(f.dataset.sent||0)<5000)e.preventDefault();else f.dataset.sent=n}});\
addEventListener('pageshow',function(){document.querySelectorAll('form[data-sent]').forEach(function(f){delete f.dataset.sent})})";
