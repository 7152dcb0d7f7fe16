#!/usr/bin/env python3
"""Makes the sample call out of script.txt: call.wav (16 kHz stereo, IMA ADPCM; left is the rep), call.json (the transcript), and
public/sample-call.mp3, which the page plays while the call runs.

Needs espeak-ng and ffmpeg. Every turn is spoken on its own, so that its times are exact; a word's times are its share of the
turn, by its letters and the pause that its punctuation makes.
"""

import array
import json
import pathlib
import subprocess

HERE = pathlib.Path(__file__).parent
PLAYED = HERE.parents[2] / "public" / "sample-call.mp3"
RATE = 16000
VOICES = {"rep": ["-v", "en-us+f2", "-s", "140", "-p", "52"], "customer": ["-v", "en-us+m3", "-s", "136", "-p", "40"]}
NAMES = {
    "title": "Discovery and pricing with Brightwater Logistics",
    "rep_name": "Maya Lindqvist",
    "contact_name": "Daniel Okafor",
    "company": "Brightwater Logistics",
}


def speak(speaker, text):
    """Samples of a text, without the silence around it."""
    spoken = subprocess.run(["espeak-ng", *VOICES[speaker], "--stdout", text], check=True, capture_output=True).stdout
    raw = subprocess.run(
        ["ffmpeg", "-v", "error", "-i", "-", "-af", "volume=0.8", "-ar", str(RATE), "-ac", "1", "-f", "s16le", "-"],
        input=spoken, check=True, capture_output=True,
    ).stdout
    samples = array.array("h", raw)
    loud = [at for at, sample in enumerate(samples) if abs(sample) > 150]
    return samples[loud[0]:loud[-1] + 1]


def words_of(text, start, end):
    """The words of a turn with their share of its time."""
    words = text.split()
    weights = [len(word) + 2 for word in words]
    pauses = [8 if word[-1] in ".?!" else 4 if word[-1] == "," else 0 for word in words]
    pauses[-1] = 0
    scale = (end - start) / (sum(weights) + sum(pauses))
    at, placed = float(start), []
    for word, weight, pause in zip(words, weights, pauses):
        placed.append([word, round(at), round(at + weight * scale)])
        at += (weight + pause) * scale
    return placed


def main():
    channels = {"rep": array.array("h"), "customer": array.array("h")}
    turns, at = [], 0
    for line in (HERE / "script.txt").read_text().splitlines():
        if not line or line.startswith("#"):
            continue
        speaker, pause, text = line.split(" ", 2)
        samples = speak(speaker, text)
        begin = at + int(pause) * RATE // 1000
        channel = channels[speaker]
        channel.extend([0] * (begin - len(channel)))
        channel.extend(samples)
        at = max(at, begin + len(samples))
        start, end = begin * 1000 // RATE, (begin + len(samples)) * 1000 // RATE
        turns.append({"channel": speaker, "start": start, "end": end, "text": text, "words": words_of(text, start, end)})
    length = at + RATE
    for channel in channels.values():
        channel.extend([0] * (length - len(channel)))
    stereo = array.array("h", [0] * (2 * length))
    stereo[0::2], stereo[1::2] = channels["rep"], channels["customer"]
    subprocess.run(
        ["ffmpeg", "-v", "error", "-y", "-f", "s16le", "-ar", str(RATE), "-ac", "2", "-i", "-",
         "-c:a", "adpcm_ima_wav", "-bitexact", str(HERE / "call.wav")],
        input=stereo.tobytes(), check=True,
    )
    subprocess.run(
        ["ffmpeg", "-v", "error", "-y", "-f", "s16le", "-ar", str(RATE), "-ac", "2", "-i", "-",
         "-af", "pan=mono|c0=c0+c1", "-c:a", "libmp3lame", "-b:a", "32k", "-bitexact", str(PLAYED)],
        input=stereo.tobytes(), check=True,
    )
    call = {**NAMES, "duration": length * 1000 // RATE}
    lines = ",\n".join("  " + json.dumps(turn) for turn in turns)
    text = json.dumps(call, indent=1)[:-2] + ',\n "turns": [\n' + lines + "\n ]\n}\n"
    json.loads(text)
    (HERE / "call.json").write_text(text)
    spoken = {speaker: sum(turn["end"] - turn["start"] for turn in turns if turn["channel"] == speaker) for speaker in channels}
    words = {speaker: sum(len(turn["words"]) for turn in turns if turn["channel"] == speaker) for speaker in channels}
    for speaker in channels:
        print(f"{speaker}: {words[speaker]} words in {spoken[speaker] / 1000:.1f} s, {words[speaker] * 60000 / spoken[speaker]:.0f} a minute")
    print(f"{length / RATE:.1f} s")


if __name__ == "__main__":
    main()
