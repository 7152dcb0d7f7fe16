//! One document: what was read of it, where it was used, what it is bound to, its files.

mod about;
mod files;
mod header;
mod passages;
mod state;
mod uses;

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::use_query_map;
use leptos_router::params::ParamsMap;
use model::{Code, DocumentDetail, DocumentId, DocumentUse, KnowledgeOverview, Page, Passage, Problem};

use super::api;
use super::upload::Queue;
use crate::components::{Banner, ButtonLink, ErrorState, PageTitle, Show, Skeleton, SkeletonLines, Tone};
use crate::error::AppError;
use crate::events::{DOCUMENTS, after_events};
use crate::pages::identity::FormState;
use crate::rpc::{FormAction, Loaded, blocking_resource};
use crate::styles::knowledge_document as css;

/// What the address says of the place that is looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Looked {
    /// The passage that is cited.
    passage: Option<i64>,
    /// Its words, in characters: first, one past the last.
    words: Option<(u32, u32)>,
    /// How many passages come before those that are shown.
    after: u32,
    /// The version that is cited.
    version: Option<i64>,
}

impl Looked {
    fn of(query: &ParamsMap) -> Self {
        let number = |name: &str| query.get(name).and_then(|text| text.parse::<u32>().ok());
        let passage = number("passage").filter(|passage| *passage > 0);
        let page_of = |passage: u32| (passage - 1) / api::PASSAGES * api::PASSAGES;
        Self {
            passage: passage.map(i64::from),
            words: number("from").zip(number("to")).filter(|(from, to)| from < to),
            after: number("after").or(passage.map(page_of)).unwrap_or(0),
            version: number("version").filter(|version| *version > 0).map(i64::from),
        }
    }
}

/// What the parts of the page share.
#[derive(Clone, Copy)]
struct DocumentContext {
    id: DocumentId,
    detail: RwSignal<DocumentDetail>,
    overview: RwSignal<KnowledgeOverview>,
    passages: Loaded<Page<Passage>>,
    looked: Memo<Looked>,
    /// What asking for the document again failed with.
    failed: RwSignal<Option<String>>,
    actions: DocumentActions,
    queue: StoredValue<Queue>,
}

/// What can be changed of a document. Made outside of the part that waits for it, so that a form that was sent without
/// JavaScript finds its answer.
#[derive(Clone, Copy)]
struct DocumentActions {
    edit: FormAction<api::EditDocument>,
    bind: FormAction<api::BindDocument>,
    unlock: FormAction<api::UnlockDocument>,
    retry: FormAction<api::RetryDocument>,
    accept: FormAction<api::AcceptDocument>,
    delete: FormAction<api::DeleteDocument>,
    edit_form: FormState,
    bind_form: FormState,
    unlock_form: FormState,
    /// What the others failed with.
    problem: Signal<Option<Problem>>,
}

impl DocumentActions {
    fn new() -> Self {
        let (edit, bind, unlock) = (FormAction::new(), FormAction::new(), FormAction::new());
        let (retry, accept, delete) = (FormAction::new(), FormAction::new(), FormAction::new());
        let problems = [FormState::of(retry).problem(), FormState::of(accept).problem(), FormState::of(delete).problem()];
        let problem = Signal::derive(move || problems.iter().find_map(|problem| problem.get()));
        let (edit_form, bind_form, unlock_form) = (FormState::of(edit), FormState::of(bind), FormState::of(unlock));
        Self { edit, bind, unlock, retry, accept, delete, edit_form, bind_form, unlock_form, problem }
    }
}

impl DocumentContext {
    fn may_edit(self) -> bool {
        self.overview.with(|overview| overview.may_edit)
    }

    /// Asks for the document again, in place; for its passages too if they are others now.
    fn reload(self) {
        spawn_local(async move {
            match api::get_document(self.id).await {
                Ok(detail) => {
                    self.failed.try_set(None);
                    let text = |detail: &DocumentDetail| (detail.document.ready_version, detail.document.passages, detail.document.state);
                    let Some((same, same_text)) = self.detail.try_with_untracked(|old| (*old == detail, text(old) == text(&detail))) else {
                        return;
                    };
                    if !same {
                        self.detail.set(detail);
                    }
                    if !same_text {
                        self.passages.refetch();
                    }
                }
                Err(error) => {
                    self.failed.try_set(Some(error.to_string()));
                }
            }
        });
    }

    fn reload_after<T: Clone + Send + Sync + 'static>(self, answer: impl Fn() -> Option<Result<T, AppError>> + 'static) {
        Effect::new(move |_| {
            if let Some(Ok(_)) = answer() {
                self.reload();
            }
        });
    }

    /// The version that is cited, if another one answers now: then the words that were cited are not here.
    fn other_version(self) -> Option<i64> {
        let answers = self.detail.with(|detail| detail.document.ready_version);
        self.looked.get().version.filter(|cited| answers > 0 && *cited != answers)
    }

    fn keep_up_to_date(self) {
        let DocumentActions { edit, bind, unlock, retry, accept, .. } = self.actions;
        self.reload_after(move || edit.value().get());
        self.reload_after(move || bind.value().get());
        self.reload_after(move || unlock.value().get());
        self.reload_after(move || retry.value().get());
        self.reload_after(move || accept.value().get());
        let arrived = self.queue.with_value(|queue| queue.arrived.clone());
        Effect::new(move |before: Option<u32>| {
            let now = arrived.get();
            if before.is_some_and(|before| before != now) {
                self.reload();
            }
            now
        });
        let delete = self.actions.delete;
        let reload = move || {
            if !delete.is_sent() {
                self.reload();
            }
        };
        after_events(DOCUMENTS, Some(self.id.to_string()), reload);
    }
}

