//! What several pieces ask of the browser.

use leptos::prelude::RwSignal;
use leptos::web_sys::HtmlAudioElement;

/// Whether a key goes into a field, so that it is no shortcut.
pub fn typing(event: &leptos::ev::KeyboardEvent) -> bool {
    #[cfg(feature = "hydrate")]
    {
        use wasm_bindgen::JsCast;
        let target = event.target().and_then(|target| target.dyn_into::<web_sys::HtmlElement>().ok());
        target
            .is_some_and(|element| element.is_content_editable() || matches!(element.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT"))
    }
    #[cfg(not(feature = "hydrate"))]
    {
        let _ = event;
        false
    }
}

/// Whether a key is a control's to take: a field's, a button's, a link's, a dialog's.
pub(super) fn in_control(event: &leptos::ev::KeyboardEvent) -> bool {
    #[cfg(feature = "hydrate")]
    {
        use wasm_bindgen::JsCast;
        let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        target.is_some_and(|element| {
            let control = "a, audio, button, dialog, input, select, summary, textarea, [contenteditable]";
            element.closest(control).is_ok_and(|control| control.is_some())
        })
    }
    #[cfg(not(feature = "hydrate"))]
    {
        let _ = event;
        false
    }
}

/// What this browser remembers over all pages; nothing where it refuses to.
pub(super) fn remembered(key: &str) -> Option<String> {
    #[cfg(feature = "hydrate")]
    {
        leptos::prelude::window().local_storage().ok().flatten()?.get_item(key).ok().flatten()
    }
    #[cfg(not(feature = "hydrate"))]
    {
        let _ = key;
        None
    }
}

/// Remembers it from now on. A browser that refuses forgets it with the page: it is a convenience.
pub(super) fn remember(key: &str, value: &str) {
    #[cfg(feature = "hydrate")]
    if let Ok(Some(storage)) = leptos::prelude::window().local_storage() {
        let _ = storage.set_item(key, value);
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = (key, value);
}

/// Plays a sound; a browser that refuses says so in `playing`.
pub(super) fn play(audio: &HtmlAudioElement, playing: RwSignal<bool>) {
    #[cfg(feature = "hydrate")]
    {
        use leptos::prelude::Set;
        let Ok(promise) = audio.play() else { return };
        let audio = audio.clone();
        leptos::task::spawn_local(async move {
            if wasm_bindgen_futures::JsFuture::from(promise).await.is_err() {
                playing.try_set(!audio.paused());
            }
        });
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = (audio, playing);
}

/// Brings what is wrong with a form into view, and the focus to it: the first field that is marked invalid, else the first alert.
/// Called once the page shows it.
pub(super) fn reveal_problem() {
    #[cfg(feature = "hydrate")]
    leptos::prelude::request_animation_frame(|| {
        use wasm_bindgen::JsCast;
        let main = leptos::prelude::document();
        let find = |selector: &str| main.query_selector(selector).ok().flatten();
        let Some(element) = find("form [aria-invalid='true'], form [data-invalid]").or_else(|| find("form [role='alert']")) else { return };
        let control = element.query_selector("input, select, textarea").ok().flatten().unwrap_or_else(|| element.clone());
        let options = web_sys::ScrollIntoViewOptions::new();
        options.set_block(web_sys::ScrollLogicalPosition::Center);
        element.scroll_into_view_with_scroll_into_view_options(&options);
        if let Ok(control) = control.dyn_into::<web_sys::HtmlElement>() {
            let _ = control.focus();
        }
    });
}

/// Gives the focus to the first element that is there, and selects what it holds.
pub fn focus_first(ids: &[&str]) {
    #[cfg(feature = "hydrate")]
    {
        use wasm_bindgen::JsCast;
        let document = leptos::prelude::document();
        let Some(element) = ids.iter().find_map(|id| document.get_element_by_id(id)) else { return };
        if let Some(input) = element.dyn_ref::<web_sys::HtmlInputElement>() {
            input.select();
        }
        if let Some(element) = element.dyn_ref::<web_sys::HtmlElement>() {
            let _ = element.focus();
        }
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = ids;
}

/// Copies what a field holds, on the click of a button; false where the browser doesn't allow it.
pub fn copy_from(id: &str) -> bool {
    focus_first(&[id]);
    #[cfg(feature = "hydrate")]
    {
        use wasm_bindgen::JsCast;
        // The newer way is only there over HTTPS.
        let document = leptos::prelude::document();
        document.dyn_ref::<web_sys::HtmlDocument>().is_some_and(|document| document.exec_command("copy").unwrap_or_default())
    }
    #[cfg(not(feature = "hydrate"))]
    false
}

/// Gives an element the focus. One that isn't there needs none.
pub(super) fn focus(id: &str) {
    #[cfg(feature = "hydrate")]
    {
        use wasm_bindgen::JsCast;
        let element = leptos::prelude::document().get_element_by_id(id).and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok());
        if let Some(element) = element {
            let _ = element.focus();
        }
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = id;
}

/// Keeps the focus in the page: when what has it leaves the page (a row that was done with, a link of the page before), the nearest part
/// around it that is still there gets it, so that the next Tab goes on from there and not from the top. For the whole page, once.
pub fn keep_focus() {
    #[cfg(feature = "hydrate")]
    leptos::prelude::Effect::new(|_| keeper::start());
}

#[cfg(feature = "hydrate")]
mod keeper {
    use std::cell::RefCell;
    use std::rc::Rc;

    use leptos::prelude::document;
    use wasm_bindgen::JsCast;
    use wasm_bindgen::closure::Closure;
    use web_sys::{Element, FocusOptions, HtmlElement, MutationObserver, MutationObserverInit};

    /// Who has the focus, and all around it from the inside out: an element that has left the page doesn't know any more where it was.
    type Path = Rc<RefCell<Vec<Element>>>;

    pub fn start() {
        let Some(body) = document().body() else { return };
        let path = Path::default();
        let seen = path.clone();
        let focused = Closure::<dyn FnMut()>::new(move || *seen.borrow_mut() = around(document().active_element()));
        let changed = Closure::<dyn FnMut()>::new(move || look_after(&path));
        let Ok(observer) = MutationObserver::new(changed.as_ref().unchecked_ref()) else { return };
        let options = MutationObserverInit::new();
        options.set_child_list(true);
        options.set_subtree(true);
        if observer.observe_with_options(&body, &options).is_ok()
            && body.add_event_listener_with_callback("focusin", focused.as_ref().unchecked_ref()).is_ok()
        {
            // As long as the page.
            focused.forget();
            changed.forget();
        }
    }

    fn around(element: Option<Element>) -> Vec<Element> {
        std::iter::successors(element, |element| element.parent_element()).collect()
    }

    fn look_after(path: &Path) {
        let lost = path.borrow().first().is_some_and(|focused| !focused.is_connected());
        if !lost {
            return;
        }
        let path = path.take();
        let elsewhere = document().active_element().is_some_and(|now| now.tag_name() != "BODY");
        let is_part = |element: &&Element| element.is_connected() && matches!(element.tag_name().as_str(), "SECTION" | "DIALOG" | "MAIN");
        let Some(part) = path.iter().find(is_part).filter(|_| !elsewhere) else { return };
        if !part.has_attribute("tabindex") {
            // It takes the focus from here only, never from Tab.
            let _ = part.set_attribute("tabindex", "-1");
        }
        if let Some(part) = part.dyn_ref::<HtmlElement>() {
            let options = FocusOptions::new();
            options.set_prevent_scroll(true);
            let _ = part.focus_with_options(&options);
        }
    }
}

/// Whether a click met the element of this id itself, not something within it.
pub(super) fn is_on(event: &leptos::ev::MouseEvent, id: &str) -> bool {
    #[cfg(feature = "hydrate")]
    {
        use wasm_bindgen::JsCast;
        event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok()).is_some_and(|target| target.id() == id)
    }
    #[cfg(not(feature = "hydrate"))]
    {
        let _ = (event, id);
        false
    }
}
