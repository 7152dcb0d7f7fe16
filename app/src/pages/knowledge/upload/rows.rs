//! The queue as a list: each file with its progress, and what came of it.

use leptos::prelude::*;
use model::{DocumentId, Given};

use super::queue::{Queue, Row, Sending};
use crate::components::{Button, For, Glyph, Icon, IconButton, Progress, Show};
use crate::pages::knowledge::{labels, path};
use crate::styles::knowledge_upload as css;

/// As many rows are shown; those of files that wait or are done come last.
const SHOWN: usize = 50;

/// The files that are being sent: new ones, or a document's next version.
#[component]
pub fn Sendings(queue: StoredValue<Queue>, #[prop(optional, into)] replaces: Option<DocumentId>) -> impl IntoView {
    let all = Signal::derive(move || queue.with_value(|queue| queue.shown(replaces)));
    let summary = Memo::new(move |_| all.with(|rows| Summary::of(rows)));
    let rows = Signal::derive(move || {
        let mut rows = all.get();
        // What went well is told by the number, and stands in the list of documents: no file stands twice on the page.
        if replaces.is_none() {
            rows.retain(Row::is_worth_a_line);
        }
        rows
    });
    let more = move || rows.with(|rows| rows.len().saturating_sub(SHOWN));
    view! {
        // Said once when it begins and once when it ends: a file a second would be too much to listen to.
        <p class="visually-hidden" role="status">{move || summary.with(Summary::spoken)}</p>
        <Show when=move || summary.with(|summary| summary.all > 0)>
            <section class=css::QUEUE aria-label="Files being added">
                <div class=css::HEAD>
                    <p class=css::HEADING>{move || summary.with(Summary::shown)}</p>
                    <Show when=move || summary.with(|summary| summary.done > 0)>
                        <Button small=true on:click=move |_| queue.with_value(|queue| queue.clear(replaces))>"Clear the list"</Button>
                    </Show>
                </div>
                <ul class=css::LIST data-empty=move || rows.with(Vec::is_empty).then_some("")>
                    <For
                        each=move || rows.get().into_iter().take(SHOWN)
                        key=|row| row.number
                        children=move |row| view! { <Item queue row /> }
                    />
                </ul>
                <Show when=move || { more() > 0 }>
                    <p class="soft small">{move || format!("and {} more", more())}</p>
                </Show>
            </section>
        </Show>
    }
}

/// How far all are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Summary {
    all: usize,
    done: usize,
    /// Those of `done` that were here already.
    here: usize,
    failed: usize,
}

impl Summary {
    fn of(rows: &[Row]) -> Self {
        let mut summary = Self { all: rows.len(), ..Self::default() };
        for row in rows {
            match row.state.get_untracked() {
                Sending::Done(given) => {
                    summary.done += 1;
                    summary.here += usize::from(given.is_some_and(|given| given.duplicate));
                }
                Sending::Failed(_) => summary.failed += 1,
                _ => {}
            }
        }
        summary
    }

    fn is_settled(&self) -> bool {
        self.done + self.failed == self.all
    }

    fn shown(&self) -> String {
        let files = |count: usize| labels::counted(i64::try_from(count).unwrap_or(i64::MAX), "file");
        if !self.is_settled() {
            return format!("Adding {}, {} done", files(self.all), self.done + self.failed);
        }
        let mut shown = format!("{} added", files(self.done - self.here));
        for (count, what) in [(self.here, "already here"), (self.failed, "not taken")] {
            if count > 0 {
                shown.push_str(&format!(", {count} {what}"));
            }
        }
        shown
    }

    fn spoken(&self) -> String {
        match (self.all, self.is_settled()) {
            (0, _) => String::new(),
            (_, false) => "Adding files".to_owned(),
            (_, true) => self.shown(),
        }
    }
}

