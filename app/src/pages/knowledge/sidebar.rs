//! Beside the list: how much there is, how it is searched, collections, websites.

use leptos::prelude::*;
use model::DocumentState;

use super::collections::Collections;
use super::labels;
use super::layout::KnowledgeContext;
use super::list_query::DocumentListQuery;
use super::websites::Websites;
use crate::components::{Banner, ListQuery as _, Show, Tone};
use crate::styles::knowledge_sidebar as css;

/// The column beside the list.
#[component]
pub fn Side(area: KnowledgeContext) -> impl IntoView {
    view! {
        <aside class=css::SIDE aria-label="About this knowledge">
            <Collections area />
            <Amount area />
            <Searching area />
            <Show when=move || area.may_edit()>
                <Websites area />
            </Show>
        </aside>
    }
}

#[component]
fn Amount(area: KnowledgeContext) -> impl IntoView {
    let size = Memo::new(move |_| area.overview.with(|overview| overview.size));
    let in_state = |state| DocumentListQuery { state: Some(state), ..DocumentListQuery::default() }.url();
    let (failed, locked) = (in_state(DocumentState::Failed), in_state(DocumentState::Locked));
    let unused = DocumentListQuery { unused: true, ..DocumentListQuery::default() }.url();
    view! {
        <section class=css::CARD aria-labelledby="amount">
            <h2 id="amount" class=css::HEADING>"In numbers"</h2>
            <dl class=css::NUMBERS>
                <dt>"Ready"</dt>
                <dd>{move || labels::grouped(size.get().ready)}</dd>
                <dt>"Passages"</dt>
                <dd>{move || labels::grouped(size.get().passages)}</dd>
                <dt>"Storage used"</dt>
                <dd>{move || labels::size(size.get().bytes)}</dd>
                <dt><a class=css::TEXT_LINK href=unused>"Not used yet"</a></dt>
                <dd>{move || labels::grouped(size.get().unused)}</dd>
                <dt><a class=css::TEXT_LINK href=failed>"Failed"</a></dt>
                <dd>{move || labels::grouped(size.get().failed)}</dd>
                <dt><a class=css::TEXT_LINK href=locked>"Waiting for a password"</a></dt>
                <dd>{move || labels::grouped(size.get().locked)}</dd>
            </dl>
        </section>
    }
}

#[component]
fn Searching(area: KnowledgeContext) -> impl IntoView {
    let known = Memo::new(move |_| {
        area.overview.with(|overview| (overview.embedding.clone(), overview.size.embedded, overview.size.passages, overview.may_edit))
    });
    view! {
        <section class=css::CARD aria-labelledby="searching">
            <h2 id="searching" class=css::HEADING>"How it is searched"</h2>
            {move || {
                let (embedding, embedded, passages, may_edit) = known.get();
                if embedding.model.is_empty() {
                    return view! {
                        <p class="small">"Search is by words only: no embedding model is configured."</p>
                        {may_edit.then(|| view! {
                            <p class="soft small">
                                "With one, questions find answers in other words too. Set " <code>"embeddings"</code> " to " <code>"local"</code> " or "
                                <code>"openai"</code> " in the server's configuration, and start it again."
                            </p>
                        })}
                    }
                    .into_any();
                }
                let progress = (embedded < passages)
                    .then(|| format!("{} of {} passages are ready for that. The rest is found by words.", labels::grouped(embedded), labels::grouped(passages)));
                view! {
                    <p class="small">"By words and meaning, with " <span class=css::MODEL>{embedding.model}</span> "."</p>
                    {progress.map(|progress| view! { <p class="soft small">{progress}</p> })}
                    {(!embedding.problem.is_empty()).then(|| view! { <Banner tone=Tone::Warn>{embedding.problem}</Banner> })}
                }
                .into_any()
            }}
        </section>
    }
}
