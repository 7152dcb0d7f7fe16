//! One of a few, all in sight.

use leptos::prelude::*;

use super::field::{Choice, FieldError};
use crate::styles::radio as css;

/// A group of radio buttons.
#[component]
pub fn RadioGroup(
    /// What is asked.
    #[prop(into)]
    label: String,
    /// Name in the form; also makes the ids.
    #[prop(into)]
    name: String,
    /// The answers.
    #[prop(into)]
    choices: Signal<Vec<Choice>>,
    /// What is chosen at first; not used when `value` is given.
    #[prop(optional, into)]
    initial: String,
    /// A signal that follows it, both ways.
    #[prop(optional, into)]
    value: Option<RwSignal<String>>,
    /// What is wrong with the answer.
    #[prop(optional, into)]
    error: Signal<Option<String>>,
) -> impl IntoView {
    let value = value.unwrap_or_else(|| RwSignal::new(initial));
    let error_id = format!("field-{name}-error");
    let described_by = error_id.clone();
    let options = move || {
        let options = choices.get().into_iter().map(|choice| {
            let id = format!("field-{name}-{}", choice.value);
            let detail_id = format!("{id}-detail");
            let described_by = choice.detail.is_some().then(|| detail_id.clone());
            let (mine, sent) = (choice.value.clone(), choice.value.clone());
            view! {
                <div class=css::CHOICE>
                    <input
                        class=css::INPUT
                        type="radio"
                        id=id.clone()
                        name=name.clone()
                        value=choice.value.clone()
                        checked=value.get_untracked() == choice.value
                        prop:checked=move || value.get() == mine
                        disabled=choice.disabled
                        aria-describedby=described_by
                        on:change=move |_| value.set(sent.clone())
                    />
                    <div>
                        <label class=css::LABEL for=id>{choice.label}</label>
                        {choice.detail.map(|detail| view! { <p class=css::DETAIL id=detail_id>{detail}</p> })}
                    </div>
                </div>
            }
        });
        options.collect_view()
    };
    view! {
        <fieldset class=css::GROUP data-invalid=move || error.get().map(|_| "true") aria-describedby=move || error.get().map(|_| described_by.clone())>
            <legend class=css::LEGEND>{label}</legend>
            {options}
            <FieldError id=error_id error />
        </fieldset>
    }
}
