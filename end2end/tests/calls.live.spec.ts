// Live calls with a microphone and a tab that play speech, from the preparation to the review.
import type { ChildProcess } from "node:child_process";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { end, line, startCall } from "../calls.ts";
import { startDeepgram } from "../deepgram.ts";
import { complaints, expect, expectAccessible, hydrated, person, signUp, test } from "../fixtures.ts";
import { customer, openMeeting, rep } from "../media.ts";
import { expectOnceInOrder, holes, recorded, seconds } from "../recording.ts";

const program = { CLOSEZLY_SPEECH_COMMAND: "pocketsphinx", CLOSEZLY_SPEECH_PYTHON: process.env.CLOSEZLY_TEST_PYTHON ?? "python3" };

test.describe("with PocketSphinx", () => {
  test.use({ environment: program });

  test("sign up, talk with microphone and tab, see words and suggestions, end, review, export", async ({ launch, server }) => {
    const context = await launch({ microphone: rep, tab: "Meeting" });
    const page = await context.newPage();
    const said = complaints(page);
    await signUp(page, person());
    const meeting = await openMeeting(context, customer);
    await page.bringToFront();
    const call = await startCall(page, { recognizer: /pocketsphinx/i, tab: true });
    await expect(line(page, "rep", /contract|price|friday/i).first()).toBeVisible({ timeout: 60_000 });
    await expect(line(page, "customer", /expensive|budget/i).first()).toBeVisible({ timeout: 60_000 });
    await expect(line(page, "rep", /expensive/i), "the tab's words are not the rep's").toHaveCount(0);
    const card = page.getByRole("region", { name: "Now" }).locator("[data-cue]").first();
    await expect(card).toBeVisible({ timeout: 60_000 });
    await expect(page.getByText("Both channels")).toBeVisible();
    await expectAccessible(page);
    await card.getByRole("button", { name: "Keep" }).click();
    await page.keyboard.press("b");
    await page.getByLabel("Notes").fill("Asked for the contract.");
    await expect(page.getByText("Saved")).toBeVisible();
    await end(page, call);
    await meeting.close();
    const words = page.getByRole("region", { name: "Transcript" }).getByText(/expensive|budget/i).first();
    await expect(words).toBeVisible();
    // PocketSphinx hears one or the other, depending on where in the recording the call began.
    const heard = /expensive|budget/i.exec(await words.innerText())![0];
    await expect(page.getByText("Asked for the contract.")).toBeVisible();
    await expectAccessible(page);
    expect(said).toEqual([]);

    for (const [format, type, words] of [
      ["markdown", "text/markdown", "# Acme, first talk"],
      ["json", "application/json", '"segments"'],
      ["srt", "subrip", "-->"],
    ] as const) {
      const answer = await page.request.get(`/api/v1/calls/${call}/export?format=${format}`);
      expect(answer.headers()["content-type"]).toContain(type);
      expect(await answer.text()).toContain(words);
    }
    const sound = await page.request.get(`/api/v1/calls/${call}/recording`, { headers: { range: "bytes=0-43" } });
    expect(sound.status()).toBe(206);
    expect((await sound.body()).toString("latin1", 0, 4)).toBe("RIFF");
    for (const channel of ["rep", "customer"] as const) {
      const frames = recorded(server, call, channel);
      expectOnceInOrder(frames);
      expect(holes(frames)).toEqual([]);
    }
    await page.goto("/calls?search=" + encodeURIComponent(heard));
    await expect(page.getByRole("link", { name: /Acme, first talk/ })).toBeVisible();
  });
});

