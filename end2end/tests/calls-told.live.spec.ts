// What a live call tells: to a screen reader only what is final, and to whoever was signed out how to go on.
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { end, line, startCall } from "../calls.ts";
import { expect, hydrated, person, signUp, test } from "../fixtures.ts";
import { rep } from "../media.ts";
import { expectOnceInOrder, recorded } from "../recording.ts";

test("words that are not final yet are not read out", async ({ launch }) => {
  const context = await launch({ microphone: rep });
  await context.addInitScript({ content: readFileSync(resolve(import.meta.dirname, "../fake-speech.js"), "utf8") });
  // Everything that comes into a live region, as a screen reader is told of it, and everything that is shown in the transcript.
  await context.addInitScript(() => {
    const seen = { announced: [] as string[], shown: [] as string[] };
    Object.assign(window, { seen });
    const watch = new MutationObserver((changes) => {
      for (const change of changes) {
        const place = change.target instanceof Element ? change.target : change.target.parentElement;
        const text = change.target.textContent ?? "";
        if (place?.closest("[role=log], [aria-live]")) seen.announced.push(text);
        seen.shown.push(text);
      }
    });
    watch.observe(document, { subtree: true, childList: true, characterData: true });
  });
  const page = await context.newPage();
  await signUp(page, person());
  const call = await startCall(page, { recognizer: /This browser/ });
  await expect(line(page, "rep", /hello from the fake recognizer/).first()).toBeVisible({ timeout: 30_000 });
  const { announced, shown } = await page.evaluate(() => (window as unknown as { seen: { announced: string[]; shown: string[] } }).seen);
  const partial = /hello from(?! the fake)/;
  expect(shown.some((text) => partial.test(text)), "the partial was there to be seen").toBe(true);
  expect(announced.filter((text) => partial.test(text))).toEqual([]);
  expect(announced.some((text) => text.includes("hello from the fake recognizer"))).toBe(true);
  await end(page, call);
});

test("a page whose session has ended says so, keeps its sound, and sends it after signing in", async ({ launch, server }) => {
  const context = await launch({ microphone: rep });
  const page = await context.newPage();
  // Whoever leaves a live call is asked.
  page.on("dialog", (dialog) => void dialog.accept());
  const account = person();
  await signUp(page, account);
  const call = await startCall(page, { recognizer: /No recognizer/ });
  await expect.poll(() => recorded(server, call, "rep").length).toBeGreaterThan(20);
  // As if from another tab of this browser.
  await page.request.post("/sign-out", { headers: { origin: server.url }, maxRedirects: 0 });
  const again = page.getByRole("link", { name: "Sign in again" });
  await expect(again).toBeVisible({ timeout: 15_000 });
  const before = recorded(server, call, "rep").length;
  await page.waitForTimeout(3_000);
  expect(recorded(server, call, "rep").length, "nothing is taken from who is signed out").toBe(before);
  await again.click();
  await page.getByLabel("Email").fill(account.email);
  await page.getByLabel("Password", { exact: true }).fill(account.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page).toHaveURL(new RegExp(`/calls/${call}/live`));
  await hydrated(page);
  await page.getByRole("button", { name: "Send audio again" }).click();
  await expect.poll(() => recorded(server, call, "rep").length, { timeout: 30_000 }).toBeGreaterThan(before + 40);
  await end(page, call);
  const frames = recorded(server, call, "rep");
  expectOnceInOrder(frames);
  const hole = frames.findIndex((frame, index) => index > 0 && frame.capturedAt - frames[index - 1]!.capturedAt > 150);
  expect(hole === -1 ? frames.length : hole, "what was captured while signed out is there").toBeGreaterThan(before + 20);
});
