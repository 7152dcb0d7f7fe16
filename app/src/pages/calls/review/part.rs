//! Which part of the transcript a review shows. A long call's page begins with its first lines, or with those around the one that a link
//! names; the others come when somebody wants them, or when the player gets there.

use std::collections::HashMap;
use std::ops::Range;

use leptos::prelude::*;
use leptos::task::spawn_local;
use model::{Millis, OutlineLine, ShownReview};

use super::ReviewContext;
use crate::pages::calls::{api, browser};

/// Most lines on the page at once.
const MOST_LINES: u32 = 3 * ShownReview::LINES;

/// The part, and the whole that it is of.
#[derive(Clone, Copy)]
pub struct ShownPart {
    /// All lines of the transcript, in order of start.
    pub outline: RwSignal<Vec<OutlineLine>>,
    /// Place of the first shown line in it.
    pub from: RwSignal<u32>,
    /// Place and start of each line, by its number.
    places: Memo<HashMap<i64, (u32, Millis)>>,
    /// Lines are on their way.
    pub loading: RwSignal<bool>,
}

impl ShownPart {
    pub fn new(outline: Vec<OutlineLine>, from: u32) -> Self {
        let outline = RwSignal::new(outline);
        let places = Memo::new(move |_| {
            outline.with(|outline| outline.iter().zip(0..).map(|(line, place)| (line.number, (place, line.start_ms))).collect())
        });
        Self { outline, from: RwSignal::new(from), places, loading: RwSignal::new(false) }
    }

    /// When a line begins; none if it is gone.
    pub fn start(self, number: i64) -> Option<Millis> {
        self.places.with_untracked(|places| places.get(&number).map(|(_, start)| *start))
    }

    /// The line at a place.
    pub fn number(self, place: u32) -> Option<i64> {
        self.outline.with(|outline| outline.get(place as usize).map(|line| line.number))
    }
}

impl ReviewContext {
    /// The places that are shown; none after the page is gone.
    pub fn shown(self) -> Option<Range<u32>> {
        let from = self.part.from.try_get_untracked()?;
        let lines = self.review.try_with_untracked(|review| review.segments.len())? as u32;
        Some(from..from + lines)
    }

    /// Whether a line is among those that are shown. Told again when they change.
    pub fn shows(self, number: i64) -> bool {
        let lines = self.review.with(|review| review.segments.len()) as u32;
        let from = self.part.from.get();
        let place = self.part.places.with(|places| places.get(&number).map(|(place, _)| *place));
        // What is no line of the transcript any more is nowhere else either.
        place.is_none_or(|place| (from..from + lines).contains(&place))
    }

    /// The link to a line.
    pub fn line_href(self, number: i64) -> String {
        if self.shows(number) { format!("#segment-{number}") } else { format!("?line={number}#segment-{number}") }
    }

    /// Shows the part with a line in place of the one that is shown, and goes there if somebody wants to.
    pub fn show_line(self, number: i64, go: bool) {
        if self.part.loading.get_untracked() {
            return;
        }
        self.part.loading.set(true);
        spawn_local(async move {
            let shown = self.take(api::review_call(self.id, Some(number), None, None).await);
            self.part.loading.try_set(false);
            if shown && go {
                browser::go_to(format!("segment-{number}"));
            }
        });
    }

    /// Shows the lines before, or after, those that are shown too.
    pub fn show_more(self, earlier: bool) {
        let Some(shown) = self.shown().filter(|_| !self.part.loading.get_untracked()) else { return };
        let wanted = if earlier {
            shown.start.saturating_sub(ShownReview::LINES)..shown.start
        } else {
            shown.end..shown.end.saturating_add(ShownReview::LINES)
        };
        self.part.loading.set(true);
        spawn_local(async move {
            let answer = api::transcript_lines(self.id, wanted.start, wanted.end).await;
            self.part.loading.try_set(false);
            match answer {
                // The transcript was made anew meanwhile, or somebody went elsewhere.
                Ok(_) if self.shown() != Some(shown) => {}
                Ok(lines) => {
                    self.failed.try_set(None);
                    if earlier {
                        self.part.from.try_set(wanted.start);
                    }
                    self.review.try_update(|review| {
                        let at = if earlier { 0 } else { review.segments.len() };
                        review.segments.splice(at..at, lines);
                    });
                    self.let_go(earlier);
                }
                Err(error) => {
                    self.failed.try_set(Some(error.to_string()));
                }
            }
        });
    }

    /// Takes lines from the page that are far from those that somebody wanted: however far they go, it holds no more than some hundreds.
    fn let_go(self, earlier: bool) {
        let Some(shown) = self.shown() else { return };
        let surplus = (shown.end - shown.start).saturating_sub(MOST_LINES) as usize;
        if surplus == 0 {
            return;
        }
        if !earlier {
            self.part.from.try_set(shown.start + surplus as u32);
        }
        self.review.try_update(|review| {
            let lines = review.segments.len();
            review.segments.drain(if earlier { lines - surplus..lines } else { 0..surplus });
        });
    }

    /// Has the line that is being played on the page.
    pub fn follow(self, number: i64) {
        if untrack(|| self.shows(number)) {
            return;
        }
        let next = self.shown().and_then(|shown| self.part.outline.with_untracked(|outline| Some(outline.get(shown.end as usize)?.number)));
        if next == Some(number) { self.show_more(false) } else { self.show_line(number, false) }
    }
}
