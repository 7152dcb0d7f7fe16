//! Settings → Operations: work that failed, to be tried again or discarded; what waits; what comes by the clock; what is switched on.

mod api;
mod flags;

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos::task::spawn_local;
use leptos_router::hooks::use_query_map;
use model::{FailedJob, FailedKind};

use self::api::OperationsPage;
use self::flags::Flags;
use super::{Page, Panel};
use crate::components::{
    Banner, Button, ButtonKind, ButtonLink, Confirm, EmptyState, ErrorState, For, FormError, Glyph, Show, SkeletonLines, TextLink, Time,
    Tone,
};
use crate::error::AppError;
use crate::events::{FLAGS, JOBS, after_events};
use crate::pages::identity::FormState;
use crate::rpc::{ActionForm, FormAction, blocking_resource};
use crate::styles::settings as css;

/// What can be done. Made outside of the part that waits, so that a form that was sent without JavaScript finds its answer.
#[derive(Clone, Copy)]
struct OperationsActions {
    retry: FormAction<api::RetryJob>,
    retry_kind: FormAction<api::RetryJobs>,
    discard: FormAction<api::DiscardJob>,
    set_flag: FormAction<api::SetFlag>,
}

/// `/settings/operations`
#[component]
pub fn OperationsSettings() -> impl IntoView {
    let actions = OperationsActions {
        retry: FormAction::new(),
        retry_kind: FormAction::new(),
        discard: FormAction::new(),
        set_flag: FormAction::new(),
    };
    let forms =
        [FormState::of(actions.retry), FormState::of(actions.retry_kind), FormState::of(actions.discard), FormState::of(actions.set_flag)];
    let problems = forms.map(FormState::problem);
    let query = use_query_map();
    let cursor = Memo::new(move |_| query.with(|query| query.get("cursor")).filter(|cursor| !cursor.is_empty()));
    let shown = blocking_resource(move || cursor.get(), api::load_operations);
    view! {
        <Page title="Settings" text="Work that the server does for your organization in the background, and what is switched on.">
            {problems.map(|problem| view! { <FormError problem /> }).into_iter().collect_view()}
            <Transition fallback=|| view! { <SkeletonLines count=4 label="Loading the server's work" /> }>
                {move || Suspend::new(async move {
                    match shown.await {
                        Ok(shown) => view! { <Loaded shown cursor=cursor.get_untracked() actions /> }.into_any(),
                        Err(error) => view! { <ErrorState error /> }.into_any(),
                    }
                })}
            </Transition>
        </Page>
    }
}

