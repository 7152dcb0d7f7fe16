//! Websites: fetched politely, looked through before they count.

use leptos::prelude::*;
use model::{DocumentState, Website, WebsiteState};

use super::labels;
use super::layout::KnowledgeContext;
use super::list_query::DocumentListQuery;
use crate::components::{
    Badge, Button, ButtonKind, Choice, Dialog, DialogActions, For, FormError, Glyph, ListQuery as _, Select, Show, TextField, Time, Tone,
    field_error, row_of, use_toasts,
};
use crate::rpc::ActionForm;
use crate::styles::knowledge_sidebar as css;

const FIELDS: &[&str] = &["start", "scope", "max_pages", "every_hours", "collection"];
/// How often a website can be visited again, in hours.
const RHYTHMS: [(u32, &str); 4] = [(0, "Never by itself"), (24, "Every day"), (168, "Every week"), (720, "Every month")];
const AMOUNTS: [u32; 4] = [10, 50, 200, 500];

/// A button that opens the form for a website. Without JavaScript the form is beside the list.
#[component]
pub fn AddWebsite(area: KnowledgeContext) -> impl IntoView {
    let open = RwSignal::new(false);
    let toasts = use_toasts();
    Effect::new(move |_| {
        if let Some(Ok(_)) = area.actions.add_website.value().get() {
            open.set(false);
            toasts.done("Website added: its pages come to be reviewed");
        }
    });
    view! {
        <span class="js-only">
            <Button small=true on:click=move |_| open.set(true)>"Add a website"</Button>
        </span>
        <Dialog open title="Add a website" id="add-website">
            <WebsiteForm area id="site" on_cancel=Callback::new(move |()| open.set(false)) />
        </Dialog>
    }
}

#[component]
fn WebsiteForm(area: KnowledgeContext, id: &'static str, #[prop(optional)] on_cancel: Option<Callback<()>>) -> impl IntoView {
    let action = area.actions.add_website;
    let form = area.actions.website_form;
    let problem = form.problem();
    let chosen = area.shown.with_untracked(|shown| shown.collection.map(|id| id.to_string()).unwrap_or_default());
    let rhythms: Vec<Choice> = RHYTHMS.iter().map(|(hours, words)| Choice::new(hours.to_string(), *words)).collect();
    let amounts: Vec<Choice> = AMOUNTS.iter().map(|pages| Choice::new(pages.to_string(), format!("At most {pages} pages"))).collect();
    view! {
        <ActionForm action attr:class="stack">
            <FormError problem fields=FIELDS />
            <p class="soft small">"Pages are fetched slowly, as the site's robots.txt allows, and answer only when you have accepted them."</p>
            <TextField
                label="Start address"
                name="start"
                id=format!("{id}-start")
                kind="url"
                placeholder="https://example.com/docs/"
                initial=form.typed("start")
                required=true
                max_length=2000
                error=field_error(problem, "start")
            />
            <TextField
                label="Only pages below"
                name="within"
                id=format!("{id}-within")
                kind="url"
                initial=form.typed("within")
                optional=true
                hint="Left empty: the folder that the start address is in."
                max_length=2000
                error=field_error(problem, "scope")
            />
            <Select label="How many" name="max_pages" id=format!("{id}-pages") choices=amounts initial="50" error=field_error(problem, "max_pages") />
            <Select label="Visit again" name="every_hours" id=format!("{id}-hours") choices=rhythms initial="168" error=field_error(problem, "every_hours") />
            <Select label="Collection" name="collection" id=format!("{id}-collection") choices=area.collections("Default collection") initial=chosen error=field_error(problem, "collection") />
            <DialogActions>
                {on_cancel.map(|on_cancel| view! { <Button on:click=move |_| on_cancel.run(())>"Cancel"</Button> })}
                <Button kind=ButtonKind::Primary submit=true icon=Glyph::Globe busy=action.pending() busy_words="Adding…">"Add the website"</Button>
            </DialogActions>
        </ActionForm>
    }
}

/// The websites with their state; for those who may change something.
#[component]
pub fn Websites(area: KnowledgeContext) -> impl IntoView {
    let websites = Memo::new(move |_| area.overview.with(|overview| overview.websites.clone()));
    let review = DocumentListQuery { state: Some(DocumentState::Review), ..DocumentListQuery::default() }.url();
    view! {
        <section class=css::CARD data-empty=move || websites.with(Vec::is_empty).then_some("") aria-labelledby="websites">
            <h2 id="websites" class=css::HEADING>"Websites"</h2>
            <ul class=css::SITES>
                <For
                    each=move || websites.get()
                    key=|website| website.id
                    children=move |website| view! { <Item area website=row_of(websites, website, |website| website.id) /> }
                />
            </ul>
            <Show when=move || websites.with(|websites| !websites.is_empty())>
                <a class=css::TEXT_LINK href=review.clone()>"Pages waiting for review"</a>
            </Show>
            <details class=css::PLAIN open=area.actions.website_form.problem().with_untracked(Option::is_some)>
                <summary>"Add a website"</summary>
                <WebsiteForm area id="plain-site" />
            </details>
        </section>
    }
}

#[component]
fn Item(area: KnowledgeContext, website: Memo<Website>) -> impl IntoView {
    let Website { id, start, every_hours, .. } = website.get_untracked();
    let (visit, delete) = (area.actions.visit_website, area.actions.delete_website);
    let state = Memo::new(move |_| {
        website.with(|website| match website.state {
            WebsiteState::Waiting => (Tone::Neutral, "Waiting"),
            WebsiteState::Fetching => (Tone::Info, "Fetching"),
            WebsiteState::Done => (Tone::Good, "Fetched"),
            WebsiteState::Failed => (Tone::Bad, "Failed"),
        })
    });
    let again = RHYTHMS.iter().find(|(hours, _)| i64::from(*hours) == every_hours).map(|(_, words)| words.to_lowercase());
    let problem = Memo::new(move |_| website.with(|website| website.problem.clone()));
    view! {
        <li class=css::SITE>
            <p class=css::SITE_HEAD>
                <span class=css::ADDRESS>{start.clone()}</span>
                {move || {
                    let (tone, word) = state.get();
                    view! { <Badge tone dot=true>{word}</Badge> }
                }}
            </p>
            <p class="soft small">
                {move || labels::counted(website.with(|website| website.pages), "page")}
                {move || website.with(|website| website.visited_at).map(|at| view! { ", " <Time at with_time=true /> })}
                {again.map(|again| format!(", {again}"))}
            </p>
            {move || Some(problem.get()).filter(|problem| !problem.is_empty()).map(|problem| view! { <p class=css::PROBLEM>{problem}</p> })}
            <details class=css::FOLD>
                <summary aria-label=format!("Change {start}")>"Change"</summary>
                // Not disabled while it is visited: that would take the focus away. The answer says so.
                <ActionForm action=visit attr:class=css::FORM>
                    <input type="hidden" name="id" value=id.to_string() />
                    <Button submit=true small=true icon=Glyph::Refresh busy=visit.pending() busy_words="Starting…">"Visit now"</Button>
                </ActionForm>
                <ActionForm action=delete attr:class=css::FORM>
                    <input type="hidden" name="id" value=id.to_string() />
                    <p class="soft small">"Its pages will be gone too. This can't be undone."</p>
                    <Button kind=ButtonKind::Danger submit=true small=true icon=Glyph::Trash busy=delete.pending() busy_words="Deleting…">"Delete for good"</Button>
                </ActionForm>
            </details>
        </li>
    }
}
