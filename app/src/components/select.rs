//! One of many, in the browser's own list.

use leptos::prelude::*;
use leptos::web_sys::HtmlSelectElement;

use super::field::{Choice, Field, Wiring};
use super::value::bind;
use super::{Glyph, Icon};
use crate::styles::select as css;

/// A labelled list of which one is chosen.
#[component]
pub fn Select(
    /// What is asked.
    #[prop(into)]
    label: String,
    /// Name in the form; also makes the id.
    #[prop(into)]
    name: String,
    /// The answers.
    #[prop(into)]
    choices: Signal<Vec<Choice>>,
    /// Id, where the same name stands twice on a page.
    #[prop(optional, into)]
    id: Option<String>,
    /// What is chosen at first; not used when `value` is given.
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
    /// Can't be changed now.
    #[prop(optional, into)]
    disabled: Signal<bool>,
) -> impl IntoView {
    let wiring = Wiring::new(id, &name, hint.as_ref(), error);
    let invalid = wiring.clone();
    let described = wiring.clone();
    let select = NodeRef::<leptos::html::Select>::new();
    bind(select, value, HtmlSelectElement::value, HtmlSelectElement::set_value);
    let initial = value.map_or(initial, |value| value.get_untracked());
    let options = move || {
        let chosen = value.map_or_else(|| initial.clone(), |value| value.get_untracked());
        choices
            .get()
            .into_iter()
            .map(|choice| {
                let selected = choice.value == chosen;
                let text =
                    choice.detail.filter(|_| choice.disabled).map_or(choice.label.clone(), |why| format!("{} ({why})", choice.label));
                view! {
                    <option value=choice.value selected=selected disabled=choice.disabled>
                        {text}
                    </option>
                }
            })
            .collect_view()
    };
    view! {
        <Field id=wiring.id.clone() label hint=hint.unwrap_or_default() error optional>
            <span class=css::BOX>
                <select
                    node_ref=select
                    class=css::SELECT
                    id=wiring.id
                    name=name
                    disabled=move || disabled.get()
                    aria-invalid=move || invalid.invalid()
                    aria-describedby=move || described.described_by()
                    on:change:target=move |event| {
                        if let Some(value) = value {
                            value.set(event.target().value());
                        }
                    }
                >
                    {options}
                </select>
                <Icon glyph=Glyph::ChevronDown />
            </span>
        </Field>
    }
}