test.describe("whatever happens, every frame once", () => {
  test("kill -9 of the server in mid-call", async ({ launch, server }) => {
    const context = await launch({ microphone: rep });
    const page = await context.newPage();
    await signUp(page, person());
    const call = await startCall(page, { recognizer: /No recognizer/ });
    await expect.poll(() => recorded(server, call, "rep").length).toBeGreaterThan(30);
    await server.kill9();
    await expect(page.getByText(/Recording locally, \d+ s waiting/i)).toBeVisible();
    await page.waitForTimeout(4_000);
    await server.restart();
    await expect(page.getByText("All caught up")).toBeVisible({ timeout: 30_000 });
    await page.waitForTimeout(2_000);
    await end(page, call);
    const frames = recorded(server, call, "rep");
    expectOnceInOrder(frames);
    expect(holes(frames), "the microphone never stopped").toEqual([]);
    expect(seconds(frames)).toBeGreaterThan(9);
  });

  test("a microphone that goes into no context of its own rate goes into one of the default rate", async ({ launch, server }) => {
    const context = await launch({ microphone: rep });
    const page = await context.newPage();
    await page.addInitScript(() => {
      // As some versions of Firefox do: the context of the asked-for rate is made, and then takes no stream.
      const ofAskedRate = new WeakSet<BaseAudioContext>();
      const Original = window.AudioContext;
      const create = Original.prototype.createMediaStreamSource;
      window.AudioContext = class extends Original {
        constructor(options?: AudioContextOptions) {
          super(options);
          if (options?.sampleRate) ofAskedRate.add(this);
        }
        override createMediaStreamSource(stream: MediaStream) {
          if (!ofAskedRate.has(this)) return create.call(this, stream);
          document.documentElement.dataset.refused = "yes";
          throw new DOMException("Connecting contexts of different rates is not supported.", "NotSupportedError");
        }
      };
    });
    await signUp(page, person());
    const call = await startCall(page, { recognizer: /No recognizer/ });
    await expect.poll(() => recorded(server, call, "rep").length).toBeGreaterThan(30);
    await expect(page.locator("html")).toHaveAttribute("data-refused", "yes");
    await end(page, call);
    const frames = recorded(server, call, "rep");
    expectOnceInOrder(frames);
    expect(holes(frames)).toEqual([]);
  });

  test("reload of the page in mid-call", async ({ launch, server }) => {
    const context = await launch({ microphone: rep });
    const page = await context.newPage();
    await signUp(page, person());
    const call = await startCall(page, { recognizer: /No recognizer/ });
    await expect.poll(() => recorded(server, call, "rep").length).toBeGreaterThan(20);
    // The server is away while the page is reloaded: what was not sent waits in the browser.
    await server.kill9();
    const before = recorded(server, call, "rep").length;
    await page.waitForTimeout(3_000);
    await server.restart();
    await page.reload();
    await hydrated(page);
    await page.getByRole("button", { name: "Send audio again" }).click();
    await expect.poll(() => recorded(server, call, "rep").length, { timeout: 30_000 }).toBeGreaterThan(before + 50);
    await end(page, call);
    const frames = recorded(server, call, "rep");
    expectOnceInOrder(frames);
    const gaps = holes(frames);
    expect(gaps.length, `the only hole is the reload itself: ${gaps}`).toBeLessThanOrEqual(1);
    const hole = frames.findIndex((frame, index) => index > 0 && frame.capturedAt - frames[index - 1]!.capturedAt > 150);
    expect(hole === -1 ? frames.length : hole, "what was captured while the server was away is there").toBeGreaterThan(before + 20);
  });

  test("a hidden tab", async ({ launch, server }) => {
    const context = await launch({ microphone: rep });
    const page = await context.newPage();
    await signUp(page, person());
    const call = await startCall(page, { recognizer: /No recognizer/ });
    await expect.poll(() => recorded(server, call, "rep").length).toBeGreaterThan(10);
    const other = await context.newPage();
    await other.goto("about:blank");
    await other.bringToFront();
    const hiddenAt = recorded(server, call, "rep").length;
    await other.waitForTimeout(15_000);
    const shownAt = recorded(server, call, "rep").length;
    expect(shownAt - hiddenAt, "frames arrived while the tab was hidden").toBeGreaterThan(120);
    await page.bringToFront();
    await end(page, call);
    const frames = recorded(server, call, "rep");
    expectOnceInOrder(frames);
    expect(holes(frames)).toEqual([]);
  });
});

