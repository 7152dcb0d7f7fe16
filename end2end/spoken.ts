// Speech of which every word is known: a microphone's file made of sentences out of ./audio, and the program that recognizes them.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { audio } from "./media.ts";

interface Spoken {
  /** Where each sentence is, in ms of its file. */
  sentences: { text: string; file: string; start: number; end: number }[];
  /** Which ones the microphone says, one after the other. */
  order: number[];
}

const spoken: Spoken = JSON.parse(readFileSync(resolve(import.meta.dirname, "spoken.json"), "utf8"));
const program = resolve(import.meta.dirname, "speech-program.js");

/** A WAV file's header, and bytes of a millisecond: 16 kHz, one channel, 16 bit. */
const HEADER = 44;
const MS = 32;
/** Before the first sentence, so that nothing is said before the call begins, and after each. */
const LEAD_IN = 1_500;
const PAUSE = 900;

/** What the microphone says, sentence by sentence. */
export const sentences: string[] = spoken.order.map((index) => spoken.sentences[index]!.text);

/** What a server needs to recognize it, and the name under which a call can choose it. */
export const recognizer = { CLOSEZLY_SPEECH_COMMAND: `"${process.execPath}" "${program}"` };
export const recognizerName = new RegExp(basename(process.execPath));

/** Makes the microphone's file. Play it once: what follows its end is silence. */
export function microphone(): string {
  const pieces = [silence(LEAD_IN)];
  for (const index of spoken.order) {
    const { file, start, end } = spoken.sentences[index]!;
    pieces.push(readFileSync(audio(file)).subarray(HEADER + start * MS, HEADER + end * MS), silence(PAUSE));
  }
  const samples = Buffer.concat(pieces);
  const header = Buffer.from(readFileSync(audio("rep.wav")).subarray(0, HEADER));
  header.writeUInt32LE(HEADER - 8 + samples.length, 4);
  header.writeUInt32LE(samples.length, 40);
  const path = join(mkdtempSync(join(tmpdir(), "closezly-")), "microphone.wav");
  writeFileSync(path, Buffer.concat([header, samples]));
  return path;
}

/** What the program hears in a recording. */
export function heardIn(wav: Buffer): string[] {
  const { stdout } = spawnSync(process.execPath, [program], { input: wav.subarray(HEADER), encoding: "utf8" });
  const lines = stdout.trim().split("\n").map((line) => JSON.parse(line) as { type: string; text: string });
  return lines.filter((line) => line.type === "final").map((line) => line.text);
}

function silence(ms: number): Buffer {
  return Buffer.alloc(ms * MS);
}
