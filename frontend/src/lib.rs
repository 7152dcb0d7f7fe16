//! What the browser loads: makes the server's page live.

use wasm_bindgen::prelude::wasm_bindgen;

/// Takes over the page that the server rendered, and returns when that is done: the page's code may have to be fetched
/// first. The page's own script calls it once.
#[wasm_bindgen]
pub async fn hydrate() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_from_async(leptos::tachys::dom::body(), app::App).await.forget();
}
