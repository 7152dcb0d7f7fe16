// Whether a call is heard, and who sees it: silent microphones, another microphone, a second page, a phone, the small window.
import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { end, line, startCall } from "../calls.ts";
import { expect, expectAccessible, hydrated, person, signUp, test } from "../fixtures.ts";
import { rep } from "../media.ts";
import { speak } from "../program.ts";
import { expectOnceInOrder, holes, recorded } from "../recording.ts";

/** A WAV file of zeros: a microphone that is switched off, or that the computer keeps from the browser. */
function zeros(path: string, seconds: number): string {
  const bytes = seconds * 32_000;
  const head = Buffer.alloc(44);
  head.write("RIFF", 0);
  head.writeUInt32LE(36 + bytes, 4);
  head.write("WAVEfmt ", 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(16_000, 24);
  head.writeUInt32LE(32_000, 28);
  head.writeUInt16LE(2, 32);
  head.writeUInt16LE(16, 34);
  head.write("data", 36);
  head.writeUInt32LE(bytes, 40);
  writeFileSync(path, Buffer.concat([head, Buffer.alloc(bytes)]));
  return path;
}

test("a microphone that gives only zeros is told of, and no more once it is muted", async ({ launch }, info) => {
  const context = await launch({ microphone: zeros(info.outputPath("zeros.wav"), 60) });
  const page = await context.newPage();
  await signUp(page, person());
  const call = await startCall(page, { recognizer: /No recognizer/ });
  const told = page.getByRole("alert").filter({ hasText: "Nothing is heard from your microphone" });
  await page.waitForTimeout(5_000);
  await expect(told, "five seconds are a pause to think").toBeHidden();
  await expect(told).toBeVisible({ timeout: 15_000 });
  await expectAccessible(page);
  await page.keyboard.press("m");
  await expect(told).toBeHidden();
  await page.keyboard.press("m");
  await page.waitForTimeout(3_000);
  await expect(told, "counted anew").toBeHidden();
  await expect(told).toBeVisible({ timeout: 15_000 });
  await end(page, call);
});

test("another microphone in mid-call, on the same track without a hole", async ({ launch, server }) => {
  const context = await launch({ microphone: rep });
  const page = await context.newPage();
  await signUp(page, person());
  const call = await startCall(page, { recognizer: /No recognizer/ });
  await expect.poll(() => recorded(server, call, "rep").length).toBeGreaterThan(20);
  const choice = page.getByRole("combobox", { name: "Microphone" });
  const other = await choice.locator("option").last().getAttribute("value");
  await choice.selectOption(other);
  const then = recorded(server, call, "rep").length;
  await expect.poll(() => recorded(server, call, "rep").length).toBeGreaterThan(then + 30);
  await expect(choice).toHaveValue(other!);
  await end(page, call);
  const frames = recorded(server, call, "rep");
  expectOnceInOrder(frames);
  const lost = holes(frames).length;
  expect(lost, `at most the moment of changing: ${holes(frames)}`).toBeLessThanOrEqual(1);
});

test("a second page sees what was said, and takes the call over", async ({ launch }) => {
  const context = await launch({ microphone: rep });
  await context.addInitScript({ content: readFileSync(resolve(import.meta.dirname, "../fake-speech.js"), "utf8") });
  const page = await context.newPage();
  await signUp(page, person());
  const call = await startCall(page, { recognizer: /This browser/ });
  await expect(line(page, "rep", /hello from the fake recognizer/).first()).toBeVisible({ timeout: 30_000 });
  await page.keyboard.press("b");
  await expect(page.getByText(/^Marked at/)).toBeVisible();

  const second = await context.newPage();
  await second.goto(`/calls/${call}/live`);
  await expect(second.getByText(/open in another tab/)).toBeVisible();
  await expect(line(second, "rep", /hello from the fake recognizer/).first()).toBeVisible();
  await expect(second.getByText(/^Marked at/)).toBeVisible();
  await expect(second.getByRole("button", { name: "End", exact: true })).toBeDisabled();
  // Both clocks are the call's.
  const clock = async (of: typeof page) => {
    const [minutes, seconds] = (await of.locator("header").getByText(/^\d+:\d\d$/).first().innerText()).split(":").map(Number);
    return minutes! * 60 + seconds!;
  };
  expect(Math.abs((await clock(page)) - (await clock(second)))).toBeLessThanOrEqual(2);

  await second.getByRole("button", { name: "Take over here" }).click();
  await expect(page.getByText(/goes on in another tab/)).toBeVisible();
  await expect(line(page, "rep", /hello from the fake recognizer/).first(), "the first page looks on").toBeVisible();
  await second.getByRole("button", { name: "Microphone only" }).click();
  await expect(second.getByText("All caught up")).toBeVisible();
  await second.keyboard.press("b");
  await expect(page.getByText(/^Marked at/)).toHaveCount(2);
  await end(second, call);
});

test("a phone begins with what to say, and counts it", async ({ account, page }) => {
  expect(account.email).toContain("@");
  await page.setViewportSize({ width: 390, height: 844 });
  const call = await speak(page, { title: "On a phone", end: false });
  await page.goto(`/calls/${call}/live`);
  await hydrated(page);
  const card = page.getByRole("region", { name: "Now" }).locator("[data-cue]").first();
  await expect(card).toBeVisible();
  await expect(page.getByRole("tab", { name: /Now \d suggestions?/ })).toHaveAttribute("aria-selected", "true");
  await page.getByRole("tab", { name: "Transcript" }).click();
  await expect(line(page, "customer", /too expensive/).first()).toBeVisible();
  await expect(card).toBeHidden();
  await expect(page.getByRole("tab", { name: /Now \d/ }), "the count stays in sight").toBeVisible();
  await expectAccessible(page);
  // Where three columns don't fit, what to say has the most room, and the context folds.
  await page.setViewportSize({ width: 1024, height: 768 });
  await page.getByRole("button", { name: "Context and notes" }).click();
  await expect(page.getByLabel("Notes")).toBeVisible();
  await page.getByRole("button", { name: "Context and notes" }).click();
  await expect(page.getByLabel("Notes")).toBeHidden();
  const width = async (name: string) => (await page.getByRole("region", { name }).boundingBox())!.width;
  expect(await width("Now")).toBeGreaterThan(await width("Transcript"));
});

test("a long call draws its last lines, and earlier ones when asked", async ({ account, page }) => {
  expect(account.email).toContain("@");
  const lines = Array.from({ length: 700 }, (_, index) => ["customer", `line number ${index} about nothing much`, index * 4_000] as const);
  // So many lines at once are taken at the pace of a fast talker, so who says them stays.
  const program = await page.context().newPage();
  await program.goto("/calls");
  const call = await speak(program, { title: "A workshop", lines, end: false });
  await page.goto(`/calls/${call}/live`);
  await hydrated(page);
  const drawn = page.locator("[id^=segment-]");
  await page.getByRole("region", { name: "Transcript" }).getByText("line number 699").waitFor({ timeout: 60_000 });
  expect(await drawn.count()).toBeLessThanOrEqual(200);
  const more = page.getByRole("button", { name: /^Earlier lines/ });
  await more.focus();
  await more.press("Enter");
  await expect(drawn.first()).toContainText(/line number 3\d\d/);
  expect(await drawn.count()).toBeLessThanOrEqual(400);
  await page.getByRole("button", { name: "Jump to now" }).click();
  await expect(page.getByText("line number 699")).toBeInViewport();
});

test("the small window has the time, the state, mute and mark, and gives the suggestions back", async ({ launch }) => {
  const context = await launch({ microphone: rep });
  const page = await context.newPage();
  await signUp(page, person());
  const call = await startCall(page, { recognizer: /No recognizer/ });
  await page.getByRole("button", { name: "Pop out" }).click();
  // No page of its own for the test: it is looked at from its opener.
  const inside = (script: string) =>
    page.evaluate((script) => new Function("body", script)((window as never)["documentPictureInPicture"]["window"]["document"]["body"]), script);
  await expect.poll(() => inside("return body.innerText")).toMatch(/0:\d\d\s+Live/);
  expect(await inside("return body.innerText")).toContain("Nothing to say right now");
  await expect(page.getByText("The suggestions are in the small window")).toBeVisible();
  await inside("[...body.querySelectorAll('button')].find((one) => one.textContent.startsWith('Mute')).click()");
  await expect(page.getByRole("button", { name: "Unmute" })).toBeVisible();
  await inside("[...body.querySelectorAll('button')].find((one) => one.textContent.startsWith('Mark')).click()");
  await expect(page.getByText(/^Marked at/)).toBeVisible();
  await page.evaluate("documentPictureInPicture.window.close()");
  await expect(page.getByRole("region", { name: "Now" }).getByText("Nothing to say right now")).toBeVisible();
  await expect(page.getByText("The suggestions are in the small window")).toBeHidden();
  await end(page, call);
});
