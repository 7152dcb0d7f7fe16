//! One of two to five, side by side.

use leptos::prelude::*;

use super::field::Choice;
use crate::styles::segmented as css;

/// A segmented control: radio buttons that look like one bar.
#[component]
pub fn Segmented(
    /// What is chosen; read out, not shown.
    #[prop(into)]
    label: String,
    /// Name in the form; also makes the ids.
    #[prop(into)]
    name: String,
    /// The answers.
    choices: Vec<Choice>,
    /// A signal that follows it, both ways.
    value: RwSignal<String>,
) -> impl IntoView {
    let options = choices.into_iter().map(|choice| {
        let id = format!("field-{name}-{}", choice.value);
        let (mine, sent) = (choice.value.clone(), choice.value.clone());
        view! {
            <input
                class=css::INPUT
                type="radio"
                id=id.clone()
                name=name.clone()
                value=choice.value.clone()
                checked=value.get_untracked() == choice.value
                prop:checked=move || value.get() == mine
                disabled=choice.disabled
                on:change=move |_| value.set(sent.clone())
            />
            <label class=css::LABEL for=id title=choice.detail>{choice.label}</label>
        }
    });
    let options = options.collect_view();
    view! { <div class=css::SEGMENTED role="radiogroup" aria-label=label>{options}</div> }
}
