//! After a call: what was said, in step with the recording; what it means, each line with its evidence; what to do next.

mod cues;
mod header;
mod insights;
mod numbers;
mod part;
mod sound;
mod tools;
mod transcript;

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::use_query_map;
use model::{Call, CallId, Code, Problem, Review, ShownReview, TranscriptJob};

use self::part::ShownPart;
use super::api;
use crate::components::{Banner, ButtonLink, ErrorState, PageTitle, Playback, Skeleton, SkeletonLines, Tone};
use crate::error::AppError;
use crate::events::{REVIEW, after_events};
use crate::pages::identity::FormState;
use crate::rpc::{FormAction, blocking_resource};
use crate::styles::calls_review as css;

/// What the parts of a review share.
#[derive(Clone, Copy)]
struct ReviewContext {
    id: CallId,
    /// Its segments are the part of the transcript that is shown.
    review: RwSignal<Review>,
    part: ShownPart,
    playback: Playback,
    /// Segments that the line under the pointer rests on.
    evidence: RwSignal<Vec<i64>>,
    /// What asking for the review again failed with.
    failed: RwSignal<Option<String>>,
    actions: ReviewActions,
}

/// What can be changed of a call. Made outside of the part that waits for the review, so that a form that was sent without
/// JavaScript finds its answer.
#[derive(Clone, Copy)]
struct ReviewActions {
    patch: FormAction<api::PatchCall>,
    swap: FormAction<api::SwapChannels>,
    correct: FormAction<api::CorrectSegment>,
    done: FormAction<api::SetActionDone>,
    recognize: FormAction<api::RecognizeLater>,
    delete: FormAction<api::DeleteCall>,
    /// What the last of them failed with.
    problem: Signal<Option<Problem>>,
}

impl ReviewActions {
    fn new() -> Self {
        let (patch, swap, correct) = (FormAction::new(), FormAction::new(), FormAction::new());
        let (done, recognize, delete) = (FormAction::new(), FormAction::new(), FormAction::new());
        let problems = [
            FormState::of(patch).problem(),
            FormState::of(swap).problem(),
            FormState::of(correct).problem(),
            FormState::of(done).problem(),
            FormState::of(recognize).problem(),
            FormState::of(delete).problem(),
        ];
        let problem = Signal::derive(move || problems.iter().find_map(|problem| problem.get()));
        Self { patch, swap, correct, done, recognize, delete, problem }
    }
}

impl ReviewContext {
    fn call(self) -> Memo<Call> {
        Memo::new(move |_| self.review.with(|review| review.call.clone()))
    }

    /// What was spoken in it, as a BCP 47 tag.
    fn language(self) -> String {
        self.review.with_untracked(|review| review.call.language.clone())
    }

    /// Asks for the review again, in place: the player goes on, and the same part of the transcript stays.
    fn reload(self) {
        let Some(shown) = self.shown() else { return };
        spawn_local(async move {
            let answer = api::review_call(self.id, None, Some(shown.start), Some(shown.end)).await;
            self.take(answer);
        });
    }

    /// Shows what the server answered; whether it was a review.
    fn take(self, answer: Result<ShownReview, AppError>) -> bool {
        match answer {
            Ok(ShownReview { review, outline, from }) => {
                self.failed.try_set(None);
                // What is the same stays as it is: the focus, a text that is being corrected.
                if self.part.outline.try_with_untracked(|old| *old != outline) == Some(true) {
                    self.part.outline.try_set(outline);
                }
                if self.part.from.try_get_untracked() != Some(from) {
                    self.part.from.try_set(from);
                }
                if self.review.try_with_untracked(|old| *old != review) == Some(true) {
                    self.review.try_set(review);
                }
                true
            }
            Err(error) => {
                self.failed.try_set(Some(error.to_string()));
                false
            }
        }
    }

    /// Shows the changed review after a change.
    fn reload_after<T: Clone + Send + Sync + 'static>(self, answer: impl Fn() -> Option<Result<T, AppError>> + 'static) {
        Effect::new(move |_| {
            if let Some(Ok(_)) = answer() {
                self.reload();
            }
        });
    }
}

