//! Where a document was used: in which calls, for which questions.

use leptos::prelude::*;
use leptos::task::spawn_local;
use model::{DocumentUse, Page, Role};

use super::DocumentContext;
use crate::components::{Button, ErrorState, Show, SkeletonLines, Time};
use crate::pages::knowledge::list_query::question_url;
use crate::pages::knowledge::{api, labels};
use crate::rpc::Loaded;
use crate::session::use_session;
use crate::styles::knowledge_document as css;

#[component]
pub fn Uses(shared: DocumentContext, uses: Loaded<Page<DocumentUse>>) -> impl IntoView {
    view! {
        <section class=css::CARD aria-labelledby="uses">
            <h2 id="uses" class=css::HEADING>"Where it was used"</h2>
            <Suspense fallback=|| view! { <SkeletonLines count=2 label="Loading uses" /> }>
                {move || Suspend::new(async move {
                    match uses.await {
                        Ok(page) => view! { <List shared page /> <Counted shared /> }.into_any(),
                        Err(error) => view! { <ErrorState error retry=Callback::new(move |()| uses.refetch()) /> }.into_any(),
                    }
                })}
            </Suspense>
        </section>
    }
}

/// Below managers the list has the own uses only; the others are counted.
#[component]
fn Counted(shared: DocumentContext) -> impl IntoView {
    let only_own = untrack(|| use_session().profile()).is_some_and(|profile| profile.role < Role::Manager);
    move || {
        let uses = shared.detail.with(|detail| detail.document.uses);
        (only_own && uses > 0).then(|| {
            let times = if uses == 1 { "once".to_owned() } else { labels::counted(uses, "time") };
            view! { <p class="soft small">{format!("Used {times} in all. What your colleagues asked is counted, not shown.")}</p> }
        })
    }
}

#[component]
fn List(shared: DocumentContext, page: Page<DocumentUse>) -> impl IntoView {
    let items = RwSignal::new(page.items);
    let next = RwSignal::new(page.next);
    let loading = RwSignal::new(false);
    let failed = RwSignal::new(None::<String>);
    let more = move |_| {
        loading.set(true);
        spawn_local(async move {
            match api::list_uses(shared.id, next.get_untracked()).await {
                Ok(page) => {
                    failed.try_set(None);
                    items.try_update(|items| items.extend(page.items));
                    next.try_set(page.next);
                }
                Err(error) => {
                    failed.try_set(Some(error.to_string()));
                }
            }
            loading.try_set(false);
        });
    };
    view! {
        <Show when=move || items.with(|items| !items.is_empty()) fallback=move || {
            let nobody = shared.detail.with_untracked(|detail| detail.document.uses == 0);
            let sentence = if nobody { "Not yet: neither in a call nor in an answer." } else { "Not yet in a call or an answer of yours." };
            view! { <p class="soft small">{sentence}</p> }
        }>
            <ul class=css::LIST>
                {move || items.get().into_iter().map(|used| view! { <Item shared used /> }).collect_view()}
            </ul>
            <Show when=move || next.with(Option::is_some)>
                <span class="js-only">
                    <Button small=true busy=loading busy_words="Loading…" on:click=more>"Show more"</Button>
                </span>
            </Show>
            {move || failed.get().map(|message| view! { <p role="alert" class="small">{message}</p> })}
        </Show>
    }
}

#[component]
fn Item(shared: DocumentContext, used: DocumentUse) -> impl IntoView {
    let DocumentUse { version, passage, call_id, question, used_at } = used;
    let current = shared.detail.with_untracked(|detail| detail.document.ready_version) == version;
    let (href, place) = match call_id {
        Some(call) => (format!("/calls/{call}"), "in a call"),
        None => (question_url(&question), "asked here"),
    };
    view! {
        <li class=css::ITEM>
            <a class=css::LINK href=href>{question}</a>
            <span class="soft">
                {place} ", " <Time at=used_at with_time=true /> ", "
                {if current {
                    view! { <a class=css::LINK href=format!("?version={version}&passage={passage}#passage-{passage}")>{format!("passage {passage}")}</a> }.into_any()
                } else {
                    format!("passage {passage} of version {version}").into_any()
                }}
            </span>
        </li>
    }
}