#[component]
fn Loaded(shown: OperationsPage, cursor: Option<String>, actions: OperationsActions) -> impl IntoView {
    let is_first = cursor.is_none();
    let shown = RwSignal::new(shown);
    let failure = RwSignal::new(None::<String>);
    let reload = move || {
        let cursor = cursor.clone();
        spawn_local(async move {
            match api::load_operations(cursor).await {
                Ok(new) => {
                    failure.try_set(None);
                    if shown.try_with_untracked(|old| *old != new) == Some(true) {
                        shown.try_set(new);
                    }
                }
                Err(error) => {
                    failure.try_set(Some(error.to_string()));
                }
            }
        });
    };
    after_events(JOBS, None, reload.clone());
    after_events(FLAGS, None, reload.clone());
    reload_after(actions.set_flag, reload.clone());
    reload_after(actions.retry, reload.clone());
    reload_after(actions.retry_kind, reload.clone());
    reload_after(actions.discard, reload);
    let jobs = Memo::new(move |_| shown.with(|shown| shown.failed.items.clone()));
    let several = Memo::new(move |_| {
        let kinds = shown.with(|shown| shown.operations.failed.clone());
        kinds.into_iter().filter(|kind| kind.count > 1).collect::<Vec<_>>()
    });
    let flags = Memo::new(move |_| shown.with(|shown| shown.flags.clone()));
    let next = Memo::new(move |_| shown.with(|shown| shown.failed.next.clone()));
    view! {
        {move || failure.get().map(|message| view! { <Banner tone=Tone::Bad>{message}</Banner> })}
        <Panel id="failed" title="Failed">
            <p class="small soft">"What failed too often waits here. Retry it when its cause is mended; what you discard is not done."</p>
            <Show
                when=move || jobs.with(|jobs| !jobs.is_empty())
                fallback=|| view! { <EmptyState glyph=Glyph::Good title="Nothing failed" text="Everything was done, or is on its way." /> }
            >
                <For each=move || several.get() key=|kind| (kind.kind.clone(), kind.count) children=move |kind| view! { <Kind kind actions /> } />
                <ul class=css::ITEMS>
                    <For
                        each=move || jobs.get()
                        key=|job| (job.id, job.at)
                        children=move |job| view! { <Failed job actions /> }
                    />
                </ul>
            </Show>
            <nav class="row" aria-label="Pages">
                {(!is_first).then(|| view! { <ButtonLink href="/settings/operations" icon=Glyph::ArrowUp>"Newest"</ButtonLink> })}
                {move || {
                    next.get().map(|next| {
                        view! { <ButtonLink href=format!("/settings/operations?cursor={next}") icon=Glyph::ArrowDown>"Older"</ButtonLink> }
                    })
                }}
            </nav>
        </Panel>
        <Panel id="storage" title="Storage"><p>{move || shown.with(|shown| shown.stored.clone())}</p></Panel>
        <Panel id="queues" title="Under way">{move || shown.with(queues)}</Panel>
        <Panel id="schedules" title="By the clock">{move || shown.with(schedules)}</Panel>
        <Panel id="flags" title="Switched on">
            <Flags flags action=actions.set_flag />
        </Panel>
    }
}

