//! Opening a microphone or a tab.

use wasm_bindgen::{JsCast, JsValue};
use web_sys::{MediaStream, MediaStreamTrack};

use crate::error::{CaptureError, Source};
use crate::js;

/// Opens a microphone with the browser's echo cancellation, noise suppression and gain control.
pub(crate) async fn microphone(device: Option<&str>) -> Result<MediaStream, CaptureError> {
    let mut audio = vec![
        ("echoCancellation", JsValue::TRUE),
        ("noiseSuppression", JsValue::TRUE),
        ("autoGainControl", JsValue::TRUE),
        ("channelCount", js::object(&[("ideal", 1.into())]).into()),
    ];
    if let Some(device) = device.filter(|device| !device.is_empty()) {
        audio.push(("deviceId", js::object(&[("exact", device.into())]).into()));
    }
    let constraints = js::object(&[("audio", js::object(&audio).into()), ("video", JsValue::FALSE)]);
    open(Source::Microphone, "getUserMedia", constraints.into()).await
}

/// Lets the person choose a tab and takes its sound. Must be called right in the handler of a click.
///
/// Browsers refuse to share sound alone, so video is asked for, as small and slow as can be, and dropped: stopping the video track
/// leaves the sound running.
pub(crate) async fn tab() -> Result<MediaStream, CaptureError> {
    let video = js::object(&[
        ("displaySurface", "browser".into()),
        ("width", js::object(&[("max", 320.into())]).into()),
        ("height", js::object(&[("max", 180.into())]).into()),
        ("frameRate", js::object(&[("max", 1.into())]).into()),
    ]);
    // The other side's voices as they are; the person goes on hearing them.
    let audio = js::object(&[
        ("echoCancellation", JsValue::FALSE),
        ("noiseSuppression", JsValue::FALSE),
        ("autoGainControl", JsValue::FALSE),
        ("suppressLocalAudioPlayback", JsValue::FALSE),
    ]);
    let options = js::object(&[
        ("video", video.into()),
        ("audio", audio.into()),
        ("selfBrowserSurface", "exclude".into()),
        ("surfaceSwitching", "include".into()),
        ("systemAudio", "include".into()),
    ]);
    let stream = open(Source::Tab, "getDisplayMedia", options.into()).await?;
    if stream.get_audio_tracks().length() == 0 {
        stop(&stream);
        return Err(CaptureError::NoTabAudio);
    }
    for track in stream.get_video_tracks().iter() {
        let track: MediaStreamTrack = track.unchecked_into();
        stream.remove_track(&track);
        track.stop();
    }
    Ok(stream)
}

async fn open(source: Source, method: &str, constraints: JsValue) -> Result<MediaStream, CaptureError> {
    let window = web_sys::window().map_or(JsValue::UNDEFINED, JsValue::from);
    if js::get(&window, "isSecureContext").is_falsy() {
        return Err(CaptureError::InsecureContext);
    }
    let devices = js::get(&js::navigator(), "mediaDevices");
    if !js::has(&devices, method) {
        return Err(CaptureError::NotSupported(
            match source {
                Source::Microphone => "This browser gives no access to a microphone.",
                Source::Tab => "This browser can't share a tab. Go on with the microphone.",
            }
            .into(),
        ));
    }
    let promise = js::call(&devices, method, &[constraints]).map_err(|error| CaptureError::from_js(source, &error))?;
    let stream = js::settled(promise).await.map_err(|error| CaptureError::from_js(source, &error))?;
    Ok(stream.unchecked_into())
}

/// Ends every track.
pub(crate) fn stop(stream: &MediaStream) {
    for track in stream.get_tracks().iter() {
        track.unchecked_into::<MediaStreamTrack>().stop();
    }
}
