//! Small networks in this process: their weights, which are there while somebody uses them, and the threads that compute.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rten::ThreadPool;
use rten_tensor::NdTensor;
use tokio::sync::Semaphore;
use tokio::time::Instant;

/// Weights that nobody used for so long are let go: it takes a third of a second to have them back.
pub(crate) const IDLE: Duration = Duration::from_secs(600);

/// A network that is loaded when it is first used.
pub(crate) struct Weights<N> {
    held: Mutex<Held<N>>,
}

struct Held<N> {
    network: Option<Arc<N>>,
    used: Instant,
}

impl<N: Send + Sync + 'static> Weights<N> {
    pub(crate) fn new(network: Option<N>) -> Arc<Self> {
        Arc::new(Self { held: Mutex::new(Held { network: network.map(Arc::new), used: Instant::now() }) })
    }

    /// The network, loaded if it isn't there. Takes a moment then.
    ///
    /// # Errors
    /// Those of loading it.
    pub(crate) fn get<E>(&self, load: impl FnOnce() -> Result<N, E>) -> Result<Arc<N>, E> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.used = Instant::now();
        if let Some(network) = &held.network {
            return Ok(Arc::clone(network));
        }
        let network = Arc::new(load()?);
        held.network = Some(Arc::clone(&network));
        Ok(network)
    }

    pub(crate) fn is_loaded(&self) -> bool {
        self.held.lock().unwrap_or_else(PoisonError::into_inner).network.is_some()
    }

    /// Lets it go once nobody used it for a while.
    pub(crate) fn let_go_when_idle(self: &Arc<Self>) {
        let weights = Arc::downgrade(self);
        tokio::spawn(async move {
            while let Some(again) = weights.upgrade().and_then(|weights| weights.let_go()) {
                tokio::time::sleep_until(again).await;
            }
        });
    }

    /// Lets it go if nobody used it for a while; when to look again, as long as it is there.
    fn let_go(&self) -> Option<Instant> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.network.as_ref()?;
        let until = held.used + IDLE;
        if until > Instant::now() {
            return Some(until);
        }
        held.network = None;
        None
    }
}

/// A thread that computes one piece of work at a time.
pub(crate) struct Lane {
    pub(crate) thread: Arc<ThreadPool>,
    turn: Arc<Semaphore>,
    #[cfg(test)]
    pub(crate) pieces: std::sync::atomic::AtomicUsize,
}

/// How much a thread steps back for others.
#[derive(Clone, Copy)]
pub(crate) enum Niceness {
    Lowest,
    Normal,
}

impl Lane {
    pub(crate) fn new(niceness: Niceness) -> Self {
        let thread = ThreadPool::with_num_threads(1);
        // Niceness belongs to a thread on Linux only; elsewhere it would be the whole server's.
        #[cfg(target_os = "linux")]
        thread.run(|| {
            if matches!(niceness, Niceness::Lowest) {
                let _ = rustix::process::nice(19);
            }
        });
        #[cfg(not(target_os = "linux"))]
        let _ = niceness;
        Self {
            thread: Arc::new(thread),
            turn: Arc::new(Semaphore::new(1)),
            #[cfg(test)]
            pieces: std::sync::atomic::AtomicUsize::new(0),
        }
    }

    /// Takes the lane for one piece of work; none if it stopped. Whoever stops waiting ends its request between two pieces.
    pub(crate) async fn run<T: Send + 'static>(&self, work: impl FnOnce(&Arc<ThreadPool>) -> T + Send + 'static) -> Option<T> {
        // Held by the work, not by whoever waits: a request that was cancelled still has its batch on the thread.
        let turn = self.turn.clone().acquire_owned().await.ok()?;
        let thread = Arc::clone(&self.thread);
        let task = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            // Within a pool of one thread everything below that would use several stays on that thread.
            thread.run(|| work(&thread))
        });
        task.await.ok()
    }
}

/// Rows of numbers as one matrix, filled up with zeros, and where there are some (1) and where not (0).
pub(crate) fn matrix(rows: &[Vec<u32>]) -> (NdTensor<i32, 2>, NdTensor<i32, 2>) {
    let longest = rows.iter().map(Vec::len).max().unwrap_or(0);
    let mut numbers = NdTensor::<i32, 2>::zeros([rows.len(), longest]);
    let mut mask = NdTensor::<i32, 2>::zeros([rows.len(), longest]);
    for (row, of) in rows.iter().enumerate() {
        for (column, number) in of.iter().enumerate() {
            numbers[[row, column]] = i32::try_from(*number).unwrap_or(i32::MAX);
            mask[[row, column]] = 1;
        }
    }
    (numbers, mask)
}

/// What an error says first.
pub(crate) fn first_line(error: &dyn std::error::Error) -> String {
    error.to_string().lines().next().unwrap_or("it fails").to_owned()
}
