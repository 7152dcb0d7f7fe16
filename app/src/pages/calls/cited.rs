//! What a card rests on in the organization's documents: the words, where they stand, and the way there.

use leptos::prelude::*;
use model::Citation;

use crate::components::{Glyph, Icon};
use crate::pages::knowledge::citation_path;
use crate::styles::calls_cited as css;

/// A passage of a document.
#[component]
pub fn Cited(
    /// The passage.
    source: Citation,
    /// The document opens in a tab of its own: a call that runs here goes on.
    #[prop(optional)]
    new_tab: bool,
    /// Long words are cut after a few lines.
    #[prop(optional, into)]
    short: Signal<bool>,
) -> impl IntoView {
    let href = citation_path(&source);
    let place = source.place.describe();
    view! {
        <figure class=css::CITED>
            <blockquote class=css::WORDS data-short=move || short.get().to_string()>
                {source.quote}
            </blockquote>
            <figcaption class=css::FROM>
                <a class=css::LINK href=href target=new_tab.then_some("_blank") rel=new_tab.then_some("noopener")>
                    <Icon glyph=Glyph::Note />
                    <span class=css::TITLE>{source.title}</span>
                    {new_tab.then(|| view! { <span class="visually-hidden">" (opens in a new tab)"</span> })}
                </a>
                {(!place.is_empty()).then(|| view! { <span class=css::PLACE>{place}</span> })}
            </figcaption>
        </figure>
    }
}
