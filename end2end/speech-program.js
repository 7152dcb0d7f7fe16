// A recognizer program that knows five sentences and tells them apart by how long they are: see ../docs/guides/recognizer-program.md.
// What it says of a sound is the same every time, so a test can ask for every word. The sentences are in spoken.json.
import { readFileSync } from "node:fs";

const SENTENCES = JSON.parse(readFileSync(new URL("spoken.json", import.meta.url), "utf8")).sentences;
/** A frame of 10 ms, in bytes. */
const FRAME = 320;
/** Louder than this is speech. */
const LOUD = 400;
/** A sentence is over after so many quiet frames; the longest pause within one is shorter. */
const QUIET = 45;
/** So many loud frames are no click. */
const SPEECH = 10;
/** How far a sentence's length may be off, in ms: half of what the next one differs by. */
const TOLERANCE = 130;

const say = (line) => process.stdout.write(JSON.stringify(line) + "\n");
const length = ({ start, end }) => end - start;

function recognize(start, end) {
  const nearest = SENTENCES.reduce((best, one) => (Math.abs(length(one) - (end - start)) < Math.abs(length(best) - (end - start)) ? one : best));
  return Math.abs(length(nearest) - (end - start)) <= TOLERANCE ? nearest.text : `something of ${end - start} ms`;
}

let rest = Buffer.alloc(0);
let at = 0;
let first = 0;
let last = 0;
let loud = 0;
let told = false;

function hear(frame) {
  let peak = 0;
  for (let index = 0; index < FRAME; index += 2) peak = Math.max(peak, Math.abs(frame.readInt16LE(index)));
  if (peak > LOUD) {
    if (loud === 0) first = at;
    loud += 1;
    last = at;
    if (loud === 30) {
      told = true;
      say({ type: "partial", text: "…", start: first * 10, end: at * 10 });
    }
  } else if (loud > 0 && at - last >= QUIET) {
    close();
  }
  at += 1;
}

function close() {
  const [start, end] = [first * 10, (last + 1) * 10];
  if (loud >= SPEECH) say({ type: "final", text: recognize(start, end), start, end, confidence: 0.9 });
  else if (told) say({ type: "final", text: "", start, end });
  loud = 0;
  told = false;
}

process.stdin.on("data", (data) => {
  rest = Buffer.concat([rest, data]);
  let used = 0;
  for (; used + FRAME <= rest.length; used += FRAME) hear(rest.subarray(used, used + FRAME));
  rest = rest.subarray(used);
});
process.stdin.on("end", () => {
  if (loud > 0) close();
});
