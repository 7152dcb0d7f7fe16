//! A menu behind a button. Made of `details`, so it opens without JavaScript too.

use leptos::prelude::*;
use leptos::web_sys::EventTarget;

use super::{Glyph, Icon};
use crate::styles::menu as css;

/// A menu. Closes on Escape, on a click outside, on a choice, and when the focus goes on.
#[component]
pub fn Menu(
    /// What it is for; read out.
    #[prop(into)]
    label: String,
    /// What the button shows.
    #[prop(into)]
    trigger: ViewFn,
    /// Opens towards the start of the line instead of its end.
    #[prop(optional)]
    align_end: bool,
    /// Links, buttons, forms, dividers.
    children: Children,
) -> impl IntoView {
    let details = NodeRef::<leptos::html::Details>::new();
    let close = move || {
        if let Some(details) = details.get_untracked() {
            details.set_open(false);
        }
    };
    let outside = window_event_listener(leptos::ev::pointerdown, move |event| {
        if !contains(details, event.target()) {
            close();
        }
    });
    on_cleanup(move || outside.remove());
    view! {
        <details
            node_ref=details
            class=css::MENU
            data-align=align_end.then_some("end")
            on:keydown=move |event| {
                if event.key() == "Escape" {
                    close();
                    focus_summary(details);
                }
            }
            on:focusout=move |event| {
                if let Some(next) = event.related_target()
                    && !contains(details, Some(next))
                {
                    close();
                }
            }
        >
            <summary class=css::TRIGGER aria-label=label.clone() title=label>
                {trigger.run()}
            </summary>
            <div class=css::PANEL on:click=move |event| {
                if chosen(&event) {
                    close();
                }
            }>{children()}</div>
        </details>
    }
}

/// Whether something is within the menu.
fn contains(details: NodeRef<leptos::html::Details>, target: Option<EventTarget>) -> bool {
    #[cfg(feature = "hydrate")]
    {
        use wasm_bindgen::JsCast;
        let target = target.and_then(|target| target.dyn_into::<web_sys::Node>().ok());
        details.get_untracked().is_some_and(|details| details.contains(target.as_ref()))
    }
    #[cfg(not(feature = "hydrate"))]
    {
        let _ = (details, target);
        false
    }
}

/// Gives the focus back to the menu's button.
fn focus_summary(details: NodeRef<leptos::html::Details>) {
    #[cfg(feature = "hydrate")]
    {
        use wasm_bindgen::JsCast;
        let summary = details.get_untracked().and_then(|details| details.first_element_child());
        if let Some(summary) = summary.and_then(|summary| summary.dyn_into::<web_sys::HtmlElement>().ok()) {
            // An element that is gone can't take the focus, and needs none.
            let _ = summary.focus();
        }
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = details;
}

/// Whether a click chose a link.
fn chosen(event: &leptos::ev::MouseEvent) -> bool {
    #[cfg(feature = "hydrate")]
    {
        use wasm_bindgen::JsCast;
        let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        target.and_then(|target| target.closest("a").ok().flatten()).is_some()
    }
    #[cfg(not(feature = "hydrate"))]
    {
        let _ = event;
        false
    }
}

/// A link in a menu.
#[component]
pub fn MenuLink(
    /// Where it goes.
    #[prop(into)]
    href: String,
    /// Before the words.
    #[prop(optional, into)]
    icon: Option<Glyph>,
    /// The words.
    children: Children,
) -> impl IntoView {
    view! {
        <a class=css::ITEM href=href>
            {icon.map(|glyph| view! { <Icon glyph /> })}
            {children()}
        </a>
    }
}

/// A button in a menu; give it `on:click`, or `submit=true` in a form.
#[component]
pub fn MenuButton(
    /// Sends its form.
    #[prop(optional)]
    submit: bool,
    /// Before the words.
    #[prop(optional, into)]
    icon: Option<Glyph>,
    /// Removes something.
    #[prop(optional)]
    danger: bool,
    /// The words.
    children: Children,
) -> impl IntoView {
    view! {
        <button class=css::ITEM type=if submit { "submit" } else { "button" } data-danger=danger.then_some("")>
            {icon.map(|glyph| view! { <Icon glyph /> })}
            {children()}
        </button>
    }
}

/// A line between groups of a menu.
#[component]
pub fn MenuDivider() -> impl IntoView {
    view! { <hr class=css::DIVIDER /> }
}
