//! What several pieces ask of the browser.

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
