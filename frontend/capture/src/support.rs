//! What this browser can do, said in sentences before a call rather than found out in it.

use wasm_bindgen::JsValue;

use crate::js;

/// What was found in the page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Features {
    /// `navigator.userAgent`.
    pub user_agent: String,
    /// The page is served over HTTPS or from localhost.
    pub secure: bool,
    /// `getUserMedia` is there.
    pub get_user_media: bool,
    /// `getDisplayMedia` is there.
    pub get_display_media: bool,
    /// `AudioWorkletNode` is there.
    pub audio_worklet: bool,
    /// `indexedDB` is there.
    pub indexed_db: bool,
    /// `SpeechRecognition`, with or without prefix, is there.
    pub speech_recognition: bool,
    /// `documentPictureInPicture` is there.
    pub picture_in_picture: bool,
}

/// What this browser can do. Each `Err` is a sentence that says what is missing and what happens instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Support {
    /// The rep's side; without it there is no live call.
    pub microphone: Result<(), String>,
    /// The other side's sound. `Ok` is a promise only where it was never broken: a person may still share without sound.
    pub tab_audio: Result<(), String>,
    /// Audio processing off the page's thread; without it there is no live call.
    pub worklet: Result<(), String>,
    /// A store for frames that outlives a reload.
    pub indexed_db: Result<(), String>,
    /// The browser's own recognizer. That it is there does not say that it works: its service may not answer.
    pub web_speech: Result<(), String>,
    /// A window above the meeting.
    pub picture_in_picture: Result<(), String>,
}

impl Support {
    /// Whether a live call can be captured at all.
    ///
    /// # Errors
    /// The sentence that says why not: this browser gives no microphone, or can't process audio in the background.
    pub fn can_capture(&self) -> Result<(), &str> {
        self.microphone.as_ref().and(self.worklet.as_ref()).copied().map_err(String::as_str)
    }
}

/// What these features amount to.
pub fn report(features: &Features) -> Support {
    let unless = |there: bool, sentence: &str| if there { Ok(()) } else { Err(sentence.to_owned()) };
    let microphone = if features.secure {
        unless(features.get_user_media, "This browser gives no access to a microphone. Use a current Chrome, Edge, Firefox or Safari.")
    } else {
        Err("Browsers give the microphone to secure pages only. Open this page over HTTPS or on localhost.".to_owned())
    };
    Support {
        microphone,
        tab_audio: tab_audio(features),
        worklet: unless(
            features.audio_worklet,
            "This browser is too old to process audio in the background. Update it to make live calls.",
        ),
        indexed_db: unless(
            features.indexed_db,
            "This browser window can't store audio (a private window, perhaps). If the page is reloaded while offline, audio that wasn't sent yet is lost.",
        ),
        web_speech: unless(features.speech_recognition, "This browser has no speech recognition of its own. Choose another recognizer."),
        picture_in_picture: unless(
            features.picture_in_picture,
            "This browser can't keep a small window above the meeting. Chrome and Edge can.",
        ),
    }
}

/// Firefox and Safari share screens and tabs, but never their sound, and nothing in the page tells so but the name.
fn tab_audio(features: &Features) -> Result<(), String> {
    let agent = features.user_agent.as_str();
    let has = |word: &str| agent.contains(word);
    // Every Chromium says "Chrome"; every browser of an iPhone is Safari inside.
    let chromium = (has("Chrome/") || has("Chromium/")) && !has("iPhone") && !has("iPad");
    let name = if has("Firefox/") || has("FxiOS/") {
        "Firefox"
    } else if has("Safari/") && !chromium {
        "Safari"
    } else {
        "This browser"
    };
    if has("Android") || has("iPhone") || has("iPad") {
        return Err("Phones and tablets don't share a meeting's sound. The call goes on with the microphone.".to_owned());
    }
    if chromium && features.get_display_media {
        return Ok(());
    }
    Err(format!(
        "{name} does not give the sound of a tab to a page. The call goes on with the microphone; use Chrome or Edge to hear both sides apart."
    ))
}

/// Looks at this browser.
pub fn detect() -> Support {
    let window = web_sys::window().map_or(JsValue::UNDEFINED, JsValue::from);
    let navigator = js::navigator();
    let devices = js::get(&navigator, "mediaDevices");
    report(&Features {
        user_agent: js::text(&navigator, "userAgent"),
        secure: js::get(&window, "isSecureContext").is_truthy(),
        get_user_media: js::has(&devices, "getUserMedia"),
        get_display_media: js::has(&devices, "getDisplayMedia"),
        audio_worklet: js::has(&window, "AudioWorkletNode"),
        indexed_db: js::has(&window, "indexedDB"),
        speech_recognition: js::has(&window, "SpeechRecognition") || js::has(&window, "webkitSpeechRecognition"),
        picture_in_picture: js::has(&window, "documentPictureInPicture"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHROME: &str = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36";
    const ANDROID: &str = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Mobile Safari/537.36";
    const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
    const SAFARI: &str =
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Safari/605.1.15";

    fn all(user_agent: &str) -> Features {
        Features {
            user_agent: user_agent.into(),
            secure: true,
            get_user_media: true,
            get_display_media: true,
            audio_worklet: true,
            indexed_db: true,
            speech_recognition: true,
            picture_in_picture: true,
        }
    }

    #[test]
    fn only_chromium_on_a_computer_gives_tab_audio() {
        assert_eq!(report(&all(CHROME)).tab_audio, Ok(()));
        for (agent, name) in [(FIREFOX, "Firefox"), (SAFARI, "Safari"), (ANDROID, "Phones")] {
            let support = report(&all(agent));
            assert!(
                support.tab_audio.is_err_and(|sentence| sentence.starts_with(name) && sentence.contains("goes on with the microphone"))
            );
            assert_eq!(support.microphone, Ok(()));
        }
        assert!(report(&Features { get_display_media: false, ..all(CHROME) }).tab_audio.is_err());
    }

    #[test]
    fn a_plain_http_page_says_why_there_is_no_microphone() {
        let support = report(&Features { secure: false, get_user_media: false, ..all(CHROME) });
        assert!(support.can_capture().is_err_and(|sentence| sentence.contains("HTTPS")));
        assert_eq!(report(&all(CHROME)).can_capture(), Ok(()));
        assert!(
            report(&Features { audio_worklet: false, ..all(CHROME) }).can_capture().is_err_and(|sentence| sentence.contains("too old"))
        );
    }
}