/// The review of the call in the path.
#[component]
pub fn ReviewPage() -> impl IntoView {
    let id = super::id_of_path();
    let actions = ReviewActions::new();
    // A link to a line, or to one that is being corrected, shows the part that it is in.
    let query = use_query_map();
    let line = Memo::new(move |_| query.with(|query| ["line", "edit"].iter().find_map(|name| query.get(name)?.parse::<i64>().ok())));
    let review = blocking_resource(
        move || (id.get(), line.get()),
        |(id, line)| async move {
            match id {
                Some(id) => api::review_call(id, line, None, None).await,
                None => Err(AppError::new(Code::NotFound, "There is no such call. It may have been deleted.")),
            }
        },
    );
    view! {
        <div class="page page-wide">
            {move || actions.problem.get().map(|problem| view! { <Banner tone=Tone::Bad>{problem.message}</Banner> })}
            <Suspense fallback=|| view! { <Coming /> }>
                {move || Suspend::new(async move {
                    match review.await {
                        Ok(review) => view! { <Loaded review actions /> }.into_any(),
                        Err(error) if error.code() == Code::NotFound => view! { <Gone message=error.to_string() /> }.into_any(),
                        Err(error) => view! { <ErrorState error retry=Callback::new(move |()| review.refetch()) /> }.into_any(),
                    }
                })}
            </Suspense>
        </div>
    }
}

/// The shape of a review that is on its way.
#[component]
fn Coming() -> impl IntoView {
    view! {
        <SkeletonLines shape=Skeleton::Title count=1 label="Loading the review" />
        <p class="soft">"The review is being fetched."</p>
        <div class=css::COLUMNS>
            <SkeletonLines shape=Skeleton::Row count=8 label="" />
            <SkeletonLines shape=Skeleton::Card count=3 label="" />
        </div>
    }
}

#[component]
fn Gone(message: String) -> impl IntoView {
    view! {
        <PageTitle text="Not found" />
        <Banner tone=Tone::Warn title="No such call" actions=|| view! { <ButtonLink href="/calls" small=true>"All calls"</ButtonLink> }>
            {message}
        </Banner>
    }
}

#[component]
fn Loaded(review: ShownReview, actions: ReviewActions) -> impl IntoView {
    let ShownReview { review, outline, from } = review;
    let shared = ReviewContext {
        id: review.call.id,
        review: RwSignal::new(review),
        part: ShownPart::new(outline, from),
        playback: Playback::new(),
        evidence: RwSignal::new(Vec::new()),
        failed: RwSignal::new(None),
        actions,
    };
    shared.reload_after(move || actions.patch.value().get());
    shared.reload_after(move || actions.swap.value().get());
    shared.reload_after(move || actions.correct.value().get());
    shared.reload_after(move || actions.done.value().get());
    shared.reload_after(move || actions.recognize.value().get());
    // What has come is told of in the same place: if it went, the page would move.
    let transcript_job = Memo::new(move |before: Option<&Option<Option<TranscriptJob>>>| {
        let now = shared.review.with(|review| review.transcript_job);
        (now.is_some() || before.is_some_and(Option::is_some)).then_some(now)
    });
    let reload = move || {
        if !actions.delete.is_sent() {
            shared.reload();
        }
    };
    after_events(REVIEW, Some(shared.id.to_string()), reload);
    view! {
        <header::Header shared />
        {move || transcript_job.get().map(|job| view! { <TranscriptState job /> })}
        {move || shared.failed.get().map(|message| view! { <Banner tone=Tone::Bad>{message}</Banner> })}
        <sound::Sound shared />
        <div class=css::COLUMNS>
            <transcript::Transcript shared />
            <div class=css::SIDE>
                <insights::Findings shared />
                <numbers::Numbers shared />
                <cues::Cues shared />
                <tools::NotesAndMarks shared />
                <tools::Tools shared />
            </div>
        </div>
    }
}

/// How making the transcript from the recording goes.
#[component]
fn TranscriptState(job: Option<TranscriptJob>) -> impl IntoView {
    match job {
        None => view! {
            <Banner tone=Tone::Good title="The transcript was made from the recording">
                "Lines, suggestions and numbers are those of the new one."
            </Banner>
        },
        Some(TranscriptJob::Running) => view! {
            <Banner tone=Tone::Info title="The transcript is being made from the recording">
                "It takes about as long as the call. The new lines, suggestions and numbers come by themselves. "
                <noscript>"Reload the page in a moment."</noscript>
            </Banner>
        },
        Some(TranscriptJob::Failed) => view! {
            <Banner tone=Tone::Bad title="The transcript could not be made from the recording">
                "What was there before is unchanged. Try again below, or with another recognizer."
            </Banner>
        },
    }
}
