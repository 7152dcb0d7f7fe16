//! The few things that the pages ask of the browser itself. On the server each answers with nothing.

// Some of them only the live page's session asks.
#![cfg_attr(not(feature = "hydrate"), allow(dead_code))]

/// A value of `localStorage`: what this browser remembers.
pub fn local(key: &str) -> Option<String> {
    storage(Kind::Local)?.get(key)
}

/// Remembers a value in `localStorage`, or forgets it. A browser that refuses (private mode, full) is no error: what is
/// kept here is a convenience or a second copy.
pub fn set_local(key: &str, value: Option<&str>) {
    if let Some(storage) = storage(Kind::Local) {
        storage.set(key, value);
    }
}

/// A value of `sessionStorage`: what this tab remembers over a reload.
pub fn session(key: &str) -> Option<String> {
    storage(Kind::Session)?.get(key)
}

/// Remembers a value in `sessionStorage`, or forgets it.
pub fn set_session(key: &str, value: Option<&str>) {
    if let Some(storage) = storage(Kind::Session) {
        storage.set(key, value);
    }
}

/// Takes the focus from the field that has it, so that keys go to the page again.
pub fn leave_field() {
    #[cfg(feature = "hydrate")]
    {
        use wasm_bindgen::JsCast;
        let active = leptos::prelude::document().active_element().and_then(|active| active.dyn_into::<web_sys::HtmlElement>().ok());
        if let Some(active) = active {
            let _ = active.blur();
        }
    }
}

/// Goes to a place of this page, once what was shown just now is there.
#[cfg_attr(not(feature = "hydrate"), allow(unused_variables, clippy::needless_pass_by_value))]
pub fn go_to(place: String) {
    #[cfg(feature = "hydrate")]
    leptos::prelude::request_animation_frame(move || {
        // A browser that refuses leaves the page where it is.
        let _ = leptos::prelude::window().location().set_hash(&place);
    });
}

enum Kind {
    Local,
    Session,
}

#[cfg(feature = "hydrate")]
struct Store(web_sys::Storage);

#[cfg(feature = "hydrate")]
impl Store {
    fn get(&self, key: &str) -> Option<String> {
        self.0.get_item(key).ok().flatten()
    }

    fn set(&self, key: &str, value: Option<&str>) {
        let _ = match value {
            Some(value) => self.0.set_item(key, value),
            None => self.0.remove_item(key),
        };
    }
}

#[cfg(feature = "hydrate")]
fn storage(kind: Kind) -> Option<Store> {
    let window = web_sys::window()?;
    let storage = match kind {
        Kind::Local => window.local_storage(),
        Kind::Session => window.session_storage(),
    };
    storage.ok().flatten().map(Store)
}

#[cfg(not(feature = "hydrate"))]
struct Store;

#[cfg(not(feature = "hydrate"))]
impl Store {
    fn get(&self, _key: &str) -> Option<String> {
        None
    }

    fn set(&self, _key: &str, _value: Option<&str>) {}
}

#[cfg(not(feature = "hydrate"))]
fn storage(kind: Kind) -> Option<Store> {
    match kind {
        Kind::Local | Kind::Session => None,
    }
}
