//! An answer: its sentences, each with its place, and why it is this one.

use leptos::prelude::*;
use model::{Answer, AnswerLine, Code, Hit};

use super::layout::KnowledgeContext;
use super::list_query::DocumentListQuery;
use super::{citation_path, labels};
use crate::components::{ButtonLink, ErrorState, Glyph, Icon, ListQuery as _, Skeleton, SkeletonLines, marked};
use crate::rpc::Loaded;
use crate::styles::knowledge_answer as css;

/// The tag of the sample that comes with Closezly.
const SAMPLE_TAG: &str = "sample";

/// What was answered; none while nothing is asked.
pub type Answered = Loaded<Option<Answer>>;

/// The answer to the question of the address.
#[component]
pub fn AnswerPart(area: KnowledgeContext, answer: Answered) -> impl IntoView {
    view! {
        <Suspense fallback=|| view! { <SkeletonLines shape=Skeleton::Card count=2 label="Looking in your documents" /> }>
            {move || Suspend::new(async move {
                match answer.await {
                    Ok(Some(answer)) => view! { <Found area answer /> }.into_any(),
                    Ok(None) => ().into_any(),
                    Err(error) if error.code() == Code::Invalid => view! { <p class=css::PROBLEM role="alert">{error.to_string()}</p> }.into_any(),
                    Err(error) => view! { <ErrorState error retry=Callback::new(move |()| answer.refetch()) /> }.into_any(),
                }
            })}
        </Suspense>
    }
}

#[component]
fn Found(area: KnowledgeContext, answer: Answer) -> impl IntoView {
    let Answer { question, lines, considered, mode, .. } = answer;
    let none = lines.is_empty();
    let narrowed = area.shown.get_untracked().narrows_question();
    let everywhere = DocumentListQuery { question: question.clone(), ..DocumentListQuery::default() }.url();
    let list = DocumentListQuery::default().url();
    // The sample steps back where there are documents of one's own: who looks for its answer must be told.
    let sample = area.overview.with_untracked(|overview| {
        let samples = overview.tags.iter().find(|(tag, _)| tag == SAMPLE_TAG).map_or(0, |(_, count)| *count);
        samples > 0 && overview.size.ready > samples
    });
    let sample = (sample && none && area.shown.with_untracked(|shown| shown.tag != SAMPLE_TAG))
        .then(|| DocumentListQuery { question: question.clone(), tag: SAMPLE_TAG.to_owned(), ..DocumentListQuery::default() }.url());
    let why = match considered.len() {
        0 => "No passage comes near it.".to_owned(),
        count if none => format!("{} came nearest", labels::counted(count.try_into().unwrap_or(0), "passage")),
        count => format!("Why: {} looked at", labels::counted(count.try_into().unwrap_or(0), "passage")),
    };
    view! {
        <section class=css::ANSWER aria-labelledby="answer-title">
            <h2 id="answer-title" class=css::QUESTION dir="auto">{question}</h2>
            <div role="status">
                {none.then(|| view! { <p class=css::NONE>"Not in your documents."</p> })}
                {(!none).then(|| view! {
                    <ol class=css::LINES>{lines.into_iter().map(|line| view! { <Line line /> }).collect_view()}</ol>
                })}
            </div>
            {(none && narrowed).then(|| view! { <p class="small soft">"You looked in a part of them. " <a class=css::SOURCE href=everywhere>"Look everywhere"</a></p> })}
            {sample.map(|href| view! {
                <p class="small soft">"The sample is left out, since you have documents of your own. " <a class=css::SOURCE href=href>"Ask the sample"</a></p>
            })}
            {if considered.is_empty() {
                view! { <p class="small soft">{why}</p> }.into_any()
            } else {
                view! {
                    <details class=css::WHY open=none>
                        <summary>{why}</summary>
                        <p class="small soft">{labels::mode(mode)}</p>
                        <ol class=css::HITS>{considered.into_iter().map(|hit| view! { <Considered hit /> }).collect_view()}</ol>
                    </details>
                }
                .into_any()
            }}
            <div><ButtonLink href=list small=true icon=Glyph::ChevronLeft>"All documents"</ButtonLink></div>
        </section>
    }
}

#[component]
fn Line(line: AnswerLine) -> impl IntoView {
    view! {
        <li class=css::LINE>
            <p class=css::SENTENCE dir="auto">{line.text}</p>
            <a class=css::SOURCE href=citation_path(&line.citation)>
                <Icon glyph=Glyph::Document />
                <span dir="auto">{labels::citation(&line.citation)}</span>
            </a>
        </li>
    }
}

#[component]
fn Considered(hit: Hit) -> impl IntoView {
    let Hit { citation, highlights, .. } = hit;
    let parts = marked(&citation.quote, &highlights);
    view! {
        <li class=css::HIT>
            <a class=css::SOURCE dir="auto" href=citation_path(&citation)>{labels::citation(&citation)}</a>
            <p class=css::SNIPPET dir="auto">
                {parts
                    .into_iter()
                    .map(|(text, hit)| if hit { view! { <mark class=css::MARK>{text}</mark> }.into_any() } else { text.into_any() })
                    .collect_view()}
            </p>
        </li>
    }
}
