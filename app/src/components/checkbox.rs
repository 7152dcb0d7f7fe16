//! Yes or no, sent with a form.

use leptos::prelude::*;

use super::field::FieldError;
use crate::styles::checkbox as css;

/// A box to tick. When ticked the form holds `name=value`.
#[component]
pub fn Checkbox(
    /// What is agreed to.
    #[prop(into)]
    label: String,
    /// Name in the form; also makes the id.
    #[prop(into)]
    name: String,
    /// What is sent when ticked.
    #[prop(default = "true".into(), into)]
    value: String,
    /// A line below the label.
    #[prop(optional, into)]
    detail: Option<String>,
    /// Ticked at first; not used when `checked` is given.
    #[prop(optional)]
    initial: bool,
    /// A signal that follows it, both ways.
    #[prop(optional, into)]
    checked: Option<RwSignal<bool>>,
    /// What is wrong with the answer.
    #[prop(optional, into)]
    error: Signal<Option<String>>,
    /// Must be ticked.
    #[prop(optional)]
    required: bool,
    /// Can't be changed now.
    #[prop(optional, into)]
    disabled: Signal<bool>,
) -> impl IntoView {
    let id = format!("field-{name}-{value}");
    let detail_id = format!("{id}-detail");
    let error_id = format!("{id}-error");
    let described = {
        let (detail_id, error_id) = (detail.is_some().then(|| detail_id.clone()), error_id.clone());
        move || error.get().map(|_| error_id.clone()).or_else(|| detail_id.clone())
    };
    let checked = checked.unwrap_or_else(|| RwSignal::new(initial));
    view! {
        <div class=css::CHECKBOX>
            <input
                class=css::INPUT
                type="checkbox"
                id=id.clone()
                name=name
                value=value
                required=required
                checked=checked.get_untracked()
                prop:checked=move || checked.get()
                disabled=move || disabled.get()
                aria-invalid=move || error.get().map(|_| "true")
                aria-describedby=described
                on:change:target=move |event| checked.set(event.target().checked())
            />
            <div>
                <label class=css::LABEL for=id>{label}</label>
                {detail.map(|detail| view! { <p class=css::DETAIL id=detail_id>{detail}</p> })}
                <FieldError id=error_id error />
            </div>
        </div>
    }
}
