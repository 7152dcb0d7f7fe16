//! From nothing to a first answer: the sample file, its steps, its question.

use leptos::prelude::*;
use model::{DocumentSource, DocumentState};

use super::SAMPLE_QUESTION;
use super::documents::Steps;
use super::layout::KnowledgeContext;
use super::list_query::question_url;
use crate::components::{Button, ButtonKind, ButtonLink, EmptyState, Glyph};
use crate::rpc::ActionForm;
use crate::styles::knowledge_empty as css;

/// The page of somebody whose organization has no document yet.
#[component]
pub fn Empty(area: KnowledgeContext) -> impl IntoView {
    let sample = area.actions.sample;
    move || {
        if !area.may_edit() {
            return view! { <EmptyState glyph=Glyph::Knowledge title="Nothing here yet" text="Owners and admins add what your company knows. Then you can ask it, here and in calls." /> }
                .into_any();
        }
        view! {
            <EmptyState
                glyph=Glyph::Knowledge
                title="Nothing here yet"
                text="Drop what your company knows: price lists, product sheets, answers to security questions. Or see with a sample how it works."
            >
                <ActionForm action=sample>
                    <Button submit=true icon=Glyph::Spark busy=sample.pending() busy_words="Adding the sample…">"Add the sample file"</Button>
                </ActionForm>
            </EmptyState>
        }
        .into_any()
    }
}

/// While the sample is all there is and nobody has asked it: its steps, then its question.
#[component]
pub fn FirstAnswer(area: KnowledgeContext) -> impl IntoView {
    let sample = Memo::new(move |_| {
        let alone = area.overview.with(|overview| overview.size.documents == 1);
        let found = area.documents.with(|page| page.items.first().filter(|document| document.source == DocumentSource::Sample).cloned());
        found.filter(|document| alone && document.uses == 0 && document.state != DocumentState::Failed)
    });
    move || {
        sample.get().map(|document| {
            let ready = document.state == DocumentState::Ready;
            let embeds = area.overview.with(|overview| !overview.embedding.model.is_empty());
            view! {
                <section class=css::CARD aria-labelledby="first-answer" role="status">
                    <h2 id="first-answer" class=css::TITLE>"Your first answer"</h2>
                    <Steps steps=model::steps(&document, embeds) format=document.format.clone() />
                    {if ready {
                        view! {
                            <p>"The sample is a product sheet. Ask it something:"</p>
                            <div><ButtonLink href=question_url(SAMPLE_QUESTION) kind=ButtonKind::Primary icon=Glyph::Question>{SAMPLE_QUESTION}</ButtonLink></div>
                        }
                        .into_any()
                    } else {
                        view! { <p class="soft">"It is being read. That takes a few seconds."</p> <noscript>"Reload the page in a moment."</noscript> }.into_any()
                    }}
                </section>
            }
        })
    }
}