test.describe("with Deepgram's stand-in", () => {
  let upstream: ChildProcess;
  const environment: Record<string, string> = {};

  test.beforeAll(async () => {
    const deepgram = await startDeepgram([
      { channel: "rep", at_ms: 1000, text: "Thank you for your time today." },
      { channel: "customer", at_ms: 4000, text: "Honestly, that sounds too expensive for us." },
      { channel: "rep", at_ms: 8000, text: "I will send you the proposal by Friday." },
    ]);
    upstream = deepgram.process;
    Object.assign(environment, deepgram.environment);
  });

  test.afterAll(() => {
    upstream.kill();
  });

  test.use({ environment });

  test("the same call, both channels under the right speaker", async ({ launch }) => {
    const context = await launch({ microphone: rep, tab: "Meeting" });
    const page = await context.newPage();
    await signUp(page, person());
    const meeting = await openMeeting(context, customer);
    await page.bringToFront();
    const call = await startCall(page, { recognizer: /Deepgram/, tab: true });
    await expect(line(page, "rep", /Thank you for your time/).first()).toBeVisible({ timeout: 30_000 });
    await expect(line(page, "customer", /too expensive for us/).first()).toBeVisible({ timeout: 30_000 });
    const card = page.getByRole("region", { name: "Now" }).locator('[data-cue][data-kind="objection"]').first();
    await expect(card).toContainText("too expensive");
    await card.getByRole("button", { name: "More" }).click();
    await card.getByRole("button", { name: "Show in transcript" }).click();
    await expect(page.locator('[id^="segment-"].cited').first()).toContainText("too expensive");
    await expect(page.locator('[id^="segment-"].cited').first()).toBeInViewport();
    await expect(line(page, "rep", /proposal by Friday/).first()).toBeVisible({ timeout: 30_000 });
    await end(page, call);
    await meeting.close();
    await expect(page.getByText(/send you the proposal/).first()).toBeVisible();
  });
});

test("the sample call plays in one click: its sheet comes along, it sounds, and an answer is there within twenty seconds", async ({ account, page }) => {
  expect(account.email).toContain("@");
  await page.goto("/");
  await hydrated(page);
  await page.getByRole("button", { name: "Play the sample call" }).click();
  const clicked = Date.now();
  await expect(page).toHaveURL(/\/live/);
  await expect(page.getByText(/sample/i).first()).toBeVisible();
  const heard = () => page.locator("audio").evaluate((audio: HTMLAudioElement) => !audio.paused && audio.currentTime > 0.5);
  await expect.poll(heard).toBe(true);
  const now = page.getByRole("region", { name: "Now" });
  await expect(now.locator("[data-cue]").first()).toContainText("49 €", { timeout: 20_000 - (Date.now() - clicked) });
  // The sound is where the call is.
  const clock = await page.locator("audio").evaluate((audio: HTMLAudioElement) => audio.currentTime);
  expect(Math.abs(clock - (Date.now() - clicked) / 1000)).toBeLessThan(3);
  await page.getByRole("button", { name: "Sound off" }).click();
  expect(await page.locator("audio").evaluate((audio: HTMLAudioElement) => audio.muted)).toBe(true);
  await expect(page.getByRole("button", { name: "Sound on" })).toBeVisible();
  await page.goto("/knowledge");
  await expect(page.getByRole("link", { name: /Northwind/ }).first()).toBeVisible();
  // The step is ticked at once.
  await page.goto("/");
  await expect(page.getByRole("heading", { name: /^Play the sample call\s*, done$/ })).toBeVisible();
});

test("without permission the page says what to do", async ({ account, context, page, server }) => {
  expect(account.email).toContain("@");
  const browser = await context.newCDPSession(page);
  await browser.send("Browser.setPermission", { permission: { name: "microphone" }, setting: "denied", origin: server.url });
  await page.goto("/calls/new");
  await hydrated(page);
  await page.getByRole("radio", { name: "Nobody else is on this call" }).check();
  await page.locator("summary", { hasText: "More" }).click();
  await page.getByRole("radio", { name: /No recognizer/ }).check();
  await page.getByLabel("Share the meeting's tab").uncheck();
  await page.getByRole("button", { name: "Start the call" }).click();
  await expect(page.getByRole("alert").filter({ hasText: /microphone/i }).first()).toBeVisible();
});

test("Web Speech in the page, and its failure said in words", async ({ launch }) => {
  const context = await launch({ microphone: rep });
  // A recognizer that hears one sentence, then loses its network, as Chrome's does without one.
  await context.addInitScript({ content: readFileSync(resolve(import.meta.dirname, "../fake-speech.js"), "utf8") });
  const page = await context.newPage();
  await signUp(page, person());
  const call = await startCall(page, { recognizer: /This browser/ });
  await expect(line(page, "rep", /hello from the fake recognizer/).first()).toBeVisible({ timeout: 30_000 });
  await expect(page.getByText(/speech service|recognition|network/i).first()).toBeVisible({ timeout: 30_000 });
  await end(page, call);
});
