//! The head of a document: title, where it comes from, what it is.

use leptos::prelude::*;
use model::DocumentState;

use super::DocumentContext;
use crate::components::{Badge, Glyph, Icon, PageTitle, Time};
use crate::pages::knowledge::{file_path, labels};
use crate::styles::knowledge_document as css;

#[component]
pub fn Header(shared: DocumentContext) -> impl IntoView {
    let title = Memo::new(move |_| shared.detail.with(|detail| detail.document.title.clone()));
    let facts = Memo::new(move |_| {
        shared.detail.with(|detail| {
            let document = &detail.document;
            let mut facts = vec![detail.collection.name.clone()];
            if !document.format.is_empty() {
                facts.push(labels::format(&document.format));
            }
            facts.extend(labels::places(&document.format, document.places));
            if document.passages > 0 {
                facts.push(labels::counted(document.passages, "passage"));
            }
            let language = labels::LANGUAGES.iter().find(|(tag, _)| *tag == document.language);
            facts.extend(language.map(|(_, name)| (*name).to_owned()));
            facts.push(labels::size(document.bytes));
            facts
        })
    });
    view! {
        <PageTitle text=move || title.get() />
        <header class=css::HEADER>
            <a class=css::BACK href="/knowledge"><Icon glyph=Glyph::ChevronLeft />"Knowledge"</a>
            <div class=css::LINE>
                <h1 class=css::TITLE dir="auto">{move || title.get()}</h1>
                {move || {
                    let (state, source) = shared.detail.with(|detail| (detail.document.state, detail.document.source));
                    view! {
                        {labels::source(source).map(|source| view! { <Badge>{source}</Badge> })}
                        {(state != DocumentState::Ready).then(|| view! { <Badge tone=labels::tone(state) dot=true>{labels::state(state)}</Badge> })}
                    }
                }}
            </div>
            <p class=css::FACTS>
                {move || facts.get().into_iter().map(|fact| view! { <span>{fact}</span> }).collect_view()}
                {move || {
                    let at = shared.detail.with(|detail| detail.document.updated_at);
                    view! { <span><Time at with_time=true /></span> }
                }}
                {move || {
                    let tags = shared.detail.with(|detail| detail.document.tags.clone());
                    tags.into_iter().map(|tag| view! { <span class=css::TAG>{tag}</span> }).collect_view()
                }}
            </p>
            <p class=css::FACTS>
                {move || {
                    let address = shared.detail.with(|detail| detail.document.address.clone());
                    (!address.is_empty()).then(|| view! {
                        <a class=css::LINK href=address.clone() rel="external noopener noreferrer" target="_blank">
                            <Icon glyph=Glyph::External />
                            {address.clone()}
                        </a>
                    })
                }}
                <a class=css::LINK href=file_path(shared.id, None) rel="external" download="">
                    <Icon glyph=Glyph::Download />
                    "Download the file"
                </a>
            </p>
        </header>
    }
}
