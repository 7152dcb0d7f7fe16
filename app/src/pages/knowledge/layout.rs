//! What the parts of the page share: the overview, the list, and how both are kept up to date.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos::task::spawn_local;
use model::{CollectionId, Document, KnowledgeOverview, Page, Problem, UploadId};

use super::api;
use super::list_query::DocumentListQuery;
use super::upload::Queue;
use crate::components::{Choice, ListQuery as _, put, reload_list};
use crate::error::AppError;
use crate::events::{COLLECTIONS, DOCUMENTS, after_events};
use crate::pages::identity::FormState;
use crate::rpc::FormAction;

/// What can be changed from the page. Made outside of the part that waits, so that a form that was sent without JavaScript
/// finds its answer.
#[derive(Clone, Copy)]
pub struct KnowledgeActions {
    pub sample: FormAction<api::AddSample>,
    pub text: FormAction<api::AddText>,
    pub create_collection: FormAction<api::CreateCollection>,
    pub edit_collection: FormAction<api::EditCollection>,
    pub delete_collection: FormAction<api::DeleteCollection>,
    pub add_website: FormAction<api::AddWebsite>,
    pub visit_website: FormAction<api::VisitWebsite>,
    pub delete_website: FormAction<api::DeleteWebsite>,
    /// The forms that show their own problem.
    pub text_form: FormState,
    pub create_form: FormState,
    pub edit_form: FormState,
    pub website_form: FormState,
    /// The collection whose form was sent last.
    pub edited: RwSignal<Option<CollectionId>>,
    /// What the others failed with.
    pub problem: Signal<Option<Problem>>,
}

impl KnowledgeActions {
    pub fn new() -> Self {
        let (sample, text) = (FormAction::new(), FormAction::new());
        let (create_collection, edit_collection, add_website) = (FormAction::new(), FormAction::new(), FormAction::new());
        let (delete_collection, visit_website, delete_website) = (FormAction::new(), FormAction::new(), FormAction::new());
        let problems = [
            FormState::of(sample).problem(),
            FormState::of(delete_collection).problem(),
            FormState::of(visit_website).problem(),
            FormState::of(delete_website).problem(),
        ];
        Self {
            sample,
            text,
            create_collection,
            edit_collection,
            delete_collection,
            add_website,
            visit_website,
            delete_website,
            text_form: FormState::of(text),
            create_form: FormState::of(create_collection),
            edit_form: FormState::of(edit_collection),
            website_form: FormState::of(add_website),
            edited: RwSignal::new(None),
            problem: Signal::derive(move || problems.iter().find_map(|problem| problem.get())),
        }
    }
}

/// The state of the page.
#[derive(Clone, Copy)]
pub struct KnowledgeContext {
    pub shown: Memo<DocumentListQuery>,
    pub overview: RwSignal<KnowledgeOverview>,
    pub documents: RwSignal<Page<Document>>,
    /// What asking again failed with.
    pub failed: RwSignal<Option<String>>,
    pub actions: KnowledgeActions,
    pub queue: StoredValue<Queue>,
}

impl KnowledgeContext {
    /// An area around what was asked for first; keeps itself up to date from then on.
    pub fn new(
        shown: Memo<DocumentListQuery>,
        overview: KnowledgeOverview,
        documents: RwSignal<Page<Document>>,
        actions: KnowledgeActions,
    ) -> Self {
        let area = Self {
            shown,
            overview: RwSignal::new(overview),
            documents,
            failed: RwSignal::new(None),
            actions,
            queue: StoredValue::new(Queue::of_this_browser()),
        };
        area.follow_changes();
        area.follow_events();
        area
    }

    fn follow_changes(self) {
        let KnowledgeActions {
            sample,
            text,
            create_collection,
            edit_collection,
            delete_collection,
            add_website,
            visit_website,
            delete_website,
            ..
        } = self.actions;
        self.reload_after(sample);
        self.reload_after(text);
        self.reload_after(create_collection);
        self.reload_after(edit_collection);
        self.reload_after(delete_collection);
        self.reload_after(add_website);
        self.reload_after(visit_website);
        self.reload_after(delete_website);
        let arrived = self.queue.with_value(|queue| queue.arrived.clone());
        Effect::new(move |before: Option<u32>| {
            let now = arrived.get();
            if before.is_some_and(|before| before != now) {
                self.reload();
            }
            now
        });
    }

    fn reload_after<F>(self, action: FormAction<F>)
    where
        F: ServerFn<Error = AppError> + Clone + Send + Sync + 'static,
        F::Output: Clone + Send + Sync + 'static,
    {
        Effect::new(move |_| {
            if let Some(Ok(_)) = action.value().get() {
                self.reload();
            }
        });
    }

    fn follow_events(self) {
        // When a document has changed, the numbers beside the list have too.
        after_events(DOCUMENTS, None, move || self.reload());
        after_events(COLLECTIONS, None, move || self.reload_overview());
    }

    /// Asks for everything again, in place.
    pub fn reload(self) {
        self.reload_overview();
        self.reload_documents();
    }

    fn reload_overview(self) {
        spawn_local(async move {
            let answer = api::overview().await;
            self.failed_with(put(self.overview, answer).err());
        });
    }

    fn reload_documents(self) {
        let load = |shown: DocumentListQuery| async move { api::list_documents(shown.filter(), shown.cursor).await };
        reload_list(self.shown, self.documents, load, move |problem| self.failed_with(problem));
    }

    fn failed_with(self, problem: Option<AppError>) {
        self.failed.try_set(problem.map(|problem| problem.to_string()));
    }

    /// Whether the person may add and change.
    pub fn may_edit(self) -> bool {
        self.overview.with(|overview| overview.may_edit)
    }

    /// Whether there is nothing at all yet.
    pub fn is_empty(self) -> bool {
        self.overview.with(|overview| overview.size.documents == 0 && overview.websites.is_empty())
    }

    /// The collections to choose from; the empty value stands for `any`.
    pub fn collections(self, any: &'static str) -> Signal<Vec<Choice>> {
        Signal::derive(move || {
            let collections = self.overview.with(|overview| overview.collections.clone());
            let choices = collections.into_iter().map(|collection| Choice::new(collection.id.to_string(), collection.name));
            std::iter::once(Choice::new("", any)).chain(choices).collect()
        })
    }

    /// The tags to choose from.
    pub fn tags(self) -> Signal<Vec<Choice>> {
        Signal::derive(move || {
            let mut tags = self.overview.with(|overview| overview.tags.clone());
            // A tag of the address that no document has (any more) is still what is looked at.
            let chosen = self.shown.with(|shown| shown.tag.clone());
            if !chosen.is_empty() && !tags.iter().any(|(tag, _)| *tag == chosen) {
                tags.push((chosen, 0));
            }
            let choices = tags.into_iter().map(|(tag, count)| Choice::new(tag.clone(), format!("{tag} ({count})")));
            std::iter::once(Choice::new("", "Any tag")).chain(choices).collect()
        })
    }

    /// Forgets a file that was begun and not finished.
    pub fn throw_away(self, id: UploadId) {
        spawn_local(async move {
            let answer = api::cancel_upload(id).await;
            if let Err(error) = answer {
                self.failed.try_set(Some(error.to_string()));
            }
            self.reload_overview();
        });
    }
}
