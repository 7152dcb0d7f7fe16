//! One audio context with one worklet node: a stream in, frames out.

use std::cell::Cell;
use std::rc::Rc;

use js_sys::{ArrayBuffer, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{AudioContext, AudioContextOptions, AudioNode, AudioWorkletNode, AudioWorkletNodeOptions, MediaStream, MediaStreamTrack};

use crate::error::{CaptureError, message};
use crate::js::{self, Listener};

/// Where the worklet's two files are served; the server may give hashed paths.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assets {
    /// URL of `processor.js`.
    pub processor: String,
    /// URL of `worklet.wasm`.
    pub module: String,
}

impl Default for Assets {
    fn default() -> Self {
        Self { processor: "/capture/processor.js".into(), module: "/capture/worklet.wasm".into() }
    }
}

/// How loud a frame was, 0 to 1 of full scale.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Level {
    /// Root of the mean square.
    pub rms: f32,
    /// Largest magnitude.
    pub peak: f32,
}

impl Level {
    /// What a meter shows: 0 at −60 dB and below, 1 at full scale, even steps in dB between.
    pub fn meter(self) -> f32 {
        (1.0 + 20.0 * self.rms.max(1e-6).log10() / 60.0).clamp(0.0, 1.0)
    }
}

/// What the worklet says.
pub(crate) enum Message {
    /// A frame: samples as little-endian bytes, number of its first sample in this node, how loud, and when it was sent.
    Frame { pcm: Vec<u8>, first: u64, level: Level, sent_ms: f64 },
    /// Frames go on with sample `first`.
    Resumed,
    /// No frame follows until a resume.
    Paused,
    /// No frame follows.
    Flushed,
    /// The context stands still or runs again.
    Running(bool),
    /// The track has ended: unplugged, or sharing was stopped.
    Ended,
    /// The system or the device muted the track, or took the mute away.
    Muted(bool),
    /// The processor threw.
    Failed,
}

/// A running node.
pub(crate) struct Feed {
    context: AudioContext,
    node: AudioWorkletNode,
    source: AudioNode,
    track: MediaStreamTrack,
    /// Where each feed's listeners ask whether they still count.
    live: Rc<Cell<bool>>,
    _listeners: Vec<Listener>,
}

impl Feed {
    /// Makes ready to feed the first audio track of `stream` to `handle`; frames come from the first order to resume on.
    pub(crate) async fn start(stream: &MediaStream, assets: &Assets, handle: impl Fn(Message) + 'static) -> Result<Self, CaptureError> {
        let track: MediaStreamTrack = stream.get_audio_tracks().get(0).dyn_into().map_err(|_| CaptureError::NoTabAudio)?;
        let own_rate = js::number(&track.get_settings(), "sampleRate").filter(|rate| (8_000.0..=192_000.0).contains(rate));
        let mut context = context_at(own_rate)?;
        let mut connected = Self::connect(&context, stream, assets).await;
        if connected.is_err() && own_rate.is_some() {
            // A browser may make a context of any rate, and then take no stream of a device into it.
            let _ = context.close();
            context = context_at(None)?;
            connected = Self::connect(&context, stream, assets).await;
        }
        let (node, source) = connected.inspect_err(|_| drop(context.close()))?;
        let live = Rc::new(Cell::new(true));
        let listeners = listen(&context, &node, &track, &live, &(Rc::new(handle) as Rc<dyn Fn(Message)>));
        // Allowed without a gesture while the page captures; where not, the state stays suspended and is told.
        let _ = context.resume();
        Ok(Self { context, node, source, track, live, _listeners: listeners })
    }

    async fn connect(context: &AudioContext, stream: &MediaStream, assets: &Assets) -> Result<(AudioWorkletNode, AudioNode), CaptureError> {
        let module = fetch(&assets.module).await?;
        let worklet = context.audio_worklet().map_err(|error| CaptureError::worklet(&error))?;
        let added = worklet.add_module(&assets.processor).map_err(|error| CaptureError::worklet(&error))?;
        js::settled(added.into()).await.map_err(|error| CaptureError::worklet(&error))?;
        let options = AudioWorkletNodeOptions::new();
        options.set_number_of_inputs(1);
        options.set_number_of_outputs(1);
        // Bytes, not a compiled module: not every browser can send a module to the audio thread, and it is small.
        options.set_processor_options(Some(&js::object(&[("module", module.into()), ("paused", JsValue::TRUE)])));
        let node =
            AudioWorkletNode::new_with_options(context, "closezly-capture", &options).map_err(|error| CaptureError::worklet(&error))?;
        let source = context.create_media_stream_source(stream).map_err(|error| CaptureError::Other(message(&error)))?;
        source.connect_with_audio_node(&node).map_err(|error| CaptureError::worklet(&error))?;
        // Its output is silence; a node that leads to the destination is never left out of rendering.
        node.connect_with_audio_node(&context.destination()).map_err(|error| CaptureError::worklet(&error))?;
        Ok((node, source.into()))
    }

