//! What can go wrong with a microphone or a tab, each with a sentence for the person.

use thiserror::Error;
use wasm_bindgen::JsValue;

use crate::js;

/// Where audio comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The rep's microphone.
    Microphone,
    /// The meeting's tab.
    Tab,
}

/// Why there is no audio. `Display` is the sentence to show.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CaptureError {
    /// The person, the browser's settings or the computer's settings said no.
    #[error("{}", match .0 {
        Source::Microphone => "The browser may not use the microphone. Allow it in the address bar or in the computer's privacy settings, then try again.",
        Source::Tab => "No tab was shared. Choose the meeting's tab to hear the other side, or go on with the microphone only.",
    })]
    PermissionDenied(Source),
    /// There is no microphone at all.
    #[error("No microphone was found. Plug one in, then try again.")]
    NoDevice,
    /// Another program holds the device, or its driver failed.
    #[error("The microphone is in use by another program or does not answer. Close the other program, then try again.")]
    DeviceBusy,
    /// The browser has no such function.
    #[error("{0}")]
    NotSupported(String),
    /// A tab, window or screen was shared without its sound.
    #[error("What you shared has no sound. Share the meeting's browser tab and tick “Also share tab audio”.")]
    NoTabAudio,
    /// The chosen microphone is gone.
    #[error("The chosen microphone is not connected. Choose another one.")]
    Overconstrained,
    /// The page came over plain HTTP from another computer.
    #[error("Browsers give the microphone to secure pages only. Open this page over HTTPS or on localhost.")]
    InsecureContext,
    /// The audio worklet could not be loaded or failed.
    #[error("The browser could not start audio processing: {0}")]
    Worklet(String),
    /// Something else that the browser said.
    #[error("The browser could not open the audio: {0}")]
    Other(String),
}

impl CaptureError {
    /// From the name and message of a `DOMException`.
    pub fn from_name(source: Source, name: &str, message: &str) -> Self {
        match name {
            "NotAllowedError" | "SecurityError" | "PermissionDeniedError" => Self::PermissionDenied(source),
            "NotFoundError" | "DevicesNotFoundError" if source == Source::Microphone => Self::NoDevice,
            "NotFoundError" => Self::NoTabAudio,
            "NotReadableError" | "TrackStartError" | "AbortError" if source == Source::Microphone => Self::DeviceBusy,
            "OverconstrainedError" | "ConstraintNotSatisfiedError" => Self::Overconstrained,
            "NotSupportedError" if source == Source::Tab => {
                Self::NotSupported("This browser can't share a tab. Go on with the microphone.".into())
            }
            "TypeError" if source == Source::Microphone => Self::NotSupported("This browser gives no access to a microphone.".into()),
            _ if message.is_empty() => Self::Other(name.into()),
            _ => Self::Other(message.into()),
        }
    }

    /// From what a promise was rejected with.
    pub(crate) fn from_js(source: Source, error: &JsValue) -> Self {
        Self::from_name(source, &js::text(error, "name"), &js::text(error, "message"))
    }

    pub(crate) fn worklet(error: &JsValue) -> Self {
        Self::Worklet(message(error))
    }
}

/// What a thrown value says.
pub(crate) fn message(error: &JsValue) -> String {
    let message = js::text(error, "message");
    if message.is_empty() { error.as_string().unwrap_or_else(|| js::text(error, "name")) } else { message }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_has_its_error_and_every_error_a_sentence() {
        for (source, name, expected) in [
            (Source::Microphone, "NotAllowedError", CaptureError::PermissionDenied(Source::Microphone)),
            (Source::Tab, "NotAllowedError", CaptureError::PermissionDenied(Source::Tab)),
            (Source::Microphone, "NotFoundError", CaptureError::NoDevice),
            (Source::Microphone, "NotReadableError", CaptureError::DeviceBusy),
            (Source::Microphone, "OverconstrainedError", CaptureError::Overconstrained),
            (Source::Tab, "NotFoundError", CaptureError::NoTabAudio),
            (Source::Tab, "NotReadableError", CaptureError::Other("why".into())),
        ] {
            let error = CaptureError::from_name(source, name, "why");
            assert_eq!(error, expected);
            assert!(error.to_string().len() > 20, "{error}");
        }
        assert_eq!(CaptureError::from_name(Source::Microphone, "OddError", ""), CaptureError::Other("OddError".into()));
        assert_ne!(CaptureError::PermissionDenied(Source::Tab).to_string(), CaptureError::PermissionDenied(Source::Microphone).to_string());
    }
}
