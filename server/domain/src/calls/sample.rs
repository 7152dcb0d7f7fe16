//! The bundled sample call: played at real speed through the very pipeline that a browser's audio takes.

use std::time::Duration;

use futures::StreamExt;
use model::wire::{ClientMessage, FRAME_SAMPLES, Frame, Hello, Part, ServerMessage};
use model::{Call, CallSource, Channel, ConsentMethod, Millis, NewCall, Participant, TrackId, Verbosity};
use tokio::sync::mpsc;
use tokio::time::Instant;

use crate::calls::CallsKernel as _;
use crate::knowledge;
use kernel::Actor;
use kernel::Kernel;
use kernel::Result;

/// How long a frame lasts.
const FRAME: Duration = Duration::from_millis(100);
/// Silence after the last word, so that the recognizer ends its sentence.
const AFTERWARDS: usize = 5;

/// Makes a call of the sample and starts to play it; it ends by itself. The sheet that it is about comes with it, if it isn't there.
///
/// # Errors
/// As [`super::create`].
pub async fn start(kernel: &Kernel, actor: &Actor) -> Result<Call> {
    let sample = kernel.sample();
    let new = NewCall {
        title: sample.title.clone(),
        contact_name: sample.contact_name.clone(),
        company: sample.company.clone(),
        recognizer: kernel.recognizers().scripted(),
        verbosity: Verbosity::Normal,
        consent_who: "Nobody: this is the bundled sample".to_owned(),
        consent_how: Some(ConsentMethod::NobodyElse),
        participants: [(Channel::Rep, &sample.rep_name), (Channel::Customer, &sample.contact_name)]
            .map(|(channel, name)| Participant { channel, name: name.clone() })
            .to_vec(),
        ..NewCall::default()
    };
    let call = super::create_from(kernel, actor, new, CallSource::Sample).await?;
    // Without the sheet its suggestions have no answers, but it is a call all the same.
    if let Err(error) = knowledge::bring_sample(kernel, actor).await {
        tracing::warn!(error = %error.into_problem(), "the sample call plays without its sheet");
    }
    let (sender, messages) = mpsc::channel(16);
    let hello = Hello { call: call.id, part: Part::Source, page: "sample".to_owned(), take_over: true, last_event: 0 };
    let _ = sender.send(Ok(ClientMessage::Hello(hello))).await;
    let messages = futures::stream::unfold(messages, |mut messages| async { messages.recv().await.map(|message| (message, messages)) });
    let mut answers = super::live::attach(kernel, actor, messages.boxed()).await;
    let kernel = kernel.clone();
    tokio::spawn(async move {
        tokio::pin! { let playing = play(&kernel, sender); }
        loop {
            tokio::select! {
                answer = answers.next() => match answer {
                    Some(ServerMessage::Refused(problem)) => return tracing::warn!(%problem, "the sample call was refused"),
                    // The server restarts, or the call was ended by hand.
                    Some(ServerMessage::Restarting) | None => return,
                    Some(_) => {}
                },
                () = &mut playing => break,
            }
        }
        while answers.next().await.is_some() {}
    });
    Ok(call)
}

/// Sends both channels' frames at real speed. No frame waits for its own timer: each has a due time from the start, so
/// that delays don't add up.
async fn play(kernel: &Kernel, sender: mpsc::Sender<Result<ClientMessage, model::Problem>>) {
    let sample = kernel.sample();
    let started = Instant::now();
    let longest = sample.audio.iter().map(|samples| samples.len()).max().unwrap_or_default();
    let frames = longest.div_ceil(FRAME_SAMPLES) + AFTERWARDS;
    for index in 0..frames {
        tokio::time::sleep_until(started + FRAME * u32::try_from(index + 1).unwrap_or(u32::MAX)).await;
        for (track, channel) in [(TrackId::MICROPHONE, Channel::Rep), (TrackId::FAR_END, Channel::Customer)] {
            let samples = sample.samples(channel);
            let from = (index * FRAME_SAMPLES).min(samples.len());
            let until = (from + FRAME_SAMPLES).min(samples.len());
            let mut pcm: Vec<u8> = samples[from..until].iter().flat_map(|sample| sample.to_le_bytes()).collect();
            pcm.resize(FRAME_SAMPLES * 2, 0);
            let sequence = u32::try_from(index).unwrap_or(u32::MAX);
            let captured_at = Millis(i64::try_from(index * 100).unwrap_or(i64::MAX));
            if sender.send(Ok(ClientMessage::Frame(Frame { track, sequence, captured_at, pcm }))).await.is_err() {
                return;
            }
        }
    }
    let _ = sender.send(Ok(ClientMessage::End)).await;
    // The stream stays open until the host has closed it: its end would be a page that went away.
    sender.closed().await;
}
