// From a suggestion's event at the server, and from the words before it, to its card on the screen (also beside 99 other live calls); and from
// a change to the page that shows it: prints p50 and p95, only for `cargo xtask bench`.
//
// A program (a page that only holds a socket) says a sentence that brings a card; a second browser watches the call, and a plain socket
// watches it too: what comes there has just left the server. All read the same machine's clock.
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { request } from "node:http";
import { createInterface } from "node:readline";
import { test, type Browser } from "@playwright/test";
import { hydrated, person, signUp } from "./fixtures.ts";
import { Server } from "./server.ts";

const SENTENCES = [
  "honestly it is too expensive for us",
  "we do not have the budget this year",
  "now is not a good time for us",
  "i have to talk to my boss about it",
  "we are happy with what we have today",
  "we are also looking at gong",
  "how do you handle security and compliance",
  "can you send me the contract",
  "how soon could we get started",
  "do you have any references we could talk to",
];
const ROUNDS = 10;
/** Calls that are made beside an open list. */
const CHANGES = 60;

function print(name: string, values: number[]): void {
  values.sort((a, b) => a - b);
  const share = (part: number) => values[Math.min(values.length - 1, Math.ceil(values.length * part) - 1)]!.toFixed(1);
  console.log(`browser.${name}_p50_ms=${share(0.5)}`);
  console.log(`browser.${name}_p95_ms=${share(0.95)}`);
}

