//! Calls: set up, listed, read, corrected, exported. What happens while one is live is in [`live`].

pub mod export;
pub mod live;
pub mod recording;
pub mod sample;

use model::{
    Bookmark, Call, CallFilter, CallHit, CallId, CallPatch, Cue, CueState, NewCall, Page, Preparation, RecognizerKind, Review, Segment,
};

use crate::error::{DomainError, Result};
use crate::scope::Scope;
use crate::services::Services;

pub async fn prepare(services: &Services, scope: &Scope) -> Result<Preparation> { todo!() }
pub async fn create(services: &Services, scope: &Scope, new: NewCall) -> Result<Call> { todo!() }
pub async fn get(services: &Services, scope: &Scope, id: CallId) -> Result<Call> { todo!() }
pub async fn list(services: &Services, scope: &Scope, filter: CallFilter, cursor: Option<&str>, limit: u32) -> Result<Page<CallHit>> { todo!() }
pub async fn patch(services: &Services, scope: &Scope, id: CallId, patch: CallPatch) -> Result<Call> { todo!() }
pub async fn delete(services: &Services, scope: &Scope, id: CallId) -> Result<()> { todo!() }
pub async fn review(services: &Services, scope: &Scope, id: CallId) -> Result<Review> { todo!() }
pub async fn transcript(services: &Services, scope: &Scope, id: CallId) -> Result<Vec<Segment>> { todo!() }
pub async fn cues(services: &Services, scope: &Scope, id: CallId) -> Result<Vec<Cue>> { todo!() }
pub async fn set_cue_state(services: &Services, scope: &Scope, id: CallId, cue: i64, state: CueState) -> Result<()> { todo!() }
pub async fn correct_segment(services: &Services, scope: &Scope, id: CallId, segment: i64, text: &str) -> Result<Segment> { todo!() }
pub async fn swap_channels(services: &Services, scope: &Scope, id: CallId) -> Result<()> { todo!() }
/// ticks an action item of the review; `item` is its index
pub async fn set_action_done(services: &Services, scope: &Scope, id: CallId, item: u32, done: bool) -> Result<()> { todo!() }
/// Ends a live call from outside its page (REST, or a page that can't reconnect).
pub async fn end(services: &Services, scope: &Scope, id: CallId) -> Result<Call> { todo!() }
/// Makes the transcript (again) from the recording; the work is a job.
pub async fn recognize_later(services: &Services, scope: &Scope, id: CallId, with: RecognizerKind) -> Result<()> { todo!() }
