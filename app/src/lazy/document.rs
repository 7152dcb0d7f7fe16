//! Names what a page loads in the document's head.

use std::sync::Arc;

use leptos::prelude::*;
use leptos_meta::{Link, Script};

use crate::server::Bundle;

/// Has the browser load its part under the names that this build gave it, together with the chunk's files, and lets it take over the page.
/// `data-hydrated` on the root then tells tests, and css, that the page is live.
pub fn load_code(chunk: &str) {
    let Some(bundle) = use_context::<Arc<Bundle>>() else { return };
    let Bundle { js, wasm, loader, .. } = bundle.as_ref().clone();
    let script = format!(
        "import({js:?}).then(m=>m.default({{module_or_path:{wasm:?}}}).then(()=>m.hydrate()).then(()=>{{document.documentElement.dataset.hydrated=''}}))"
    );
    put(view! { <Link rel="modulepreload" href=js /> });
    put(view! { <Link rel="modulepreload" href=loader /> });
    for path in std::iter::once(&wasm).chain(bundle.chunks.get(chunk).into_iter().flatten()) {
        put(view! { <Link rel="preload" href=path.clone() as_="fetch" type_="application/wasm" crossorigin="anonymous" /> });
    }
    put(view! { <Script type_="module">{script}</Script> });
}

/// To make such an element is to put it into the head; in the page it would be one more than the browser expects.
fn put(element: impl IntoView) {
    let _ = element.into_view().to_html();
}