fn reload_after<F>(action: FormAction<F>, reload: impl Fn() + 'static)
where
    F: ServerFn<Error = AppError> + Clone + Send + Sync + 'static,
    F::Output: Clone + Send + Sync + 'static,
{
    // After a failure too: somebody else may have been faster.
    Effect::new(move |_| {
        if action.value().with(Option::is_some) {
            reload();
        }
    });
}

#[component]
fn Kind(kind: FailedKind, actions: OperationsActions) -> impl IntoView {
    let FailedKind { kind, count } = kind;
    let words = words(&kind).to_owned();
    view! {
        <ActionForm action=actions.retry_kind attr:class="row row-between">
            <input type="hidden" name="kind" value=kind />
            <span>{format!("{words}: {count} failed")}</span>
            <Button submit=true small=true>{format!("Retry all {count}")}</Button>
        </ActionForm>
    }
}

#[component]
fn Failed(job: FailedJob, actions: OperationsActions) -> impl IntoView {
    let words = words(&job.kind).to_owned();
    let place = place(&job);
    let tried = if job.attempts == 1 { "Tried once".to_owned() } else { format!("Tried {} times", job.attempts) };
    let id = StoredValue::new(job.id.to_string());
    let described = StoredValue::new(format!(" “{words}”"));
    view! {
        <li class=css::ITEM>
            <div class=css::WORDS>
                <span>
                    {words.clone()}
                    {place.map(|(href, label)| view! { " · " <TextLink href>{label}</TextLink> })}
                </span>
                <span>{job.problem}</span>
                <span class="small soft">
                    {tried} ", last " <Time at=job.at with_time=true /> " · " <span class="mono">{job.kind} " " {id.get_value()}</span>
                </span>
            </div>
            <div class="row">
                <ActionForm action=actions.retry>
                    <input type="hidden" name="id" value=id.get_value() />
                    <Button submit=true small=true>"Retry" <span class="visually-hidden">{described.get_value()}</span></Button>
                </ActionForm>
                <Confirm label="Discard" of=format!("“{words}”") warning="This work will never be done. It can't be undone.">
                    <ActionForm action=actions.discard>
                        <input type="hidden" name="id" value=id.get_value() />
                        <Button submit=true small=true kind=ButtonKind::Danger icon=Glyph::Trash>"Discard for good"</Button>
                    </ActionForm>
                </Confirm>
            </div>
        </li>
    }
}

fn queues(shown: &OperationsPage) -> AnyView {
    if shown.operations.queues.is_empty() {
        return view! { <p class="soft">"Nothing waits."</p> }.into_any();
    }
    let rows = shown.operations.queues.iter().map(|load| {
        view! {
            <li class=css::ITEM>
                <span class="mono">{load.queue.clone()}</span>
                <span>{format!("{} waiting, {} running", load.waiting, load.running)}</span>
            </li>
        }
    });
    view! { <ul class=css::ITEMS>{rows.collect_view()}</ul> }.into_any()
}

fn schedules(shown: &OperationsPage) -> AnyView {
    let rows = shown.operations.schedules.iter().map(|schedule| {
        view! {
            <li class=css::ITEM>
                <span>{words(&schedule.name).to_owned()} " " <span class="small soft mono">{schedule.rule.clone()}</span></span>
                <span class="small soft">"next " <Time at=schedule.next_at with_time=true /></span>
            </li>
        }
    });
    view! { <ul class=css::ITEMS>{rows.collect_view()}</ul> }.into_any()
}

/// What a kind of work is called; its own name if nobody has said yet.
fn words(kind: &str) -> &str {
    match kind {
        "calls.write_review" => "Writing a call's review",
        "calls.recognize" => "Making a transcript from a recording",
        "calls.erase" => "Deleting a deleted call for good",
        "calls.delete_recording" => "Deleting a deleted call's recording",
        "calls.recover" => "Looking after calls that broke off",
        "calls.hand_over" => "Bringing a recording's end to the other servers",
        "calls.sweep_parts" => "Deleting parts of recordings that belong to no call",
        "identity.tidy" => "Forgetting what has expired",
        "knowledge.ingest" => "Reading a document",
        "knowledge.embed" => "Preparing the search by meaning",
        "knowledge.index_anew" => "Indexing words anew after an upgrade",
        "knowledge.visit" => "Visiting a website",
        "knowledge.visit_due" => "Looking which websites are due",
        "knowledge.delete_upload" => "Deleting an upload of somebody who was erased",
        "knowledge.erase" => "Deleting a deleted document for good",
        "knowledge.delete_files" => "Deleting a deleted document's files",
        "knowledge.expire_uploads" => "Forgetting uploads that broke off",
        "upkeep.forget_events" => "Forgetting events of last week",
        "upkeep.forget_keys" => "Forgetting answers to repeated requests",
        other => other,
    }
}

/// Where what a job is about can be seen.
fn place(job: &FailedJob) -> Option<(String, &'static str)> {
    let id: uuid::Uuid = job.subject.parse().ok()?;
    match job.kind.as_str() {
        "calls.write_review" | "calls.recognize" | "calls.hand_over" => Some((format!("/calls/{id}"), "Open the call")),
        "knowledge.ingest" => Some((format!("/knowledge/{id}"), "Open the document")),
        _ => None,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_there_is_linked() {
        let job = |kind: &str, subject: &str| FailedJob {
            id: uuid::Uuid::nil().into(),
            kind: kind.to_owned(),
            subject: subject.to_owned(),
            attempts: 5,
            at: chrono::DateTime::UNIX_EPOCH,
            problem: String::new(),
        };
        let id = "01931c1e-0000-7000-8000-000000000000";
        assert_eq!(place(&job("calls.write_review", id)).unwrap().0, format!("/calls/{id}"));
        assert_eq!(place(&job("knowledge.ingest", id)).unwrap().0, format!("/knowledge/{id}"));
        assert_eq!(place(&job("calls.delete_recording", id)), None, "the call is gone");
        assert_eq!(place(&job("calls.write_review", "//evil.example")), None);
    }
}