/// The page of the document in the path.
#[component]
pub fn DocumentPage() -> impl IntoView {
    let id = super::id_of_path();
    let query = use_query_map();
    let looked = Memo::new(move |_| query.with(Looked::of));
    let actions = DocumentActions::new();
    let gone = || AppError::new(Code::NotFound, "There is no such document. It may have been deleted.");
    let detail = blocking_resource(
        move || id.get(),
        move |id| async move {
            match id {
                Some(id) => api::get_document(id).await,
                None => Err(gone()),
            }
        },
    );
    let overview = blocking_resource(|| (), |()| api::overview());
    let after = Memo::new(move |_| looked.get().after);
    let passages = blocking_resource(
        move || (id.get(), after.get()),
        move |(id, after)| async move {
            match id {
                Some(id) => api::list_passages(id, after).await,
                None => Err(gone()),
            }
        },
    );
    let uses = blocking_resource(
        move || id.get(),
        move |id| async move {
            match id {
                Some(id) => api::list_uses(id, None).await,
                None => Err(gone()),
            }
        },
    );
    view! {
        <div class="page">
            {move || actions.problem.get().map(|problem| view! { <Banner tone=Tone::Bad>{problem.message}</Banner> })}
            <Suspense fallback=|| view! { <SkeletonLines shape=Skeleton::Card count=4 label="Loading the document" /> }>
                {move || Suspend::new(async move {
                    match (detail.await, overview.await) {
                        (Ok(detail), Ok(overview)) => view! { <Loaded detail overview passages uses looked actions /> }.into_any(),
                        (Err(error), _) if error.code() == Code::NotFound => view! { <Gone message=error.to_string() /> }.into_any(),
                        (Err(error), _) | (_, Err(error)) => {
                            let again = Callback::new(move |()| {
                                detail.refetch();
                                overview.refetch();
                                passages.refetch();
                                uses.refetch();
                            });
                            view! { <ErrorState error retry=again /> }.into_any()
                        }
                    }
                })}
            </Suspense>
        </div>
    }
}

#[component]
fn Gone(message: String) -> impl IntoView {
    view! {
        <PageTitle text="Not found" />
        <Banner tone=Tone::Warn title="No such document" actions=|| view! { <ButtonLink href="/knowledge" small=true>"All documents"</ButtonLink> }>
            {message}
        </Banner>
    }
}

#[component]
fn Loaded(
    detail: DocumentDetail,
    overview: KnowledgeOverview,
    passages: Loaded<Page<Passage>>,
    uses: Loaded<Page<DocumentUse>>,
    looked: Memo<Looked>,
    actions: DocumentActions,
) -> impl IntoView {
    let shared = DocumentContext {
        id: detail.document.id,
        detail: RwSignal::new(detail),
        overview: RwSignal::new(overview),
        passages,
        looked,
        failed: RwSignal::new(None),
        actions,
        queue: StoredValue::new(Queue::of_this_browser()),
    };
    shared.keep_up_to_date();
    let may_edit = Memo::new(move |_| shared.may_edit());
    view! {
        <header::Header shared />
        {move || shared.failed.get().map(|message| view! { <Banner tone=Tone::Bad>{message}</Banner> })}
        <state::State shared />
        <div class=css::COLUMNS>
            <div class=css::MAIN>
                <passages::OtherVersion shared />
                <passages::Passages shared />
            </div>
            <div class=css::SIDE>
                <uses::Uses shared uses />
                <Show when=move || may_edit.get()>
                    <about::About shared />
                    <about::Bindings shared />
                </Show>
                <files::History shared />
                <Show when=move || may_edit.get()>
                    <files::Replacing shared />
                    <files::Delete shared />
                </Show>
            </div>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn looked(pairs: &[(&'static str, &str)]) -> Looked {
        Looked::of(&pairs.iter().map(|(name, value)| (*name, (*value).to_owned())).collect())
    }

    #[test]
    fn a_cited_passage_is_on_the_page_that_is_shown() {
        assert_eq!(looked(&[("passage", "1")]).after, 0);
        assert_eq!(looked(&[("passage", "50")]).after, 0);
        assert_eq!(
            looked(&[("passage", "51"), ("from", "3"), ("to", "9")]),
            Looked { passage: Some(51), words: Some((3, 9)), after: 50, version: None }
        );
        assert_eq!(looked(&[("version", "2")]).version, Some(2));
        assert_eq!(looked(&[("passage", "51"), ("after", "100")]).after, 100);
    }

    #[test]
    fn rubbish_in_the_address_looks_at_the_beginning() {
        assert_eq!(looked(&[("passage", "0"), ("from", "9"), ("to", "3"), ("after", "-1")]), Looked::default());
        assert_eq!(looked(&[("passage", "99999999999999"), ("from", "x")]), Looked::default());
    }
}
