//! Lists of rows with a line between them.

use leptos::prelude::*;

use crate::styles::list as css;

/// A list in a card.
#[component]
pub fn List(
    /// What it lists; read out.
    #[prop(into)]
    label: String,
    /// [`ListItem`]s.
    children: Children,
) -> impl IntoView {
    view! { <ul class=css::LIST aria-label=label>{children()}</ul> }
}

/// A row of a list; with `href` all of it is a link.
#[component]
pub fn ListItem(
    /// Where it leads.
    #[prop(optional, into)]
    href: Option<Signal<String>>,
    /// What it shows.
    children: Children,
) -> impl IntoView {
    view! {
        <li class=css::ITEM>
            {match href {
                Some(href) => view! { <a class=css::ROW href=move || href.get()>{children()}</a> }.into_any(),
                None => view! { <div class=css::ROW>{children()}</div> }.into_any(),
            }}
        </li>
    }
}
