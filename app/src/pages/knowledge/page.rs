//! `/knowledge`: ask, add, and see what there is.

use leptos::prelude::*;
use leptos::server_fn::ServerFn as _;
use leptos_router::hooks::use_query_map;
use model::{KnowledgeOverview, Page};

use super::answer::{AnswerPart, Answered};
use super::api;
use super::ask::Ask;
use super::documents::{Documents, Filters};
use super::empty::Empty;
use super::layout::{KnowledgeActions, KnowledgeContext};
use super::list_query::DocumentListQuery;
use super::sidebar::Side;
use super::upload::{AddFiles, DropZone};
use crate::components::{Banner, Deleted, ErrorState, ListQuery, PageHeader, Show, Skeleton, SkeletonLines, Tone};
use crate::rpc::{Loaded, blocking_resource};
use crate::styles::knowledge_page as css;

type Listed = Loaded<Page<model::Document>>;

/// The page of what the organization knows. With `?q=` it answers instead of listing.
#[component]
pub fn KnowledgePage() -> impl IntoView {
    let query = use_query_map();
    let shown = Memo::new(move |_| query.with(DocumentListQuery::of));
    let actions = KnowledgeActions::new();
    let overview = blocking_resource(|| (), |()| api::overview());
    let documents = blocking_resource(
        move || shown.with(|shown| shown.question.is_empty().then(|| (shown.filter(), shown.cursor.clone()))),
        |listed| async move {
            match listed {
                Some((filter, cursor)) => api::list_documents(filter, cursor).await,
                None => Ok(nothing()),
            }
        },
    );
    let answer = blocking_resource(
        move || shown.with(DocumentListQuery::asked),
        |asked| async move {
            match asked {
                Some(question) => api::ask(question).await.map(Some),
                None => Ok(None),
            }
        },
    );
    view! {
        <div class="page">
            <Deleted what="Document" restore=api::RestoreDocument::PATH />
            {move || actions.problem.get().map(|problem| view! { <Banner tone=Tone::Bad>{problem.message}</Banner> })}
            <Suspense fallback=|| view! { <Loading /> }>
                {move || Suspend::new(async move {
                    match overview.await {
                        Ok(overview) => view! { <Loaded overview shown actions documents answer /> }.into_any(),
                        Err(error) => {
                            let again = Callback::new(move |()| {
                                overview.refetch();
                                documents.refetch();
                                answer.refetch();
                            });
                            view! {
                                <PageHeader title="Knowledge" />
                                <ErrorState error retry=again />
                            }
                            .into_any()
                        }
                    }
                })}
            </Suspense>
        </div>
    }
}

fn nothing() -> Page<model::Document> {
    Page { items: Vec::new(), next: None }
}

#[component]
fn Loading() -> impl IntoView {
    view! {
        <PageHeader title="Knowledge" />
        <SkeletonLines shape=Skeleton::Control count=1 label="Loading what you know" />
        <SkeletonLines shape=Skeleton::Row count=6 label="Loading documents" />
    }
}

#[component]
fn Loaded(
    overview: KnowledgeOverview,
    shown: Memo<DocumentListQuery>,
    actions: KnowledgeActions,
    documents: Listed,
    answer: Answered,
) -> impl IntoView {
    let area = KnowledgeContext::new(shown, overview, RwSignal::new(nothing()), actions);
    let may_edit = Memo::new(move |_| area.may_edit());
    let asked = Memo::new(move |_| shown.with(|shown| !shown.question.is_empty()));
    let empty = Memo::new(move |_| area.is_empty() && !asked.get());
    let listed = move || !empty.get() && !asked.get();
    // One document needs no looking for.
    let several = Memo::new(move |_| shown.with(ListQuery::narrows) || area.overview.with(|overview| overview.size.documents != 1));
    let filtered = move || listed() && several.get();
    view! {
        <PageHeader title="Knowledge">
            <Show when=move || may_edit.get()>
                <AddFiles />
            </Show>
        </PageHeader>
        <Show when=move || !empty.get()>
            <Ask area />
        </Show>
        {move || area.failed.get().map(|message| view! { <Banner tone=Tone::Bad>{message}</Banner> })}
        <Show when=move || asked.get()>
            <AnswerPart area answer />
        </Show>
        <div class=css::COLUMNS data-single=move || (!listed()).then_some("")>
            <div class=css::MAIN>
                <Show when=move || empty.get()>
                    <Empty area />
                </Show>
                <Show when=move || may_edit.get()>
                    <DropZone area quiet=asked />
                </Show>
                <Show when=filtered>
                    <Filters area />
                </Show>
                // Always here: what was asked for first must not come back when the list is shown later.
                <Transition fallback=|| view! { <SkeletonLines shape=Skeleton::Row count=6 label="Loading documents" /> }>
                    {move || Suspend::new(async move {
                        match documents.await {
                            Ok(page) => {
                                area.documents.set(page);
                                view! {
                                    <Show when=listed>
                                        <Documents area />
                                    </Show>
                                }
                                .into_any()
                            }
                            Err(error) => view! { <ErrorState error retry=Callback::new(move |()| documents.refetch()) /> }.into_any(),
                        }
                    })}
                </Transition>
            </div>
            <Show when=listed>
                <Side area />
            </Show>
        </div>
    }
}
