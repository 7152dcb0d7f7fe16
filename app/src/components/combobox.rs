//! A line of text with suggestions.

use leptos::prelude::*;
use leptos::web_sys::HtmlInputElement;

use super::field::{Field, Wiring};
use super::value::bind;
use crate::styles::text_field as css;

/// A text field that suggests; anything else may be written too. The list is the browser's own.
#[component]
pub fn Combobox(
    /// What is asked.
    #[prop(into)]
    label: String,
    /// Name in the form; also makes the id.
    #[prop(into)]
    name: String,
    /// What is suggested.
    #[prop(into)]
    suggestions: Signal<Vec<String>>,
    /// Id, where the same name stands twice on a page.
    #[prop(optional, into)]
    id: Option<String>,
    /// What it holds at first; not used when `value` is given.
    #[prop(optional, into)]
    initial: String,
    /// A signal that follows it, both ways.
    #[prop(optional, into)]
    value: Option<RwSignal<String>>,
    /// A line that helps to answer.
    #[prop(optional, into)]
    hint: Option<String>,
    /// What is wrong with the answer.
    #[prop(optional, into)]
    error: Signal<Option<String>>,
    /// Says "optional" beside the label.
    #[prop(optional)]
    optional: bool,
    /// Greatest number of characters.
    #[prop(optional)]
    max_length: Option<u32>,
) -> impl IntoView {
    let wiring = Wiring::new(id, &name, hint.as_ref(), error);
    let invalid = wiring.clone();
    let described = wiring.clone();
    let list = format!("{}-list", wiring.id);
    let input = NodeRef::<leptos::html::Input>::new();
    bind(input, value, HtmlInputElement::value, HtmlInputElement::set_value);
    let initial = value.map_or(initial, |value| value.get_untracked());
    view! {
        <Field id=wiring.id.clone() label hint=hint.unwrap_or_default() error optional>
            <input
                node_ref=input
                class=css::INPUT
                id=wiring.id
                type="text"
                name=name
                value=initial
                list=list.clone()
                autocomplete="off"
                maxlength=max_length.map(|length| length.to_string())
                aria-invalid=move || invalid.invalid()
                aria-describedby=move || described.described_by()
                on:input:target=move |event| {
                    if let Some(value) = value {
                        value.set(event.target().value());
                    }
                }
            />
            <datalist id=list>
                {move || suggestions.get().into_iter().map(|text| view! { <option value=text></option> }).collect_view()}
            </datalist>
        </Field>
    }
}
