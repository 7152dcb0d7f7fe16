//! The list of documents: filtered by the URL, page by page, each with how far it is.

use leptos::prelude::*;
use model::{Document, DocumentState};

use super::empty::FirstAnswer;
use super::layout::KnowledgeContext;
use super::list_query::DocumentListQuery;
use super::{labels, path};
use crate::components::{
    Badge, ButtonLink, Choice, EmptyState, For, Glyph, Icon, ListCheck, ListFilters, ListPages, ListQuery, Narrow, Select, Show, Time,
    row_of,
};
use crate::styles::knowledge_documents as css;

/// What narrows the list.
#[component]
pub fn Filters(area: KnowledgeContext) -> impl IntoView {
    let now = area.shown.get_untracked();
    let search = RwSignal::new(now.words);
    let collection = RwSignal::new(now.collection.map(|id| id.to_string()).unwrap_or_default());
    let tag = RwSignal::new(now.tag);
    let state = RwSignal::new(now.state.map(|state| state.to_string()).unwrap_or_default());
    let unused = RwSignal::new(now.unused);
    let wanted = move || DocumentListQuery {
        words: search.get_untracked().trim().to_owned(),
        collection: collection.get_untracked().parse().ok(),
        tag: tag.get_untracked(),
        state: state.get_untracked().parse().ok(),
        unused: unused.get_untracked(),
        ..DocumentListQuery::default()
    };
    let narrow = Narrow::new(area.shown, wanted);
    // A link beside the list, or the way back, narrows it too.
    Effect::new(move |before: Option<DocumentListQuery>| {
        let now = area.shown.get();
        if before.is_some_and(|before| before.filter() != now.filter()) && now.filter() != wanted().filter() {
            search.set(now.words.clone());
            collection.set(now.collection.map(|id| id.to_string()).unwrap_or_default());
            tag.set(now.tag.clone());
            state.set(now.state.map(|state| state.to_string()).unwrap_or_default());
            unused.set(now.unused);
        }
        now
    });
    narrow.after(move || {
        collection.track();
        tag.track();
        state.track();
        unused.track();
    });
    let states = DocumentState::ALL.iter().map(|state| Choice::new(state.as_str(), labels::state(*state)));
    let states: Vec<Choice> = std::iter::once(Choice::new("", "Any state")).chain(states).collect();
    view! {
        <ListFilters
            action="/knowledge"
            narrow
            label="Documents"
            search
            search_name="words"
            search_label="Find"
            placeholder="Title or file name"
        >
            <Select label="Collection" name="collection" id="filter-collection" choices=area.collections("All") value=collection />
            <Select label="Tag" name="tag" id="filter-tag" choices=area.tags() value=tag />
            <Select label="State" name="state" id="filter-state" choices=states value=state />
            <ListCheck name="unused" label="Not used yet" value=unused />
        </ListFilters>
    }
}

/// The documents of this page of the list.
#[component]
pub fn Documents(area: KnowledgeContext) -> impl IntoView {
    let documents = Memo::new(move |_| area.documents.with(|page| page.items.clone()));
    let empty = Memo::new(move |_| documents.with(Vec::is_empty));
    view! {
        <FirstAnswer area />
        <Show when=move || !empty.get() fallback=move || view! { <Nothing area /> }>
            <ul class=css::LIST>
                <For
                    each=move || documents.get()
                    key=|document| document.id
                    children=move |document| view! { <Row area document=row_of(documents, document, |document| document.id) /> }
                />
            </ul>
        </Show>
        <ListPages
            shown=area.shown
            next=Signal::derive(move || area.documents.with(|page| page.next.clone()))
            noun="documents"
        />
    }
}

