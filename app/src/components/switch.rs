//! On or off, at once.

use leptos::prelude::*;

use crate::styles::switch as css;

/// A switch. In a form it is sent as `name=true` when on.
#[component]
pub fn Switch(
    /// What is switched.
    #[prop(into)]
    label: String,
    /// Name in the form; also makes the id.
    #[prop(into)]
    name: String,
    /// A line below the label.
    #[prop(optional, into)]
    detail: Option<String>,
    /// On at first; not used when `on` is given.
    #[prop(optional)]
    initial: bool,
    /// A signal that follows it, both ways.
    #[prop(optional, into)]
    on: Option<RwSignal<bool>>,
    /// Can't be changed now.
    #[prop(optional, into)]
    disabled: Signal<bool>,
) -> impl IntoView {
    let id = format!("field-{name}");
    let detail_id = format!("{id}-detail");
    let described_by = detail.is_some().then(|| detail_id.clone());
    let on = on.unwrap_or_else(|| RwSignal::new(initial));
    view! {
        <div class=css::SWITCH>
            <div class=css::WORDS>
                <label class=css::LABEL for=id.clone()>{label}</label>
                {detail.map(|detail| view! { <p class=css::DETAIL id=detail_id>{detail}</p> })}
            </div>
            <input
                class=css::INPUT
                type="checkbox"
                role="switch"
                id=id
                name=name
                value="true"
                checked=on.get_untracked()
                prop:checked=move || on.get()
                disabled=move || disabled.get()
                aria-describedby=described_by
                on:change:target=move |event| on.set(event.target().checked())
            />
        </div>
    }
}
