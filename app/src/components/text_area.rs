//! Several lines of text.

use leptos::prelude::*;
use leptos::web_sys::HtmlTextAreaElement;

use super::field::{Field, Wiring};
use super::raw_text::contents;
use super::value::bind;
use crate::styles::text_area as css;

/// A labelled text of several lines; grows with what is written.
#[component]
pub fn TextArea(
    /// What is asked.
    #[prop(into)]
    label: String,
    /// Name in the form; also makes the id.
    #[prop(into)]
    name: String,
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
    /// An example.
    #[prop(optional, into)]
    placeholder: Option<String>,
    /// Must not be empty.
    #[prop(optional)]
    required: bool,
    /// Says "optional" beside the label.
    #[prop(optional)]
    optional: bool,
    /// Greatest number of characters.
    #[prop(optional)]
    max_length: Option<u32>,
    /// Height at first, in lines.
    #[prop(default = 3)]
    rows: u32,
    /// Can't be changed now.
    #[prop(optional, into)]
    disabled: Signal<bool>,
) -> impl IntoView {
    let wiring = Wiring::new(id, &name, hint.as_ref(), error);
    let invalid = wiring.clone();
    let described = wiring.clone();
    let area = NodeRef::<leptos::html::Textarea>::new();
    bind(area, value, HtmlTextAreaElement::value, HtmlTextAreaElement::set_value);
    let initial = value.map_or(initial, |value| value.get_untracked());
    view! {
        <Field id=wiring.id.clone() label hint=hint.unwrap_or_default() error optional>
            <textarea
                node_ref=area
                class=css::AREA
                id=wiring.id
                name=name
                rows=rows.to_string()
                placeholder=placeholder
                required=required
                maxlength=max_length.map(|length| length.to_string())
                disabled=move || disabled.get()
                aria-invalid=move || invalid.invalid()
                aria-describedby=move || described.described_by()
                on:input:target=move |event| {
                    if let Some(value) = value {
                        value.set(event.target().value());
                    }
                }
                inner_html=contents(&initial)
            />
        </Field>
    }
}

/// A text of several lines without a label of its own. What else it needs is given as attributes and events of the element.
#[component]
pub fn PlainTextArea(
    /// What it holds at first.
    #[prop(into)]
    initial: String,
) -> impl IntoView {
    view! { <textarea inner_html=contents(&initial) /> }
}
