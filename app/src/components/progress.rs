//! How far something is.

use leptos::prelude::*;

use crate::styles::progress as css;

/// A progress bar. Says in words what is being done, and how far.
#[component]
pub fn Progress(
    /// What is being done, such as "Sending audio".
    #[prop(into)]
    label: Signal<String>,
    /// From 0 to 1; none while that is unknown.
    #[prop(into)]
    value: Signal<Option<f64>>,
) -> impl IntoView {
    let percent = move || value.get().map(|value| (value.clamp(0.0, 1.0) * 100.0).round());
    view! {
        <label class=css::PROGRESS>
            <span class=css::WORDS>
                <span>{move || label.get()}</span>
                <span class="soft numbers">{move || percent().map(|percent| format!("{percent} %"))}</span>
            </span>
            <progress class=css::BAR max="100" value=move || percent().map(|percent| percent.to_string())></progress>
        </label>
    }
}
