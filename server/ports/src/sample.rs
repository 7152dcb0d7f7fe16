use std::sync::{Arc, LazyLock};

use model::{Channel, Millis, Word};

/// The bundled sample call: what a newcomer hears before having a call of one's own.
#[derive(Clone, Debug, Default)]
pub struct SampleCall {
    /// The call's title.
    pub title: String,
    /// The name of the rep's channel.
    pub rep_name: String,
    /// The name of the customer's channel.
    pub contact_name: String,
    /// The customer's company.
    pub company: String,
    /// Length of both channels.
    pub duration: Millis,
    /// 16 kHz mono samples, by [`Channel::index`]; both of the same length. Made when they are first needed: a server that
    /// never plays the sample doesn't carry it.
    pub audio: Arc<LazyLock<[Arc<[i16]>; 2]>>,
    /// What is said, in order of start.
    pub turns: Vec<SampleTurn>,
}

/// One turn of the sample call.
#[derive(Clone, Debug, PartialEq)]
pub struct SampleTurn {
    /// Who speaks.
    pub channel: Channel,
    /// From the call's start.
    pub start: Millis,
    /// From the call's start.
    pub end: Millis,
    /// What is said.
    pub text: String,
    /// Its words with their times.
    pub words: Vec<Word>,
}

impl SampleCall {
    /// One channel's samples, 16 kHz mono.
    pub fn samples(&self, channel: Channel) -> &Arc<[i16]> {
        &self.audio[channel.index()]
    }

    /// What is said on one channel, in order.
    pub fn turns_of(&self, channel: Channel) -> impl Iterator<Item = &SampleTurn> + '_ {
        self.turns.iter().filter(move |turn| turn.channel == channel)
    }
}
