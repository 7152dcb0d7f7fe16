//! What a list says when it holds nothing.

use leptos::prelude::*;

use super::{Glyph, Icon};
use crate::styles::empty_state as css;

/// An empty list: why it is empty and how to fill it.
#[component]
pub fn EmptyState(
    /// Above the words.
    glyph: Glyph,
    /// What isn't there.
    #[prop(into)]
    title: String,
    /// What to do next.
    #[prop(optional, into)]
    text: Option<String>,
    /// The title is the page's own heading: the whole page is empty.
    #[prop(optional)]
    whole_page: bool,
    /// The button that fills it.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class=css::EMPTY>
            <span class=css::GLYPH>
                <Icon glyph />
            </span>
            {if whole_page {
                view! { <h1 class=css::TITLE>{title}</h1> }.into_any()
            } else {
                view! { <p class=css::TITLE>{title}</p> }.into_any()
            }}
            {text.map(|text| view! { <p class=css::TEXT>{text}</p> })}
            {children.map(|children| view! { <div class=css::ACTIONS>{children()}</div> })}
        </div>
    }
}
