//! What whoever runs the server may set about calls and recognizers.

use kernel::Setting;

pub(super) const SETTINGS: &[Setting] = &[
    Setting::new(
        "most_calls",
        "as many as are heard in time",
        "how many calls this server hears at once; one more waits in its page and starts by itself when there is room (see “More calls than a server can \
         hear”)",
    ),
    Setting::new(
        "seal_seconds",
        "10",
        "where several servers share their calls: every so many seconds (1 to 12) a live call's sound is brought into the storage that they share. What is \
         newer is in the page and on its server only",
    ),
    Setting::new(
        "speech_command",
        "none",
        "a program that reads 16 kHz PCM and prints JSON lines, with its arguments, or the word `pocketsphinx` (see \
         `guides/recognizer-program.md`)",
    ),
    Setting::new("speech_python", "python3", "the Python that has PocketSphinx"),
    Setting::secret("deepgram_key", "none", "key of the recognizer Deepgram, for live calls and for recordings"),
    Setting::new("deepgram_url", "wss://api.deepgram.com", "address of Deepgram, for a proxy: websockets, and with `https` for recordings"),
    Setting::new("deepgram_model", "nova-3", "Deepgram's model"),
];
