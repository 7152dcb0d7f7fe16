// A program that makes a call through the API: its words come as text, its sound as a quiet tone.
import type { Page } from "@playwright/test";

export type Line = readonly [channel: "rep" | "customer", text: string, startMs: number];

export const talk: Line[] = [
  ["rep", "thanks for taking the time today dana how are you handling call reviews at the moment", 0],
  ["customer", "mostly by hand our managers listen to two or three calls a week and it takes them hours", 6_000],
  ["rep", "what would it mean for the team if every call was reviewed on the same day", 13_000],
  ["customer", "that would help a lot but honestly it sounds too expensive for a team of our size", 19_000],
  ["rep", "that makes sense let us look at what an hour of your managers costs you today", 27_000],
  ["customer", "we are also looking at gong and they have a nice dashboard how do you handle security", 34_000],
  ["rep", "everything stays on your own server and i will send you the security paper by friday", 42_000],
  ["customer", "great please send it over and i will talk to our finance lead next week", 50_000],
];

/** Makes a call and says its lines; ends it unless told otherwise. `page` must be signed in and on one of our pages. */
export async function speak(page: Page, options: { title: string; lines?: Line[]; end?: boolean; sound?: boolean; confidence?: number }): Promise<string> {
  return page.evaluate(
    async ({ title, lines, end, sound, confidence }) => {
      const body = {
        title, contact_name: "Dana Reyes", company: "Brightpath", kind: "discovery", language: "en-US", vocabulary: "",
        recognizer: "browser", verbosity: "normal", consent_who: "", consent_how: "nobody_else",
      };
      const created = await fetch("/api/v1/calls", { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
      const call = (await created.json()).data.id as string;
      const socket = new WebSocket(`${location.origin.replace("http", "ws")}/api/v1/calls/${call}/stream`);
      await new Promise((done, fail) => {
        socket.onopen = done;
        socket.onerror = fail;
      });
      let acked = 0;
      const ended = new Promise<void>((done) => {
        socket.onmessage = ({ data }) => {
          const message = JSON.parse(String(data));
          if (message.Ack?.track === 1) acked = message.Ack.next;
          if (message.Event?.event === "Ended") done();
        };
      });
      const say = (message: unknown) => socket.send(JSON.stringify(message));
      say({ Hello: { call, part: "Source", page: "program", take_over: false, last_event: 0 } });
      const last = Math.max(...lines.map(([, , start]) => start)) + 5_000;
      for (let sequence = 0; sound && sequence * 100 < last; sequence += 1) {
        // No more than ten seconds ahead of what the server has.
        while (sequence - acked > 100) await new Promise((done) => setTimeout(done, 10));
        for (const track of [0, 1]) {
          const frame = new DataView(new ArrayBuffer(13 + 3_200));
          frame.setUint8(0, track);
          frame.setUint32(1, sequence, true);
          frame.setBigUint64(5, BigInt(sequence * 100), true);
          for (let sample = 0; sample < 1_600; sample += 1) frame.setInt16(13 + sample * 2, 300 * Math.sin(sample / (5 + track)), true);
          socket.send(frame.buffer);
        }
      }
      while (sound && acked * 100 < last) await new Promise((done) => setTimeout(done, 50));
      for (const [channel, text, start] of lines) {
        say({ Heard: { track: channel === "rep" ? 0 : 1, text, start, end: start + text.length * 60, confidence, is_final: true } });
      }
      if (end) {
        say("End");
        await ended;
      } else {
        Object.assign(window, { [`socket-${call}`]: socket });
      }
      return call;
    },
    { title: options.title, lines: options.lines ?? talk, end: options.end ?? true, sound: options.sound ?? false, confidence: options.confidence ?? 0.9 },
  );
}