/** A socket that watches a call, with nothing of a browser around it: when the event of each suggestion came. */
async function watcher(server: Server, call: string, cookie: string): Promise<{ events: Map<number, number>; close: () => void }> {
  const events = new Map<number, number>();
  const asked = request(`${server.url}/api/v1/calls/${call}/stream`, {
    headers: {
      connection: "Upgrade", upgrade: "websocket", "sec-websocket-version": "13", "sec-websocket-key": randomBytes(16).toString("base64"),
      origin: server.url, cookie,
    },
  });
  const socket = await new Promise<import("node:net").Socket>((done, failed) => {
    asked.on("upgrade", (_, socket) => done(socket)).on("error", failed);
    asked.on("response", (response) => failed(new Error(`the stream answers ${response.statusCode}`)));
    asked.end();
  });
  socket.setNoDelay(true);
  socket.on("data", (chunk) => {
    const at = performance.timeOrigin + performance.now();
    for (const [, number] of chunk.toString("latin1").matchAll(/"Cue":\{"number":(\d+)/g)) {
      if (!events.has(Number(number))) events.set(Number(number), at);
    }
  });
  // One text frame: a page's frames are masked, by zeros here.
  const hello = Buffer.from(JSON.stringify({ Hello: { call, part: "Viewer", page: "watcher", take_over: false, last_event: 0 } }));
  socket.write(Buffer.concat([Buffer.from([0x81, 0xfe, hello.length >> 8, hello.length & 0xff, 0, 0, 0, 0]), hello]));
  return { events, close: () => socket.destroy() };
}

test("event at the server to card painted", async ({ browser }) => {
  test.setTimeout(10 * 60_000);
  const server = await Server.start();
  const { said, told } = await eventsToPainted(browser, server);
  console.log(`browser.cues=${told.length}`);
  print("event_to_painted", told);
  print("words_to_painted", said);
  await server.stop();
});

test("event at the server to card painted beside 99 live calls", async ({ browser }) => {
  test.setTimeout(15 * 60_000);
  const server = await Server.start();
  const others = spawn(process.env.CLOSEZLY_LOAD!, ["--url", server.url, "--calls", "99", "--seconds", "900"], { stdio: ["ignore", "pipe", "inherit"] });
  // Its first line says that all calls have begun.
  await new Promise((begun) => createInterface(others.stdout).once("line", begun));
  const { said, told } = await eventsToPainted(browser, server);
  console.log(`browser.100_calls.cues=${told.length}`);
  print("100_calls.event_to_painted", told);
  print("100_calls.words_to_painted", said);
  others.kill();
  await server.stop();
});

/** How long a card took until it was painted: since its words were said, and since its event had left the server. */
async function eventsToPainted(browser: Browser, server: Server): Promise<{ said: number[]; told: number[] }> {
  const watching = await browser.newContext({ baseURL: server.url });
  const page = await watching.newPage();
  await signUp(page, person());
  const talking = await browser.newContext({ baseURL: server.url, storageState: await watching.storageState() });
  const program = await talking.newPage();
  await program.goto("/calls");
  const cookie = (await watching.cookies()).map(({ name, value }) => `${name}=${value}`).join("; ");
  const since: { said: number[]; told: number[] } = { said: [], told: [] };
  for (let round = 0; round < ROUNDS; round += 1) {
    const call = await program.evaluate(async () => {
      const body = {
        title: "Bench", contact_name: "", company: "", kind: "discovery", language: "en-US", vocabulary: "",
        recognizer: "browser", verbosity: "chatty", consent_who: "", consent_how: "nobody_else",
      };
      const created = await fetch("/api/v1/calls", { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
      const call = (await created.json()).data.id as string;
      const socket = new WebSocket(`${location.origin.replace("http", "ws")}/api/v1/calls/${call}/stream`);
      await new Promise((done) => (socket.onopen = done));
      const say = (message: unknown) => socket.send(JSON.stringify(message));
      say({ Hello: { call, part: "Source", page: "bench", take_over: false, last_event: 0 } });
      const heard = (text: string, start: number) => {
        const at = performance.timeOrigin + performance.now();
        say({ Heard: { track: 1, text, start, end: start + 1500, confidence: 0.9, is_final: true } });
        return at;
      };
      Object.assign(window, { heard });
      heard("hello there", 0);
      return call;
    });
    await page.goto(`/calls/${call}/live`);
    await hydrated(page);
    await page.getByText("hello there").first().waitFor();
    const watched = await watcher(server, call, cookie);
    await page.evaluate(() => {
      const painted: [number, number][] = [];
      let seen = document.querySelectorAll("[data-cue]").length;
      new MutationObserver(() => {
        const last = Math.max(0, ...[...document.querySelectorAll<HTMLElement>("[data-cue]")].map((card) => Number(card.dataset.cue)));
        if (last <= seen) return;
        seen = last;
        // A message that is sent while a frame is made arrives when the frame has been painted.
        requestAnimationFrame(() => {
          const { port1, port2 } = new MessageChannel();
          port1.onmessage = () => painted.push([last, performance.timeOrigin + performance.now()]);
          port2.postMessage(null);
        });
      }).observe(document.body, { subtree: true, childList: true });
      Object.assign(window, { painted });
    });
    for (const [index, sentence] of SENTENCES.entries()) {
      const before = await page.evaluate(() => (window as unknown as { painted: [number, number][] }).painted.length);
      const said = await program.evaluate(
        ({ sentence, start }) => (window as unknown as { heard: (text: string, start: number) => number }).heard(sentence, start),
        { sentence, start: (index + 1) * 5_000 },
      );
      await page.waitForTimeout(700);
      const painted = await page.evaluate((before) => (window as unknown as { painted: [number, number][] }).painted[before], before);
      if (!painted) continue;
      const [cue, at] = painted;
      since.said.push(at - said);
      const told = watched.events.get(cue);
      if (told !== undefined) since.told.push(at - told);
    }
    watched.close();
  }
  await watching.close();
  await talking.close();
  return since;
}

// The answer to the request comes after the commit: from there to the frame that has the new line. The list hears of it by its event stream.
test("commit to list painted", async ({ browser }) => {
  test.setTimeout(10 * 60_000);
  const server = await Server.start();
  const watching = await browser.newContext({ baseURL: server.url });
  const page = await watching.newPage();
  await signUp(page, person());
  const working = await browser.newContext({ baseURL: server.url, storageState: await watching.storageState() });
  const program = await working.newPage();
  await program.goto("/settings");
  await page.goto("/calls");
  await hydrated(page);
  await page.evaluate(() => {
    const painted: Record<string, number> = {};
    new MutationObserver(() => {
      for (const link of document.querySelectorAll("main a")) {
        const title = /Change \d+;/.exec(link.textContent ?? "")?.[0];
        if (!title || title in painted) continue;
        painted[title] = 0;
        requestAnimationFrame(() => {
          const { port1, port2 } = new MessageChannel();
          port1.onmessage = () => (painted[title] = performance.timeOrigin + performance.now());
          port2.postMessage(null);
        });
      }
    }).observe(document.body, { subtree: true, childList: true, characterData: true });
    Object.assign(window, { painted });
  });
  const latencies: number[] = [];
  for (let number = 0; number < CHANGES; number += 1) {
    const title = `Change ${number};`;
    // A page asks again at most twice a second.
    await page.waitForTimeout(600 + (number % 7) * 40);
    const committed = await program.evaluate(async (title) => {
      const body = {
        title, contact_name: "", company: "", kind: "discovery", language: "en-US", vocabulary: "",
        recognizer: "browser", verbosity: "normal", consent_who: "", consent_how: "nobody_else",
      };
      const created = await fetch("/api/v1/calls", { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
      if (!created.ok) throw new Error(await created.text());
      return performance.timeOrigin + performance.now();
    }, title);
    const painted = await page.waitForFunction((title) => (window as unknown as { painted: Record<string, number> }).painted[title], title);
    latencies.push((await painted.jsonValue())! - committed);
  }
  console.log(`browser.changes=${latencies.length}`);
  print("commit_to_painted", latencies);
  await watching.close();
  await working.close();
  await server.stop();
});
