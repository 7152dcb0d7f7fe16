#!/usr/bin/env python3
"""A recognizer program for Closezly that uses PocketSphinx (English only).

It speaks the protocol of docs/guides/recognizer-program.md: raw 16 kHz mono s16le PCM on standard input, JSON lines on
standard output. Install what it needs with: python3 -m pip install pocketsphinx==5.1.1

The audio may be gated: stretches of speech with a short lead-in and some silence after, one directly after the other. So
the end of an utterance is found by counting frames of audio, never by waiting.
"""

import collections
import json
import os
import sys

RATE = 16000
# A frame is 30 ms: the voice detector takes 10, 20 or 30.
FRAME_MS = 30
FRAME_BYTES = RATE * FRAME_MS // 1000 * 2
# Speech starts when 3 of the last 5 frames are voiced; what was heard up to 300 ms before belongs to it.
ONSET_FRAMES, ONSET_VOICED = 5, 3
LEAD_IN_FRAMES = 10
# It ends after 510 ms without voice, or after 15 s at the next frame without voice, or after 20 s at once.
TRAIL_FRAMES = 17
LONG_FRAMES, LONGEST_FRAMES = 500, 667
# A partial after every 300 ms of speech.
PARTIAL_FRAMES = 10


def say(line):
    """Prints one JSON line at once. Ends quietly when nobody reads any more."""
    data = (json.dumps(line, separators=(",", ":"), allow_nan=False) + "\n").encode()
    try:
        while data:
            data = data[os.write(1, data):]
    except BrokenPipeError:
        os._exit(0)


def give_up(code, message):
    """Says why it can't work, in words for a person, and ends."""
    say({"type": "error", "code": code, "message": message})
    sys.exit(2)


def frames():
    """Whole frames of standard input as they come; the last one is filled up with silence."""
    rest = b""
    while True:
        block = os.read(0, 65536)
        if not block:
            break
        rest += block
        whole = len(rest) // FRAME_BYTES * FRAME_BYTES
        for at in range(0, whole, FRAME_BYTES):
            yield rest[at:at + FRAME_BYTES]
        rest = rest[whole:]
    if len(rest) > 1:
        yield rest.ljust(FRAME_BYTES, b"\0")


def plain(word):
    """`read(2)`, the dictionary's second pronunciation of read, is `read`; silences and noises are nothing."""
    if word[:1] in "<[+" or word.startswith("++"):
        return ""
    return word.split("(")[0]


class Utterance:
    """One stretch of speech while it is being decoded."""

    def __init__(self, decoder, start_frame):
        self.decoder = decoder
        self.start = start_frame
        self.frames = 0
        self.last_partial = 0
        self.shown = ""
        decoder.start_utt()

    def hear(self, frame):
        self.decoder.process_raw(frame)
        self.frames += 1

    def partial(self):
        """Prints what seems to be said, if that has changed."""
        self.last_partial = self.frames
        hypothesis = self.decoder.hyp()
        text = " ".join(filter(None, map(plain, hypothesis.hypstr.split()))) if hypothesis else ""
        if text and text != self.shown:
            self.shown = text
            say({"type": "partial", "text": text, "start": self.start * FRAME_MS, "end": (self.start + self.frames) * FRAME_MS})

    def final(self):
        """Prints what was said, with its words; an empty text if a partial has to be taken back."""
        self.decoder.end_utt()
        begin, limit = self.start * FRAME_MS, (self.start + self.frames) * FRAME_MS
        words = []
        # Without a hypothesis there is no segmentation: the binding raises instead of giving an empty one.
        for piece in self.decoder.seg() if self.decoder.hyp() else ():
            text = plain(piece.word)
            if text:
                # The decoder counts frames of 10 ms from the utterance's first sample.
                start = min(begin + piece.start_frame * 10, limit)
                end = min(begin + (piece.end_frame + 1) * 10, limit)
                words.append({"text": text, "start": start, "end": end, "confidence": round(min(max(piece.prob, 0.0), 1.0), 3)})
        if words:
            confidence = sum(word["confidence"] for word in words) / len(words)
            say({"type": "final", "text": " ".join(word["text"] for word in words), "start": words[0]["start"],
                 "end": words[-1]["end"], "confidence": round(confidence, 3), "words": words})
        elif self.shown:
            say({"type": "final", "text": "", "start": begin, "end": limit, "confidence": 0, "words": []})


def main():
    language = os.environ.get("CLOSEZLY_LANGUAGE", "en-US")
    if language.replace("_", "-").split("-")[0].lower() != "en":
        give_up("language", "PocketSphinx comes with an English model only.")
    # This file has the module's name: its own folder must not be searched.
    here = os.path.dirname(os.path.realpath(__file__))
    sys.path = [path for path in sys.path if os.path.realpath(path) != here]
    try:
        import pocketsphinx
    except ImportError:
        give_up("setup", "PocketSphinx isn't installed. Type: %s -m pip install pocketsphinx==5.1.1" % sys.executable)

    decoder = pocketsphinx.Decoder(samprate=float(RATE), loglevel="FATAL", maxhmmpf=10000)
    detector = pocketsphinx.Vad(mode=pocketsphinx.Vad.LOOSE, sample_rate=RATE, frame_length=FRAME_MS / 1000)

    heard = 0
    recent = collections.deque(maxlen=LEAD_IN_FRAMES)
    voiced = collections.deque(maxlen=ONSET_FRAMES)
    utterance, quiet = None, 0
    for frame in frames():
        voice = detector.is_speech(frame)
        heard += 1
        if utterance is None:
            recent.append(frame)
            voiced.append(voice)
            if sum(voiced) >= ONSET_VOICED:
                utterance, quiet = Utterance(decoder, heard - len(recent)), 0
                for earlier in recent:
                    utterance.hear(earlier)
                recent.clear()
                voiced.clear()
            continue
        utterance.hear(frame)
        quiet = 0 if voice else quiet + 1
        long_enough = utterance.frames >= LONGEST_FRAMES or (utterance.frames >= LONG_FRAMES and quiet)
        if quiet >= TRAIL_FRAMES or long_enough:
            utterance.final()
            utterance = None
        elif utterance.frames - utterance.last_partial >= PARTIAL_FRAMES:
            utterance.partial()
    if utterance is not None:
        utterance.final()


if __name__ == "__main__":
    main()
