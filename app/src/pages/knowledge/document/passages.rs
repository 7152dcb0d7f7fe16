//! What was read of a document, in reading order, under the places that a citation names.

use leptos::html::Li;
use leptos::prelude::*;
use leptos::web_sys::HtmlLiElement;
use model::{DocumentState, Page, Passage};

use super::{DocumentContext, Looked};
use crate::components::{Banner, ButtonLink, EmptyState, ErrorState, Glyph, Skeleton, SkeletonLines, Tone, marked};
use crate::pages::knowledge::{api, file_path, labels};
use crate::styles::{knowledge_document as page, knowledge_document_passages as css};

#[component]
pub fn Passages(shared: DocumentContext) -> impl IntoView {
    let passages = shared.passages;
    view! {
        <section aria-labelledby="passages">
            <h2 id="passages" class=css::HEADING>"Text"</h2>
            <Transition fallback=|| view! { <SkeletonLines shape=Skeleton::Card count=3 label="Loading the text" /> }>
                {move || Suspend::new(async move {
                    match passages.await {
                        Ok(page) if page.items.is_empty() => view! { <Nothing shared /> }.into_any(),
                        Ok(page) => view! { <Text shared page /> }.into_any(),
                        Err(error) => view! { <ErrorState error retry=Callback::new(move |()| passages.refetch()) /> }.into_any(),
                    }
                })}
            </Transition>
        </section>
    }
}

/// Says that what was cited is of a version that doesn't answer any more.
#[component]
pub fn OtherVersion(shared: DocumentContext) -> impl IntoView {
    let other = Memo::new(move |_| shared.other_version());
    move || {
        other.get().map(|version| {
            view! {
                <Banner tone=Tone::Info title="This document was replaced">
                    <p>
                        {format!("What you followed was cited from version {version}; below is the text that answers now. ")}
                        <a class=page::LINK href=file_path(shared.id, Some(version)) rel="external" download="">"The file of that version"</a>
                    </p>
                </Banner>
            }
        })
    }
}

#[component]
fn Nothing(shared: DocumentContext) -> impl IntoView {
    move || {
        let (title, text) = match shared.detail.with(|detail| detail.document.state) {
            DocumentState::Waiting | DocumentState::Reading | DocumentState::Indexing => {
                ("Not read yet", "The text appears here as soon as it is.")
            }
            DocumentState::Failed => ("Nothing was read", "What went wrong is said above."),
            DocumentState::Locked => ("Nothing was read", "Give the password above."),
            DocumentState::Review => ("Not read yet", "The page is read when you let it count."),
            DocumentState::Ready => ("Nothing here", "The document ends before this place."),
        };
        view! { <EmptyState glyph=Glyph::Document title=title text=text /> }
    }
}

#[component]
fn Text(shared: DocumentContext, page: Page<Passage>) -> impl IntoView {
    let Page { items, next } = page;
    let after = shared.looked.get_untracked().after;
    let earlier = (after > 0).then(|| format!("?after={}#passages", after.saturating_sub(api::PASSAGES)));
    let later = next.map(|_| format!("?after={}#passages", after.saturating_add(api::PASSAGES)));
    let first = items.first().map(|passage| passage.number);
    let last = items.last().map(|passage| passage.number);
    let range = first.zip(last).map(|(first, last)| {
        let all = shared.detail.with_untracked(|detail| detail.document.passages);
        format!("Passages {first} to {last} of {}", labels::grouped(all.max(last)))
    });
    let groups = grouped(items);
    view! {
        {groups
            .into_iter()
            .map(|(place, passages)| view! {
                <div class=css::PLACE>
                    {(!place.is_empty()).then(|| view! { <h3 class=css::NAME dir="auto">{place}</h3> })}
                    <ol class=css::PASSAGES>{passages.into_iter().map(|passage| view! { <Item shared passage /> }).collect_view()}</ol>
                </div>
            })
            .collect_view()}
        <nav class=css::PAGES aria-label="Pages of the text">
            {earlier.map(|href| view! { <ButtonLink href icon=Glyph::ArrowUp>"Earlier"</ButtonLink> })}
            <span class="soft small">{range}</span>
            {later.map(|href| view! { <ButtonLink href icon=Glyph::ArrowDown>"Later"</ButtonLink> })}
        </nav>
    }
}

/// Passages that follow each other at one place, under its name.
fn grouped(passages: Vec<Passage>) -> Vec<(String, Vec<Passage>)> {
    let mut groups: Vec<(String, Vec<Passage>)> = Vec::new();
    for passage in passages {
        let place = passage.place.describe();
        match groups.last_mut() {
            Some((name, group)) if *name == place => group.push(passage),
            _ => groups.push((place, vec![passage])),
        }
    }
    groups
}

#[component]
fn Item(shared: DocumentContext, passage: Passage) -> impl IntoView {
    let Passage { number, text, .. } = passage;
    let looked = shared.looked;
    let cited = Memo::new(move |_| {
        let Looked { passage, words, .. } = looked.get();
        (passage == Some(number) && shared.other_version().is_none()).then_some(words)
    });
    let item = NodeRef::<Li>::new();
    Effect::new(move |_| {
        if cited.get().is_some()
            && let Some(item) = item.get()
        {
            show(&item);
        }
    });
    let parts = move || {
        let stretches: Vec<(u32, u32)> = cited.get().flatten().into_iter().collect();
        marked(&text, &stretches)
            .into_iter()
            .map(|(text, is_cited)| if is_cited { view! { <mark class=css::CITED>{text}</mark> }.into_any() } else { text.into_any() })
            .collect_view()
    };
    view! {
        <li
            node_ref=item
            class=css::PASSAGE
            id=format!("passage-{number}")
            data-cited=move || cited.get().is_some().then_some("")
            aria-current=move || cited.get().is_some().then_some("true")
        >
            <a class=css::NUMBER href=format!("?passage={number}#passage-{number}") aria-label=format!("Link to passage {number}")>{number}</a>
            <p class=css::TEXT dir="auto">{parts}</p>
        </li>
    }
}

/// Brings the cited passage into view: on the way from another page the browser looked for it before it was there.
fn show(item: &HtmlLiElement) {
    #[cfg(feature = "hydrate")]
    {
        let item = item.clone();
        request_animation_frame(move || {
            let options = web_sys::ScrollIntoViewOptions::new();
            options.set_block(web_sys::ScrollLogicalPosition::Center);
            item.scroll_into_view_with_scroll_into_view_options(&options);
        });
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = item;
}

#[cfg(test)]
mod tests {
    use model::{Place, PlaceKind};

    use super::*;

    #[test]
    fn what_follows_at_one_place_stands_under_its_name_once() {
        let passage = |number: i64, page: u32| Passage {
            number,
            place: Place { kind: PlaceKind::Page, number: page, label: String::new(), headings: Vec::new() },
            text: format!("text {number}"),
        };
        let groups = grouped(vec![passage(1, 1), passage(2, 1), passage(3, 2), passage(4, 1)]);
        let shown: Vec<(&str, usize)> = groups.iter().map(|(place, passages)| (place.as_str(), passages.len())).collect();
        assert_eq!(shown, [("Page 1", 2), ("Page 2", 1), ("Page 1", 1)]);
    }
}
