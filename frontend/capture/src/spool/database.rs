//! IndexedDB, as far as the store needs it.

use std::ops::Range;

use futures::channel::oneshot;
use futures::future::{Either, select};
use js_sys::{Array, Uint8Array};
use model::wire::Frame;
use model::{CallId, Millis, TrackId};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{IdbDatabase, IdbFactory, IdbKeyRange, IdbObjectStore, IdbOpenDbRequest, IdbRequest, IdbTransaction, IdbTransactionMode};

use crate::js::{self, Listener};

const NAME: &str = "closezly";
const STORE: &str = "frames";

/// Why it did not work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// The quota is exceeded.
    Full,
    /// Anything else: no such thing, blocked, closed, corrupt.
    Gone,
}

impl From<JsValue> for Failure {
    fn from(error: JsValue) -> Self {
        if js::text(&error, "name") == "QuotaExceededError" { Self::Full } else { Self::Gone }
    }
}

/// An open database.
#[derive(Clone)]
pub(super) struct Database(IdbDatabase);

impl Database {
    pub(super) async fn open() -> Result<Self, Failure> {
        let window = web_sys::window().ok_or(Failure::Gone)?;
        let factory: IdbFactory = js::get(&window, "indexedDB").dyn_into().map_err(|_| Failure::Gone)?;
        let request: IdbOpenDbRequest = factory.open_with_u32(NAME, 1)?;
        let opening = request.clone();
        let _upgrade = Listener::new(&request, "upgradeneeded", move |_| {
            if let Ok(database) = opening.result() {
                // Fails only when the store is there, which is as good.
                let _ = database.unchecked_into::<IdbDatabase>().create_object_store(STORE);
            }
        });
        let database: IdbDatabase = done(&request).await?.unchecked_into();
        // A tab with a later version must not wait for this one.
        let closing = database.clone();
        let close = wasm_bindgen::closure::Closure::<dyn FnMut()>::new(move || closing.close());
        database.set_onversionchange(Some(close.as_ref().unchecked_ref()));
        close.forget(); // lives as long as the database, which is as long as the page
        Ok(Self(database))
    }

    /// Asks at once, so that what is asked later comes later; the future tells how it went.
    pub(super) fn put(&self, call: CallId, frame: &Frame) -> impl Future<Output = Result<(), Failure>> + use<> {
        let asked = self.ask_put(call, frame);
        async move {
            let (transaction, committed) = asked?;
            // The quota may be refused at the commit, after the request has succeeded.
            if committed.await { Ok(()) } else { Err(js::get(&transaction, "error").into()) }
        }
    }

    fn ask_put(&self, call: CallId, frame: &Frame) -> Result<(IdbTransaction, impl Future<Output = bool> + use<>), Failure> {
        let value = js::object(&[("at", (frame.captured_at.0 as f64).into()), ("pcm", Uint8Array::from(frame.pcm.as_slice()).into())]);
        let transaction = self.0.transaction_with_str_and_mode(STORE, IdbTransactionMode::Readwrite)?;
        let committed = outcome(&transaction, "complete", &["abort"]);
        transaction.object_store(STORE)?.put_with_key(&value, &key(call, frame.track, frame.sequence))?;
        Ok((transaction, committed))
    }

    pub(super) async fn forget(&self, call: CallId, track: TrackId, next: u32) -> Result<(), Failure> {
        if next > 0 {
            done(&self.store(IdbTransactionMode::Readwrite)?.delete(&bound(call, track, 0..next)?.into())?).await?;
        }
        Ok(())
    }

    pub(super) async fn load(&self, call: CallId, track: TrackId, range: Range<u32>) -> Result<Vec<Frame>, Failure> {
        if range.is_empty() {
            return Ok(Vec::new());
        }
        let store = self.store(IdbTransactionMode::Readonly)?;
        let range = bound(call, track, range)?;
        // Both in one transaction, so that both are of the same moment.
        let keys = store.get_all_keys_with_key(&range)?;
        let values = store.get_all_with_key(&range)?;
        let (keys, values) = futures::future::try_join(done(&keys), done(&values)).await?;
        let (keys, values) = (Array::from(&keys), Array::from(&values));
        let frames = keys.iter().zip(values.iter()).filter_map(|(key, value)| {
            Some(Frame {
                track,
                sequence: Array::from(&key).get(2).as_f64()? as u32,
                captured_at: Millis(js::number(&value, "at")? as i64),
                pcm: js::get(&value, "pcm").dyn_into::<Uint8Array>().ok()?.to_vec(),
            })
        });
        Ok(frames.collect())
    }

    pub(super) async fn ends(&self, call: CallId, track: TrackId) -> Result<Option<(u32, u32)>, Failure> {
        let store = self.store(IdbTransactionMode::Readonly)?;
        let keys = done(&store.get_all_keys_with_key(&bound(call, track, 0..u32::MAX)?.into())?).await?;
        let keys = Array::from(&keys);
        let sequence = |index: u32| Some(Array::from(&keys.get(index)).get(2).as_f64()? as u32);
        Ok(if keys.length() == 0 { None } else { sequence(0).zip(sequence(keys.length() - 1)) })
    }

    fn store(&self, mode: IdbTransactionMode) -> Result<IdbObjectStore, Failure> {
        Ok(self.0.transaction_with_str_and_mode(STORE, mode)?.object_store(STORE)?)
    }
}

fn key(call: CallId, track: TrackId, sequence: u32) -> JsValue {
    Array::of3(&call.to_string().into(), &u32::from(track.0).into(), &sequence.into()).into()
}

fn bound(call: CallId, track: TrackId, range: Range<u32>) -> Result<IdbKeyRange, Failure> {
    let (from, to) = (key(call, track, range.start), key(call, track, range.end));
    Ok(IdbKeyRange::bound_with_lower_open_and_upper_open(&from, &to, false, true)?)
}

/// A request's result.
async fn done(request: &IdbRequest) -> Result<JsValue, Failure> {
    if outcome(request, "success", &["error", "blocked"]).await { Ok(request.result()?) } else { Err(js::get(request, "error").into()) }
}

/// Whether `good` comes before one of `bad`. Listens from the call on, not from the first poll.
fn outcome(target: &JsValue, good: &'static str, bad: &[&'static str]) -> impl Future<Output = bool> + use<> {
    let (yes, came) = oneshot::channel();
    let (no, failed) = oneshot::channel();
    let once = |sender: oneshot::Sender<()>| {
        let sender = std::rc::Rc::new(std::cell::Cell::new(Some(sender)));
        move |_: JsValue| {
            if let Some(sender) = sender.take() {
                let _ = sender.send(());
            }
        }
    };
    let mut listeners = vec![Listener::new(target, good, once(yes))];
    let fail = once(no);
    listeners.extend(bad.iter().map(|event| Listener::new(target, event, fail.clone())));
    async move {
        let good = matches!(select(came, failed).await, Either::Left(_));
        drop(listeners);
        good
    }
}
