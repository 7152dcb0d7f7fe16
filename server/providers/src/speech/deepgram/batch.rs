//! Deepgram's transcription of whole recordings: <https://developers.deepgram.com/reference/speech-to-text/listen-pre-recorded>.

mod words;

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use futures::stream;
use model::{Millis, Utterance};
use ports::{BatchRecognizer, RecognizerError, Recording};
use reqwest::header::CONTENT_TYPE;
use reqwest::{Body, Client, Response, Url};
use secrecy::{ExposeSecret, SecretString};

use super::messages::Transcript;
use super::protocol::{key_terms, language, query, refusal};
use crate::speech::{SAMPLE_RATE, millis_of, to_bytes};

/// For a connection.
const CONNECTING: Duration = Duration::from_secs(10);
/// An answer that is longer than this is nobody's call: an hour of talk has some 2 MB.
const LONGEST_ANSWER: usize = 64 << 20;

/// The service, for whole recordings.
#[derive(Clone, Debug)]
pub(super) struct Prerecorded {
    url: String,
    key: SecretString,
    model: String,
}

impl Prerecorded {
    pub(super) const fn new(url: String, key: SecretString, model: String) -> Self {
        Self { url, key, model }
    }

    fn address(&self, recording: &Recording) -> Result<Url, RecognizerError> {
        let base = self.url.trim_end_matches('/');
        // The same address as for streams, which are websockets.
        let base = base.replacen("ws", "http", usize::from(base.starts_with("ws")));
        let mut parameters = vec![
            ("model", self.model.as_str()),
            ("language", language(&recording.request.language)),
            ("punctuate", "true"),
            ("smart_format", "true"),
            ("tag", recording.request.channel.as_str()),
        ];
        parameters.extend(key_terms(&self.model, &recording.request));
        let address = Url::parse(&format!("{base}/v1/listen?{}", query(&parameters)));
        address.map_err(|_| RecognizerError::NotConfigured("the address of Deepgram can't be used".to_owned()))
    }
}

#[async_trait]
impl BatchRecognizer for Prerecorded {
    async fn transcribe(&self, recording: Recording) -> Result<Vec<Utterance>, RecognizerError> {
        let (address, spoken) = (self.address(&recording)?, recording.request.language.clone());
        let (samples, progress) = (recording.samples, recording.progress.clone());
        let lost = |error: reqwest::Error| RecognizerError::Connection(error.without_url().to_string());
        // A redirect would carry the key elsewhere.
        let client = Client::builder().connect_timeout(CONNECTING).redirect(reqwest::redirect::Policy::none()).build().map_err(lost)?;
        let request = client
            .post(address)
            .header("authorization", format!("Token {}", self.key.expose_secret()))
            .header(CONTENT_TYPE, "audio/wav")
            .body(wav(recording));
        let response = request.send().await.map_err(lost)?;
        let status = response.status();
        let body = whole(response).await?;
        if !status.is_success() {
            return Err(refusal(status, &body, &spoken));
        }
        let transcript: Transcript = serde_json::from_slice(&body).map_err(|error| RecognizerError::Rubbish(error.to_string()))?;
        let length = Millis(millis_of(samples));
        let said = words::utterances(transcript, length).map_err(RecognizerError::Rubbish)?;
        progress.reached(length);
        Ok(said)
    }
}

/// The whole of an answer.
async fn whole(mut response: Response) -> Result<Vec<u8>, RecognizerError> {
    let mut body = Vec::new();
    loop {
        match response.chunk().await {
            Ok(Some(piece)) if body.len() + piece.len() > LONGEST_ANSWER => {
                drop(piece);
                return Err(RecognizerError::Flooded);
            }
            Ok(Some(piece)) => body.extend_from_slice(&piece),
            Ok(None) => return Ok(body),
            Err(error) => return Err(RecognizerError::Connection(error.without_url().to_string())),
        }
    }
}

/// The recording as a WAV file, which is made up as it is sent. It breaks off with an error if the recording can't be read to its end.
fn wav(recording: Recording) -> Body {
    let Recording { samples, audio, progress, .. } = recording;
    let begin = (audio, 0_u64);
    let pieces = stream::unfold(Some(begin), move |state| {
        let progress = progress.clone();
        async move {
            let (mut audio, sent) = state?;
            match audio.recv().await {
                Some(sound) => {
                    let sent = sent + sound.samples().len() as u64;
                    progress.reached(Millis(millis_of(sent)));
                    Some((Ok(Bytes::from(to_bytes(sound.samples()))), Some((audio, sent))))
                }
                None if sent == samples => None,
                None => Some((Err(std::io::Error::other("the recording can't be read to its end")), None)),
            }
        }
    });
    let head = stream::once(std::future::ready(Ok(Bytes::from(header(samples)))));
    Body::wrap_stream(futures::StreamExt::chain(head, pieces))
}

/// A WAV file's header: PCM, one channel, 16 bits.
fn header(samples: u64) -> Vec<u8> {
    let data = u32::try_from(samples * 2).unwrap_or(u32::MAX);
    let mut header = Vec::with_capacity(44);
    header.extend(b"RIFF");
    header.extend(data.saturating_add(36).to_le_bytes());
    header.extend(b"WAVEfmt ");
    header.extend(16_u32.to_le_bytes());
    header.extend(1_u16.to_le_bytes());
    header.extend(1_u16.to_le_bytes());
    header.extend(SAMPLE_RATE.to_le_bytes());
    header.extend((SAMPLE_RATE * 2).to_le_bytes());
    header.extend(2_u16.to_le_bytes());
    header.extend(16_u16.to_le_bytes());
    header.extend(b"data");
    header.extend(data.to_le_bytes());
    header
}

#[cfg(test)]
mod tests;