    /// Gives the worklet an order: `pause`, `resume` or `stop`.
    pub(crate) fn order(&self, order: &str) {
        if let Ok(port) = self.node.port() {
            let _ = port.post_message(&order.into());
        }
    }

    /// Whether the audio thread runs, so that an order will be answered.
    pub(crate) fn is_running(&self) -> bool {
        js::text(&self.context, "state") == "running"
    }

    /// Asks the browser to run the context again.
    pub(crate) fn wake(&self) {
        let _ = self.context.resume();
    }

    pub(crate) fn track(&self) -> &MediaStreamTrack {
        &self.track
    }
}

impl Drop for Feed {
    fn drop(&mut self) {
        self.live.set(false);
        let _ = self.source.disconnect();
        let _ = self.node.disconnect();
        let _ = self.context.close();
        self.track.stop();
    }
}

/// A context at the device's own rate, so that the only resampling is ours; at the default rate where the browser doesn't tell it or can't.
fn context_at(own_rate: Option<f64>) -> Result<AudioContext, CaptureError> {
    let options = AudioContextOptions::new();
    // Nothing is played, but long buffers would not help: between device and context Chromium keeps 100 ms, and a context that
    // takes its audio in large gulps lost 10 ms of it now and then on an overloaded computer where this one did not.
    js::set(&options, "latencyHint", &"balanced".into());
    if let Some(rate) = own_rate {
        options.set_sample_rate(rate as f32);
        if let Ok(context) = AudioContext::new_with_context_options(&options) {
            return Ok(context);
        }
    }
    AudioContext::new().map_err(|error| CaptureError::worklet(&error))
}

async fn fetch(url: &str) -> Result<ArrayBuffer, CaptureError> {
    let failed = |error: JsValue| CaptureError::Worklet(format!("{url} could not be loaded ({}).", message(&error)));
    let window = web_sys::window().ok_or_else(|| CaptureError::NotSupported("Audio is captured in a page only.".into()))?;
    let response = js::settled(window.fetch_with_str(url).into()).await.map_err(failed)?;
    let response: web_sys::Response = response.unchecked_into();
    if !response.ok() {
        return Err(CaptureError::Worklet(format!("{url} was answered with status {}.", response.status())));
    }
    let body = js::settled(response.array_buffer().map_err(failed)?.into()).await.map_err(failed)?;
    Ok(body.unchecked_into())
}

/// Makes a message of an event.
type Reader = Box<dyn Fn(&JsValue) -> Option<Message>>;

fn listen(
    context: &AudioContext,
    node: &AudioWorkletNode,
    track: &MediaStreamTrack,
    live: &Rc<Cell<bool>>,
    handle: &Rc<dyn Fn(Message)>,
) -> Vec<Listener> {
    let tell = |event: &'static str, target: &JsValue, read: Reader| {
        let (live, handle) = (Rc::clone(live), Rc::clone(handle));
        Listener::new(target, event, move |event| {
            if let Some(message) = read(&event).filter(|_| live.get()) {
                handle(message);
            }
        })
    };
    let mut listeners = vec![
        tell("ended", track, Box::new(|_| Some(Message::Ended))),
        tell("mute", track, Box::new(|_| Some(Message::Muted(true)))),
        tell("unmute", track, Box::new(|_| Some(Message::Muted(false)))),
        tell("processorerror", node, Box::new(|_| Some(Message::Failed))),
    ];
    let state = context.clone();
    listeners.push(tell("statechange", context, Box::new(move |_| Some(Message::Running(js::text(&state, "state") == "running")))));
    if let Ok(port) = node.port() {
        listeners.push(tell("message", &port, Box::new(|event| read(&js::get(event, "data")))));
        // addEventListener does not start a port by itself.
        port.start();
    }
    listeners
}

fn read(data: &JsValue) -> Option<Message> {
    Some(match js::text(data, "type").as_str() {
        "frame" => Message::Frame {
            pcm: Uint8Array::new(&js::get(data, "pcm")).to_vec(),
            first: js::number(data, "first")? as u64,
            level: Level { rms: js::number(data, "level")? as f32, peak: js::number(data, "peak")? as f32 },
            sent_ms: js::number(data, "date")?,
        },
        "resumed" => Message::Resumed,
        "paused" => Message::Paused,
        "flushed" => Message::Flushed,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_meter_is_even_in_decibels() {
        let meter = |rms| Level { rms, peak: rms }.meter();
        assert_eq!(meter(0.0), 0.0);
        assert_eq!(meter(1.0), 1.0);
        assert!((meter(0.001)).abs() < 1e-5);
        assert!((meter(0.031_622_8) - 0.5).abs() < 1e-4);
    }
}