/// One document; what changes of it changes in place, so that the focus stays.
#[component]
fn Row(area: KnowledgeContext, document: Memo<Document>) -> impl IntoView {
    let id = document.with_untracked(|document| document.id);
    let collection = move || {
        let of = document.with(|document| document.collection_id);
        area.overview.with(|overview| {
            let several = overview.collections.len() > 1;
            overview.collections.iter().find(|collection| several && collection.id == of).map(|collection| collection.name.clone())
        })
    };
    let from = move || {
        document.with(|document| {
            let name = if document.address.is_empty() { &document.file_name } else { &document.address };
            [&document.folder, name].into_iter().filter(|part| !part.is_empty()).cloned().collect::<Vec<_>>().join("/")
        })
    };
    let embeds = Memo::new(move |_| area.overview.with(|overview| !overview.embedding.model.is_empty()));
    let steps = Memo::new(move |_| {
        document
            .with(|document| labels::on_its_way(document.state).then(|| (model::steps(document, embeds.get()), document.format.clone())))
    });
    let state = Memo::new(move |_| document.with(|document| document.state));
    let tags = Memo::new(move |_| document.with(|document| document.tags.clone()));
    let problem = Memo::new(move |_| document.with(|document| document.problem.clone()));
    view! {
        <li class=css::DOCUMENT>
            <div class=css::MAIN>
                <a class=css::TITLE dir="auto" href=path(id)>{move || document.with(|document| document.title.clone())}</a>
                <p class=css::META dir="auto">
                    {move || collection().map(|name| format!("{name} · "))}
                    {from}
                </p>
            </div>
            <div class=css::STATE>
                {labels::source(document.with_untracked(|document| document.source)).map(|source| view! { <Badge>{source}</Badge> })}
                {move || {
                    let state = state.get();
                    (state != DocumentState::Ready).then(|| view! { <Badge tone=labels::tone(state) dot=true>{labels::state(state)}</Badge> })
                }}
                <span class=css::WHEN>{move || view! { <Time at=document.with(|document| document.updated_at) /> }}</span>
            </div>
            <p class=css::FACTS>
                {move || document.with(facts)}
                {move || tags.get().into_iter().map(|tag| view! { <span class=css::TAG dir="auto">{tag}</span> }).collect_view()}
            </p>
            {move || steps.get().map(|(steps, format)| view! { <Steps steps format /> })}
            {move || {
                let problem = Some(problem.get()).filter(|problem| !problem.is_empty());
                problem.map(|problem| view! { <p class=css::PROBLEM><Icon glyph=Glyph::Bad /><span>{problem}</span></p> })
            }}
        </li>
    }
}

fn facts(document: &Document) -> String {
    let Document { format, places, passages, bytes, uses, .. } = document;
    let mut facts: Vec<String> = Vec::new();
    if !format.is_empty() {
        facts.push(labels::format(format));
    }
    facts.extend(labels::places(format, *places));
    if *passages > 0 {
        facts.push(labels::counted(*passages, "passage"));
    }
    facts.push(labels::size(*bytes));
    match uses {
        0 => {}
        1 => facts.push("Used once".to_owned()),
        uses => facts.push(format!("Used {} times", labels::grouped(*uses))),
    }
    facts.join(" · ")
}

/// The steps of a document's way; what is done is ticked.
#[component]
pub fn Steps(steps: Vec<model::Step>, format: String) -> impl IntoView {
    let current = steps.iter().position(|step| !step.done);
    view! {
        <ol class=css::STEPS aria-label="Steps">
            {steps
                .into_iter()
                .enumerate()
                .map(|(at, step)| {
                    let state = if step.done { "done" } else if current == Some(at) { "now" } else { "later" };
                    let count = labels::step_count(&step, &format);
                    view! {
                        <li class=css::STEP data-state=state aria-current=(state == "now").then_some("step")>
                            <Icon glyph=if step.done { Glyph::Good } else { Glyph::Clock } />
                            <span>{labels::step(step.name)}</span>
                            {step.done.then(|| view! { <span class="visually-hidden">" (done)"</span> })}
                            {(!count.is_empty()).then(|| view! { <span class="soft">{count}</span> })}
                        </li>
                    }
                })
                .collect_view()}
        </ol>
    }
}

#[component]
fn Nothing(area: KnowledgeContext) -> impl IntoView {
    move || {
        let shown = area.shown.get();
        // What is said of all documents holds only if nothing else narrows the list.
        let only = |rest: DocumentListQuery| !rest.narrows();
        let (title, text) = if shown.state == Some(DocumentState::Failed) && only(DocumentListQuery { state: None, ..shown.clone() }) {
            ("Nothing failed", "Every document could be read.")
        } else if shown.unused && only(DocumentListQuery { unused: false, ..shown.clone() }) {
            ("Everything was used", "Each document has answered a question or helped in a call.")
        } else if shown.narrows() {
            ("No document matches", "Try fewer words, or take a filter away.")
        } else {
            ("No documents", "Add files, paste a text, or add a website.")
        };
        view! {
            <EmptyState glyph=Glyph::Search title=title text=text>
                {shown.narrows().then(|| view! { <ButtonLink href="/knowledge">"Show all documents"</ButtonLink> })}
            </EmptyState>
        }
    }
}
