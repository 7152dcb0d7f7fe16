//! After a call: what was said, in step with the recording; what it means, each line with its evidence; what to do next.

mod cues;
mod header;
mod insights;
mod numbers;
mod part;
mod player;
mod tools;
mod transcript;

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::use_query_map;
use model::{Call, CallId, CallState, Code, Millis, Problem, Review, ShownReview, TranscriptJob};

use self::part::ShownPart;
use super::api;
use crate::components::{Banner, ButtonLink, ErrorState, Skeleton, SkeletonLines, Tone};
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
    /// Where the player is.
    at: RwSignal<Millis>,
    /// Where the player should go; each request is new, so that the same place can be asked for twice.
    seek: RwSignal<Option<Millis>>,
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
            <Suspense fallback=|| view! { <SkeletonLines shape=Skeleton::Card count=4 label="Loading the review" /> }>
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

#[component]
fn Gone(message: String) -> impl IntoView {
    view! {
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
        at: RwSignal::new(Millis::ZERO),
        seek: RwSignal::new(None),
        evidence: RwSignal::new(Vec::new()),
        failed: RwSignal::new(None),
        actions,
    };
    shared.reload_after(move || actions.patch.value().get());
    shared.reload_after(move || actions.swap.value().get());
    shared.reload_after(move || actions.correct.value().get());
    shared.reload_after(move || actions.done.value().get());
    shared.reload_after(move || actions.recognize.value().get());
    let call = shared.call();
    let state = Memo::new(move |_| call.with(|call| call.state));
    let transcript_job = Memo::new(move |_| shared.review.with(|review| review.transcript_job));
    after_events(REVIEW, Some(shared.id.to_string()), move || shared.reload());
    view! {
        <header::Header shared />
        <State shared state />
        {move || transcript_job.get().map(|job| view! { <TranscriptState job /> })}
        {move || shared.failed.get().map(|message| view! { <Banner tone=Tone::Bad>{message}</Banner> })}
        <div class=css::COLUMNS>
            <div class=css::MAIN>
                <player::Player shared />
                <cues::Timeline shared />
                <transcript::Transcript shared />
            </div>
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

/// What stands between the person and the whole review.
#[component]
fn State(shared: ReviewContext, state: Memo<CallState>) -> impl IntoView {
    let live = super::live_path(shared.id);
    move || match state.get() {
        CallState::Finishing => Some(
            view! {
                <Banner tone=Tone::Info title="The review is being written">
                    "The last words, the summary and the numbers fill in by themselves. "
                    <noscript>"Reload the page in a moment."</noscript>
                </Banner>
            }
            .into_any(),
        ),
        CallState::Live | CallState::Prepared => {
            let live = live.clone();
            let title = if state.get() == CallState::Live { "This call is still running" } else { "This call has not started" };
            Some(
                view! {
                    <Banner tone=Tone::Info title=title actions=move || view! { <ButtonLink href=live.clone() small=true>"Open the live page"</ButtonLink> }>
                        "What is known so far is below."
                    </Banner>
                }
                .into_any(),
            )
        }
        CallState::Ended => None,
    }
}

/// How making the transcript from the recording goes.
#[component]
fn TranscriptState(job: TranscriptJob) -> impl IntoView {
    match job {
        TranscriptJob::Running => view! {
            <Banner tone=Tone::Info title="The transcript is being made from the recording">
                "It takes about as long as the call. The new lines, suggestions and numbers come by themselves. "
                <noscript>"Reload the page in a moment."</noscript>
            </Banner>
        },
        TranscriptJob::Failed => view! {
            <Banner tone=Tone::Bad title="The transcript could not be made from the recording">
                "What was there before is unchanged. Try again below, or with another recognizer."
            </Banner>
        },
    }
}
