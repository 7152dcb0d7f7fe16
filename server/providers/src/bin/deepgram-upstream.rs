//! A stand-in for Deepgram's live service on loopback, for end-to-end tests.
//!
//! `deepgram-upstream SCRIPT.json [PORT] [KEY]`: the script is `[{"channel":"rep","at_ms":1000,"text":"Hello."}]`. It prints its
//! address on the first line, then runs until it is ended.

use std::error::Error;

use providers::test_utils::{DeepgramUpstream, Sentence};

#[tokio::main]
#[allow(clippy::print_stdout, reason = "whoever starts it reads the address there")]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let file = arguments.next().ok_or("name the file of the script: deepgram-upstream SCRIPT.json [PORT] [KEY]")?;
    let text = std::fs::read(&file).map_err(|error| format!("{file} can't be read: {error}"))?;
    let script: Vec<Sentence> =
        serde_json::from_slice(&text).map_err(|error| format!("{file} isn't a list of channel, at_ms, text: {error}"))?;
    let port: u16 = arguments.next().map_or(Ok(0), |port| port.parse()).map_err(|_| "the port isn't a number")?;
    let key = arguments.next().unwrap_or_else(|| DeepgramUpstream::KEY.to_owned());
    let upstream = DeepgramUpstream::start_at(&format!("127.0.0.1:{port}"), &key, script, None).await?;
    println!("{}", upstream.url());
    std::future::pending().await
}
