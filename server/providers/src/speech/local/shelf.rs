//! LoadedModel models: each is loaded when it is first needed, shared by all who need it, and let go when nobody has needed it for a while.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::engine::{Ear, Engine};
use super::files::{LocalModelError, ModelFile};

/// How often those who wait for an ear look whether they still need it.
const LOOK: Duration = Duration::from_millis(50);

/// A model that is loaded, and as many ears as there are processors: more passes at once would only hold each other up.
pub(super) struct LoadedModel {
    pub engine: Engine,
    ears: Mutex<Ears>,
    freed: Condvar,
}

struct Ears {
    free: Vec<Ear>,
    /// How many more may be made.
    more: usize,
}

/// An ear, until it is dropped.
pub(super) struct Borrowed<'a> {
    loaded: &'a LoadedModel,
    ear: Option<Ear>,
}

impl LoadedModel {
    fn new(engine: Engine, ears: usize) -> Self {
        Self { engine, ears: Mutex::new(Ears { free: Vec::new(), more: ears }), freed: Condvar::new() }
    }

    /// An ear if one is free now: what may be left out waits for none.
    pub(super) fn try_ear(&self) -> Option<Borrowed<'_>> {
        let mut ears = self.ears.lock().unwrap_or_else(PoisonError::into_inner);
        self.take(&mut ears)
    }

    /// An ear as soon as one is free; none if whoever wanted it is gone.
    pub(super) fn ear(&self, cancelled: &AtomicBool) -> Option<Borrowed<'_>> {
        let mut ears = self.ears.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if cancelled.load(Ordering::Relaxed) {
                return None;
            }
            if let Some(ear) = self.take(&mut ears) {
                return Some(ear);
            }
            ears = self.freed.wait_timeout(ears, LOOK).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn take(&self, ears: &mut Ears) -> Option<Borrowed<'_>> {
        if let Some(ear) = ears.free.pop() {
            return Some(Borrowed { loaded: self, ear: Some(ear) });
        }
        if ears.more == 0 {
            return None;
        }
        match self.engine.ear() {
            Ok(ear) => {
                ears.more -= 1;
                Some(Borrowed { loaded: self, ear: Some(ear) })
            }
            Err(error) => {
                tracing::warn!(error, "a speech model has no memory to hear with");
                None
            }
        }
    }
}

impl std::ops::Deref for Borrowed<'_> {
    type Target = Ear;

    #[allow(clippy::expect_used, reason = "it is taken out by dropping only")]
    fn deref(&self) -> &Ear {
        self.ear.as_ref().expect("an ear is there until it is dropped")
    }
}

impl std::ops::DerefMut for Borrowed<'_> {
    #[allow(clippy::expect_used, reason = "it is taken out by dropping only")]
    fn deref_mut(&mut self) -> &mut Ear {
        self.ear.as_mut().expect("an ear is there until it is dropped")
    }
}

impl Drop for Borrowed<'_> {
    fn drop(&mut self) {
        let mut ears = self.loaded.ears.lock().unwrap_or_else(PoisonError::into_inner);
        ears.free.extend(self.ear.take());
        self.loaded.freed.notify_one();
    }
}

/// The models of one recognizer.
#[derive(Clone)]
pub(super) struct Shelf(Arc<Standings>);

struct Standings {
    /// One at a time is loaded: two who need the same one have it once.
    models: tokio::sync::Mutex<HashMap<PathBuf, Standing>>,
    idle: Duration,
    ears: usize,
}

struct Standing {
    loaded: Arc<LoadedModel>,
    used: Instant,
}

impl Shelf {
    pub(super) fn new(idle: Duration, ears: usize) -> Self {
        Self(Arc::new(Standings { models: tokio::sync::Mutex::default(), idle, ears }))
    }

    /// A model, loaded now if it isn't yet.
    pub(super) async fn get(&self, file: &ModelFile) -> Result<Arc<LoadedModel>, LocalModelError> {
        processor()?;
        let mut models = self.0.models.lock().await;
        if let Some(standing) = models.get_mut(&file.path) {
            standing.used = Instant::now();
            return Ok(standing.loaded.clone());
        }
        let (of, ears) = (file.clone(), self.0.ears);
        let loading = tokio::task::spawn_blocking(move || {
            let bytes = of.read()?;
            let not_loadable = |reason| LocalModelError::NotLoadable { file: of.path.clone(), reason };
            let began = Instant::now();
            let engine = Engine::load(&bytes).map_err(not_loadable)?;
            tracing::info!(model = of.label(), took = ?began.elapsed(), "a speech model was loaded");
            Ok(Arc::new(LoadedModel::new(engine, ears)))
        });
        let loaded = loading
            .await
            .unwrap_or_else(|error| Err(LocalModelError::NotLoadable { file: file.path.clone(), reason: error.to_string() }))?;
        if models.is_empty() {
            tokio::spawn(Self::tidy(Arc::downgrade(&self.0)));
        }
        models.insert(file.path.clone(), Standing { loaded: loaded.clone(), used: Instant::now() });
        Ok(loaded)
    }

    /// Lets go of what nobody needs, until nothing is left.
    async fn tidy(shared: std::sync::Weak<Standings>) {
        loop {
            let Some(pause) = shared.upgrade().map(|shared| shared.idle / 4) else { return };
            tokio::time::sleep(pause.max(Duration::from_millis(10))).await;
            let Some(shared) = shared.upgrade() else { return };
            let mut models = shared.models.lock().await;
            models.retain(|path, standing| {
                if Arc::strong_count(&standing.loaded) > 1 {
                    standing.used = Instant::now();
                }
                let stays = standing.used.elapsed() < shared.idle;
                if !stays {
                    tracing::info!(model = %path.display(), "a speech model was let go");
                }
                stays
            });
            if models.is_empty() {
                return;
            }
        }
    }

    /// How many streams and recordings use a model.
    #[cfg(test)]
    pub(super) async fn users(&self, file: &ModelFile) -> usize {
        self.0.models.lock().await.get(&file.path).map_or(0, |standing| Arc::strong_count(&standing.loaded) - 1)
    }

    /// How many models are loaded.
    #[cfg(test)]
    pub(super) async fn len(&self) -> usize {
        self.0.models.lock().await.len()
    }
}

/// Whether the processor has what the kernels are built with (`.cargo/config.toml`): on one that hasn't, the first pass would end the server.
pub(super) fn processor() -> Result<(), LocalModelError> {
    #[cfg(target_arch = "x86_64")]
    if !(is_x86_feature_detected!("avx2")
        && is_x86_feature_detected!("fma")
        && is_x86_feature_detected!("f16c")
        && is_x86_feature_detected!("bmi2"))
    {
        return Err(LocalModelError::Processor("AVX2, FMA, F16C and BMI2"));
    }
    Ok(())
}
