//! What happens in an organization, as a stream for one of its members: from a place on, without gap and without repetition, as long as
//! what it was opened with holds.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use futures::StreamExt;
use futures::stream::BoxStream;
use model::Problem;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

use crate::identity;
use kernel::{Actor, Delivered, Kernel, Registry, Result};

/// Events that are read from the database at once.
const BATCH: i64 = 200;

/// What a stream tells.
#[derive(Debug)]
pub enum Told {
    /// It begins after this place.
    Opened(i64),
    /// What came after the place that was asked for isn't kept any more: what was known has to be asked for anew. It goes on after this one.
    Reset(i64),
    /// Something happened.
    Happened(Arc<Delivered>),
    /// It ends, and why.
    Over(Problem),
}

/// Which events are asked for.
#[derive(Clone, Debug, Default)]
struct Names(Vec<String>);

impl Names {
    /// Names and beginnings of names (`call.*`), with commas between them. None: all.
    fn parse(registry: &Registry, text: &str) -> Result<Self> {
        let names: Vec<String> = text.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect();
        let known = |name: &&String| registry.events.iter().any(|event| fits(name, event.name));
        match names.iter().find(|name| !known(name)) {
            None => Ok(Self(names)),
            Some(unknown) => {
                let unknown: String = unknown.chars().take(60).collect();
                let sentence = format!("There is no event “{unknown}”. /api/v1/events/catalogue lists those that there are.");
                Err(Problem::of_field("names", sentence).into())
            }
        }
    }

    fn contain(&self, name: &str) -> bool {
        self.0.is_empty() || self.0.iter().any(|asked| fits(asked, name))
    }
}

fn fits(asked: &str, name: &str) -> bool {
    match asked.strip_suffix(".*") {
        Some(area) => name.strip_prefix(area).is_some_and(|rest| rest.starts_with('.')),
        None => asked == name,
    }
}

/// Who listens, with the rights that they have now.
type Listener = Arc<Mutex<Actor>>;

struct Stream {
    kernel: Kernel,
    listener: Listener,
    names: Names,
    live: Receiver<Arc<Delivered>>,
    /// Everything up to this place was told or is none of the listener's.
    last: i64,
    /// Whether the database has more than the live events.
    behind: bool,
    ready: VecDeque<Told>,
}

/// Opens a stream: after a place, or from now on. `names` are those that are wanted, with commas between them; none: all.
///
/// It ends with [`Told::Over`] when the member's credential, role or membership does not hold any more.
///
/// # Errors
/// `forbidden` for others than members, `invalid` for a name that no event has, `rate_limited` with too much open.
pub async fn open(kernel: &Kernel, actor: &Actor, after: Option<i64>, names: &str) -> Result<BoxStream<'static, Told>> {
    actor.member()?;
    let names = Names::parse(kernel.state(), names)?;
    let held = identity::hold_open(kernel, actor)?;
    // First, so that nothing falls between the database and what comes live.
    let live = kernel.hub().subscribe(actor.organization);
    let head = kernel.store().event_head().await?;
    let (last, first) = match after {
        None => (head, Some(Told::Opened(head))),
        Some(after) if is_forgotten(kernel, after, head).await? => (head, Some(Told::Reset(head))),
        Some(after) => (after, None),
    };
    let listener: Listener = Arc::new(Mutex::new(actor.clone()));
    let stream = Stream {
        kernel: kernel.clone(),
        listener: listener.clone(),
        names,
        live,
        last,
        behind: last < head,
        ready: first.into_iter().collect(),
    };
    let told = futures::stream::unfold(stream, |mut stream| async move { Some((stream.next().await?, stream)) });
    // One of the member's open ones, until it is gone.
    Ok(until_over(kernel, actor, listener, told.boxed()).inspect(move |_| _ = &held).boxed())
}

/// Whether events after a place are gone, or the place is none of this database's.
async fn is_forgotten(kernel: &Kernel, after: i64, head: i64) -> Result<bool> {
    if after >= head {
        return Ok(after > head);
    }
    Ok(kernel.store().first_event().await?.is_none_or(|first| first > after + 1))
}

/// The stream as long as its listener may listen, and then why it is over.
fn until_over(kernel: &Kernel, actor: &Actor, listener: Listener, told: BoxStream<'static, Told>) -> BoxStream<'static, Told> {
    let reason = Arc::new(Mutex::new(None));
    let over = {
        let (kernel, actor, reason) = (kernel.clone(), actor.clone(), reason.clone());
        async move {
            let allowed = |now: Actor| {
                *listener.lock().unwrap_or_else(PoisonError::into_inner) = now;
                std::future::ready(Ok(()))
            };
            let problem = identity::until_over(&kernel, &actor, allowed).await;
            *reason.lock().unwrap_or_else(PoisonError::into_inner) = Some(problem);
        }
    };
    let why = futures::stream::once(async move { reason.lock().unwrap_or_else(PoisonError::into_inner).take().map(Told::Over) });
    told.take_until(Box::pin(over)).chain(why.filter_map(std::future::ready)).boxed()
}

impl Stream {
    async fn next(&mut self) -> Option<Told> {
        loop {
            if let Some(told) = self.ready.pop_front() {
                return Some(told);
            }
            if self.behind {
                self.catch_up().await;
                continue;
            }
            match self.live.recv().await {
                Ok(event) if event.position <= self.last => {}
                Ok(event) => {
                    self.last = event.position;
                    if self.shows(&event) {
                        return Some(Told::Happened(event));
                    }
                }
                Err(RecvError::Lagged(_)) => self.behind = true,
                Err(RecvError::Closed) => return None,
            }
        }
    }

    async fn catch_up(&mut self) {
        let organization = self.listener.lock().unwrap_or_else(PoisonError::into_inner).organization;
        let events = match self.kernel.store().events_of(organization, self.last, BATCH).await {
            Ok(events) => events,
            Err(error) => {
                kernel::DomainError::from(error).log("a stream of events could not catch up");
                tokio::time::sleep(std::time::Duration::from_secs(1)).await;
                return;
            }
        };
        self.behind = i64::try_from(events.len()).is_ok_and(|count| count >= BATCH);
        for event in events {
            self.last = event.position;
            let event = Arc::new(Delivered::from(event));
            if self.shows(&event) {
                self.ready.push_back(Told::Happened(event));
            }
        }
    }

    /// Whether the listener asked for it and may know of it. An event of no manifest (an older release's) is nobody's.
    fn shows(&self, event: &Delivered) -> bool {
        let Some(entry) = self.kernel.state::<Registry>().event(&event.name) else { return false };
        let listener = self.listener.lock().unwrap_or_else(PoisonError::into_inner);
        self.names.contain(&event.name) && entry.may_be_seen(&listener, event.member, event.open_to.as_deref())
    }
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn names_and_their_beginnings() {
        assert!(fits("call.ended", "call.ended") && fits("call.*", "call.ended"));
        assert!(!fits("call.*", "calls.ended") && !fits("call", "call.ended") && !fits("call.ended", "call.*"));
    }
}
