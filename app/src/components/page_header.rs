//! The one title of a page and its one primary action.

use leptos::prelude::*;

use super::PageTitle;
use crate::styles::page_header as css;

/// The head of a page; also names the browser's tab.
#[component]
pub fn PageHeader(
    /// The page's title.
    #[prop(into)]
    title: Signal<String>,
    /// A line below it.
    #[prop(optional, into)]
    text: Option<String>,
    /// The primary action.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <PageTitle text=move || title.get() />
        <header class=css::HEADER>
            <div class=css::WORDS>
                <h1 class=css::TITLE>{move || title.get()}</h1>
                {text.map(|text| view! { <p class=css::TEXT>{text}</p> })}
            </div>
            {children.map(|children| view! { <div class=css::ACTIONS>{children()}</div> })}
        </header>
    }
}
