//! A microphone's level without a call, for the preparation page.

use crate::error::CaptureError;
use crate::feed::{Assets, Feed, Level, Message};
use crate::source;

/// A microphone that is only measured; its samples go nowhere. Dropping it lets the device go.
pub struct Meter {
    feed: Feed,
}

impl Meter {
    /// Opens the microphone with this id, or the default one, and calls `on_level` ten times a second; with none when the device
    /// is gone.
    ///
    /// # Errors
    /// [`CaptureError`], whose text is for the person.
    pub async fn open(device: Option<&str>, assets: &Assets, on_level: impl Fn(Option<Level>) + 'static) -> Result<Self, CaptureError> {
        let stream = source::microphone(device).await?;
        let feed = Feed::start(&stream, assets, move |message| match message {
            Message::Frame { level, .. } => on_level(Some(level)),
            Message::Ended | Message::Failed => on_level(None),
            _ => {}
        })
        .await
        .inspect_err(|_| source::stop(&stream))?;
        feed.order("resume");
        Ok(Self { feed })
    }

    /// The device's name.
    pub fn label(&self) -> String {
        self.feed.track().label()
    }
}
