//! A step before what can't be undone. Works without JavaScript.

use leptos::prelude::*;

use crate::styles::confirm as css;

/// Words that open to what would be lost and the form that does it.
#[component]
pub fn Confirm(
    /// What would be done: `Delete`.
    label: &'static str,
    /// To what; read out after the label.
    #[prop(optional, into)]
    of: String,
    /// What would be lost.
    warning: &'static str,
    /// The form with its button.
    children: Children,
) -> impl IntoView {
    view! {
        <details class=css::CONFIRM>
            <summary class=css::LABEL>
                {label}
                {(!of.is_empty()).then(|| view! { <span class="visually-hidden">{format!(" {of}")}</span> })}
            </summary>
            <div class=css::SURE>
                <p class="small soft">{warning}</p>
                {children()}
            </div>
        </details>
    }
}
