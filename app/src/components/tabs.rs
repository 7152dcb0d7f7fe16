//! Parts of one page behind tabs.

use leptos::prelude::*;

use crate::styles::tabs as css;

/// One tab and what it shows.
#[derive(Clone)]
pub struct Tab {
    id: &'static str,
    label: String,
    view: ViewFn,
}

impl Tab {
    /// A tab; `id` is unique on the page.
    pub fn new(id: &'static str, label: impl Into<String>, view: impl Into<ViewFn>) -> Self {
        Self { id, label: label.into(), view: view.into() }
    }
}

/// Tabs. Arrow keys move between them. Without JavaScript all parts are shown.
#[component]
pub fn Tabs(
    /// What they divide; read out.
    #[prop(into)]
    label: String,
    /// The tabs, at least one.
    tabs: Vec<Tab>,
    /// Id of the chosen tab.
    selected: RwSignal<String>,
) -> impl IntoView {
    let ids: Vec<&'static str> = tabs.iter().map(|tab| tab.id).collect();
    let on_key = move |event: leptos::ev::KeyboardEvent| {
        let count = ids.len();
        let at = ids.iter().position(|id| selected.with_untracked(|selected| selected == id)).unwrap_or(0);
        let to = match event.key().as_str() {
            "ArrowRight" => (at + 1) % count,
            "ArrowLeft" => (at + count - 1) % count,
            "Home" => 0,
            "End" => count - 1,
            _ => return,
        };
        event.prevent_default();
        selected.set(ids[to].to_owned());
        super::focus(&format!("{}-tab", ids[to]));
    };
    let is_selected = move |id: &'static str| selected.with(|selected| selected == id);
    let heads = tabs.iter().map(|Tab { id, label, .. }| {
        let id = *id;
        view! {
            <button
                class=css::TAB
                type="button"
                role="tab"
                id=format!("{id}-tab")
                aria-controls=id
                aria-selected=move || is_selected(id).to_string()
                tabindex=move || if is_selected(id) { "0" } else { "-1" }
                on:click=move |_| selected.set(id.to_owned())
            >
                {label.clone()}
            </button>
        }
    });
    let heads = heads.collect_view();
    let panels = tabs.into_iter().map(|Tab { id, view, .. }| {
        view! {
            <div
                class=css::PANEL
                role="tabpanel"
                id=id
                aria-labelledby=format!("{id}-tab")
                tabindex="0"
                data-hidden=move || (!is_selected(id)).then_some("")
            >
                {view.run()}
            </div>
        }
    });
    let panels = panels.collect_view();
    view! {
        <div class=css::TABS>
            <div class=css::HEADS role="tablist" aria-label=label on:keydown=on_key>
                {heads}
            </div>
            {panels}
        </div>
    }
}
