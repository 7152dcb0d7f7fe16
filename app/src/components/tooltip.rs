//! A few words about what is under the pointer or has the focus.

use leptos::prelude::*;

use crate::styles::tooltip as css;

/// A tooltip around a control. Never the only place of something that is needed.
#[component]
pub fn Tooltip(
    /// The words.
    #[prop(into)]
    text: String,
    /// The control.
    children: Children,
) -> impl IntoView {
    view! {
        <span class=css::ANCHOR>
            {children()}
            <span class=css::TIP role="tooltip">{text}</span>
        </span>
    }
}
