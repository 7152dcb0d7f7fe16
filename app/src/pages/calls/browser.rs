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
pub fn go_to(place: String) {
    leptos::prelude::request_animation_frame(move || {
        // A browser that refuses leaves the address as it is.
        #[cfg(feature = "hydrate")]
        let _ = leptos::prelude::window().location().set_hash(&place);
        reveal(&place, false);
    });
}

/// Scrolls an element to where it can be read, or only as far as is needed to see it.
pub fn reveal(id: &str, nearest: bool) {
    #[cfg(feature = "hydrate")]
    if let Some(element) = leptos::prelude::document().get_element_by_id(id) {
        let options = web_sys::ScrollIntoViewOptions::new();
        options.set_block(if nearest { web_sys::ScrollLogicalPosition::Nearest } else { web_sys::ScrollLogicalPosition::Start });
        element.scroll_into_view_with_scroll_into_view_options(&options);
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = (id, nearest);
}

/// Whether some of an element can be seen.
pub fn is_in_view(id: &str) -> bool {
    #[cfg(feature = "hydrate")]
    {
        let height = leptos::prelude::window().inner_height().ok().and_then(|height| height.as_f64()).unwrap_or_default();
        leptos::prelude::document().get_element_by_id(id).map(|element| element.get_bounding_client_rect()).is_some_and(|place| {
            // What is further up lies below the bar and the player.
            place.bottom() > height * 0.15 && place.top() < height
        })
    }
    #[cfg(not(feature = "hydrate"))]
    {
        let _ = id;
        false
    }
}

/// Gives the focus to the first element that a selector finds. One that isn't there needs none.
pub fn focus(selector: &str) {
    #[cfg(feature = "hydrate")]
    {
        use wasm_bindgen::JsCast;
        let found = leptos::prelude::document().query_selector(selector).ok().flatten();
        if let Some(element) = found.and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok()) {
            let _ = element.focus();
        }
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = selector;
}

/// From a line of a list, the keys for up, down, first and last give the focus to the first link of another one.
pub fn go_between_lines(event: &leptos::ev::KeyboardEvent) {
    #[cfg(feature = "hydrate")]
    {
        use wasm_bindgen::JsCast;
        let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        let Some(line) = target.filter(|target| target.tag_name() == "A").and_then(|target| target.closest("li").ok().flatten()) else {
            return;
        };
        let list = line.parent_element();
        let other = match event.key().as_str() {
            "ArrowDown" => line.next_element_sibling(),
            "ArrowUp" => line.previous_element_sibling(),
            "Home" => list.and_then(|list| list.first_element_child()),
            "End" => list.and_then(|list| list.last_element_child()),
            _ => return,
        };
        event.prevent_default();
        let link = other.and_then(|other| other.query_selector("a").ok().flatten());
        if let Some(link) = link.and_then(|link| link.dyn_into::<web_sys::HtmlElement>().ok()) {
            let _ = link.focus();
        }
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = event;
}

/// Sends the form that a field is in, as its button does.
pub fn submit_form_of(event: &leptos::ev::KeyboardEvent) {
    #[cfg(feature = "hydrate")]
    {
        use wasm_bindgen::JsCast;
        let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        let form = target.and_then(|target| target.closest("form").ok().flatten());
        if let Some(form) = form.and_then(|form| form.dyn_into::<web_sys::HtmlFormElement>().ok()) {
            // One that isn't filled in says so itself.
            let _ = form.request_submit();
        }
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = event;
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