/// What a row shows; the numbers within are followed by themselves.
#[derive(Clone, PartialEq)]
enum Phase {
    Waiting,
    Moving,
    Done(Option<Given>),
    Failed(String),
}

#[component]
fn Item(queue: StoredValue<Queue>, row: Row) -> impl IntoView {
    let Row { number, name, folder, bytes, state, .. } = row;
    let state = RwSignal::from(state);
    let phase = Memo::new(move |_| match state.get() {
        Sending::Waiting => Phase::Waiting,
        Sending::Running { .. } | Sending::Paused { .. } | Sending::Finishing => Phase::Moving,
        Sending::Done(given) => Phase::Done(given),
        Sending::Failed(sentence) => Phase::Failed(sentence),
    });
    let settled = move || matches!(phase.get(), Phase::Done(_));
    let size = labels::size(i64::try_from(bytes).unwrap_or(i64::MAX));
    let about = if folder.is_empty() { size } else { format!("{folder} · {size}") };
    let cancel = format!("Take {name} out");
    view! {
        <li class=css::ROW>
            <div class=css::FILE>
                <span class="truncate" title=name.clone()>{name.clone()}</span>
                <span class="soft small truncate">{about}</span>
            </div>
            <div class=css::HOW>
                {move || match phase.get() {
                    Phase::Waiting => view! { <span class="soft small">"Waiting"</span> }.into_any(),
                    Phase::Moving => view! { <Moving state bytes /> }.into_any(),
                    Phase::Done(given) => view! { <Done given /> }.into_any(),
                    Phase::Failed(sentence) => view! {
                        <p class=css::PROBLEM role="alert"><Icon glyph=Glyph::Bad /><span>{sentence}</span></p>
                        <Button small=true icon=Glyph::Refresh on:click=move |_| queue.with_value(|queue| queue.retry(number))>"Try again"</Button>
                    }
                    .into_any(),
                }}
            </div>
            <Show when=move || !settled()>
                <IconButton glyph=Glyph::Close label=cancel.clone() small=true on:click=move |_| queue.with_value(|queue| queue.cancel(number)) />
            </Show>
        </li>
    }
}

#[component]
fn Moving(state: RwSignal<Sending>, bytes: u64) -> impl IntoView {
    let label = Signal::derive(move || match state.get() {
        Sending::Paused { why, .. } => format!("{why} Goes on by itself."),
        Sending::Finishing => "Storing".to_owned(),
        _ => "Sending".to_owned(),
    });
    #[allow(clippy::cast_precision_loss)]
    let share = move |received: u64| received as f64 / bytes.max(1) as f64;
    let value = Signal::derive(move || match state.get() {
        Sending::Running { received } | Sending::Paused { received, .. } => Some(share(received)),
        _ => None,
    });
    view! { <Progress label value /> }
}

#[component]
fn Done(given: Option<Given>) -> impl IntoView {
    match given {
        Some(Given { document, duplicate: true }) => {
            view! { <span class="small">"Already here: " <a class=css::OPEN href=path(document)>"open it"</a></span> }.into_any()
        }
        Some(Given { document, .. }) => {
            view! { <span class="small">"Added: " <a class=css::OPEN href=path(document)>"open it"</a></span> }.into_any()
        }
        None => view! { <span class="small">"Added"</span> }.into_any(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_is_told_with_what_was_not_taken() {
        let summary = |all, done, failed| Summary { all, done, here: 0, failed };
        assert_eq!(summary(3, 1, 0).shown(), "Adding 3 files, 1 done");
        assert_eq!(summary(3, 3, 0).shown(), "3 files added");
        assert_eq!(summary(2, 1, 1).spoken(), "1 file added, 1 not taken");
        assert_eq!(Summary { here: 2, ..summary(5, 4, 1) }.shown(), "2 files added, 2 already here, 1 not taken");
        assert_eq!((summary(0, 0, 0).spoken(), summary(2, 0, 1).spoken()), (String::new(), "Adding files".into()));
    }
}
