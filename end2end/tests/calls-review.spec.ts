// The review of a call: its player, what comes while one looks on, lines that links name, keys, corrections, a phone.
import type { Locator, Page } from "@playwright/test";
import { complaints, expect, expectAccessible, hydrated, test } from "../fixtures.ts";
import { expectFocusSeen, tabTo } from "../keyboard.ts";
import { speak, talk, type Line } from "../program.ts";

/** A talk that doesn't fit into a window. */
const long: Line[] = Array.from({ length: 60 }, (_, index) => {
  const [channel, text] = talk[index % talk.length]!;
  return [channel, `${text} ${index + 1}`, index * 1_000] as const;
});

function player(page: Page): Locator {
  return page.getByRole("region", { name: "Recording" });
}

function lines(page: Page): Locator {
  return page.locator("li[id^=segment-]");
}

/** How much of what was seen has moved since the page was opened, without anybody's doing. */
async function moved(page: Page): Promise<number> {
  return page.evaluate(
    () =>
      new Promise<number>((done) => {
        let sum = 0;
        new PerformanceObserver((list) => {
          for (const entry of list.getEntries() as (PerformanceEntry & { value: number; hadRecentInput: boolean })[]) {
            if (!entry.hadRecentInput) sum += entry.value;
          }
        }).observe({ type: "layout-shift", buffered: true });
        setTimeout(() => done(sum), 500);
      }),
  );
}

async function expectInView(line: Locator, below: Locator): Promise<void> {
  await expect
    .poll(async () => {
      const [at, bar] = [await line.boundingBox(), await below.boundingBox()];
      return at !== null && bar !== null && at.y >= bar.y + bar.height - 1 && at.y < 700;
    })
    .toBe(true);
}

test("the player stays in reach, is steered by keys, pointer and times, and the transcript follows it", async ({ account, page }) => {
  expect(account).toBeTruthy();
  const said = complaints(page);
  const broken: string[] = [];
  page.on("requestfailed", (request) => request.url().endsWith("/recording") && broken.push(request.url()));
  await page.goto("/calls");
  const call = await speak(page, { title: "With sound", lines: long, sound: true });
  const drawn = page.waitForResponse((response) => response.url().endsWith("/api/calls/waveform"));
  await page.goto(`/calls/${call}`);
  await hydrated(page);
  expect((await drawn).status()).toBe(200);
  const bar = player(page);
  await expect(bar.getByText("0:00 / 1:04")).toBeVisible();
  await expect(bar.getByRole("listitem").first()).toHaveText("Ada Byron");
  await expect(bar.locator("svg path[data-tone=rep]")).toHaveAttribute("d", /^M0 20(V\d+H\d+){400}V20z$/);
  await expectAccessible(page);
  expect(broken, "nothing is asked for only to be broken off").toEqual([]);

  await test.step("Space plays and pauses, but in a field", async () => {
    await page.locator("h1").click();
    await page.keyboard.press("Space");
    await expect(bar.getByRole("button", { name: "Pause" })).toBeVisible();
    await expect(bar.getByText(/^0:0[1-9] \//)).toBeVisible();
    await page.keyboard.press("Space");
    await expect(bar.getByRole("button", { name: "Play" })).toBeVisible();
    await page.getByRole("textbox", { name: "Notes" }).focus();
    await page.keyboard.press("Space");
    await expect(bar.getByRole("button", { name: "Play" })).toBeVisible();
  });

  await test.step("steps, speed and the seek bar", async () => {
    const seek = bar.getByRole("slider", { name: "Position" });
    await seek.focus();
    await page.keyboard.press("Home");
    await expect(bar.getByText("0:00 / 1:04")).toBeVisible();
    await bar.getByRole("button", { name: "+15 s" }).click();
    await page.keyboard.press("Enter");
    await expect(bar.getByText("0:30 / 1:04")).toBeVisible();
    await bar.getByRole("button", { name: "−15 s" }).click();
    await seek.focus();
    await page.keyboard.press("ArrowRight");
    await expect(bar.getByText("0:20 / 1:04")).toBeVisible();
    await expect(seek).toHaveAttribute("aria-valuetext", "0:20 of 1:04");
    const box = (await seek.boundingBox())!;
    await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
    await expect(bar.getByText(/^0:3[12] \//)).toBeVisible();
    await bar.getByLabel("Speed").selectOption("2×");
    expect(await bar.locator("audio").first().evaluate((audio: HTMLAudioElement) => audio.playbackRate)).toBe(2);
    await bar.getByLabel("Speed").selectOption("1×");
  });

  await test.step("a time low on the page plays, and the player is still there", async () => {
    const last = lines(page).nth(49);
    await last.scrollIntoViewIfNeeded();
    await last.getByTitle("Play from here").click();
    await expect(bar.getByRole("button", { name: "Pause" })).toBeInViewport();
    await expect(bar.getByText(/^0:(49|5\d) \//)).toBeVisible();
    const top = await page.getByRole("banner").boundingBox();
    const at = await bar.boundingBox();
    expect(at!.y, "below the top bar").toBeGreaterThanOrEqual(top!.y + top!.height - 1);
    await expect(lines(page).nth(52)).toHaveClass(/playing/, { timeout: 15_000 });
    await expect(lines(page).nth(52), "it follows").toBeInViewport();
    await page.mouse.wheel(0, -10_000);
    const back = page.getByRole("button", { name: "Jump to now" });
    await expect(back).toBeVisible();
    await back.click();
    await expect(page.locator('[id^="segment-"].playing')).toBeInViewport();
    await expect(back).toBeHidden();
    await page.keyboard.press("Space");
    await expect(bar.getByRole("button", { name: "Play" })).toBeVisible();
  });
  expect(said).toEqual([]);
});

test("nothing moves when the results come @phone", async ({ account, context, page, server }) => {
  expect(account).toBeTruthy();
  await page.goto("/calls");
  const call = await speak(page, { title: "Still running", end: false });
  const review = await context.newPage();
  await review.goto(`/calls/${call}`);
  await hydrated(review);
  await expect(review.getByText("This call is still running.")).toBeVisible();
  await expect(review.getByText("Written when the call has ended")).toHaveCount(0);
  await page.request.post(`/api/v1/calls/${call}/end`, { data: {}, headers: { origin: server.url } });
  await expect(review.getByRole("region", { name: "Summary" }).getByRole("listitem").first()).toBeVisible({ timeout: 30_000 });
  await expect(review.getByText("This call is still running.")).toHaveCount(0);
  await expect(review.getByText("The summary is being written")).toHaveCount(0);
  expect(await moved(review)).toBeLessThan(0.02);
  const summary = await review.getByRole("region", { name: "Summary" }).innerText();
  expect(summary, "each line says who").toMatch(/(Ada Byron|Dana Reyes): /);
});

test("a search hit is gone to and marked, and stays so", async ({ account, page }) => {
  expect(account).toBeTruthy();
  await page.goto("/calls");
  await speak(page, { title: "Numbers", lines: long.map(([channel, text, start], index) => [channel, index === 44 ? "our budget for the year is used up" : text, start]) });
  await page.goto("/calls?search=budget");
  await hydrated(page);
  await page.getByRole("link", { name: "0:44" }).click();
  await expect(page).toHaveURL(/\?line=\d+&words=budget#segment-\d+$/);
  const line = page.locator("[aria-current=true][id^=segment-]");
  await expect(line).toContainText("our budget for the year");
  await expect(line.locator("mark")).toHaveText("budget");
  await expectInView(line, player(page));
  await page.reload();
  await hydrated(page);
  await expect(line.locator("mark")).toHaveText("budget");
  await expectInView(line, player(page));
  await expectAccessible(page);
});

test("a line is reached, corrected and left by keys alone", async ({ account, page }) => {
  expect(account).toBeTruthy();
  const said = complaints(page);
  await page.goto("/calls");
  const call = await speak(page, { title: "By keys" });
  await page.goto(`/calls/${call}`);
  await hydrated(page);
  const time = (number: number) => lines(page).nth(number - 1).getByTitle("Play from here");
  await tabTo(page, time(1));
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  await expect(time(3)).toBeFocused();
  await page.keyboard.press("End");
  await expect(time(talk.length)).toBeFocused();
  await page.keyboard.press("Home");
  await expect(time(1)).toBeFocused();
  await expectFocusSeen(page);
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Tab");
  const correct = page.getByRole("link", { name: "Correct the line at 0:06" });
  await expect(correct).toBeFocused();
  await page.keyboard.press("Tab");
  expect(await page.evaluate(() => document.activeElement?.closest("ol") === null), "one line is enough for Tab").toBe(true);
  await page.keyboard.press("Shift+Tab");
  await expect(time(2)).toBeFocused();

  const field = page.getByRole("textbox", { name: "Correct the line" });
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await expect(field).toBeFocused();
  await field.fill("not this");
  await page.keyboard.press("Escape");
  await expect(field).toHaveCount(0);
  await expect(correct).toBeFocused();

  await page.keyboard.press("Enter");
  await expect(field).toBeFocused();
  await field.fill("mostly by hand");
  let sent = 0;
  page.on("request", (request) => (sent += Number(request.url().endsWith("/api/calls/correct"))));
  await field.dispatchEvent("keydown", { key: "Enter", isComposing: true, bubbles: true });
  await field.dispatchEvent("keydown", { key: "Enter", keyCode: 229, bubbles: true });
  await expect(field).toBeVisible();
  expect(sent, "an input method's Enter sends nothing").toBe(0);
  await page.keyboard.press("Enter");
  await expect(lines(page).nth(1)).toContainText("mostly by hand");
  await expect(lines(page).nth(1)).toContainText("Corrected");
  await expect(time(2)).toBeFocused();
  expect(said).toEqual([]);
});

test("on a phone, what comes of the call stands before what was said @phone", async ({ account, page }) => {
  expect(account).toBeTruthy();
  await page.goto("/calls");
  const call = await speak(page, { title: "On a phone", lines: long, sound: true });
  await page.goto(`/calls/${call}`);
  await hydrated(page);
  const top = async (locator: Locator) => (await locator.boundingBox())!.y;
  const [summary, actions, transcript] = [
    await top(page.getByRole("region", { name: "Summary" })),
    await top(page.getByRole("region", { name: "Action items" })),
    await top(page.getByRole("region", { name: "Transcript" })),
  ];
  if (page.viewportSize()!.width < 860) expect(summary < actions && actions < transcript).toBe(true);
  await lines(page).last().scrollIntoViewIfNeeded();
  await expect(player(page).getByRole("button", { name: "Play" })).toBeInViewport();
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
  await expectAccessible(page);
});

test("words that were hardly heard are pale and said to be unsure, and every word has its language", async ({ account, page, server }) => {
  expect(account).toBeTruthy();
  await page.goto("/calls");
  const call = await speak(page, { title: "Hardly heard", lines: [["customer", "שלום, how are you", 0], ["rep", "sands legal documentation", 4_000]], confidence: 0.2 });
  const answer = await page.request.patch(`/api/v1/calls/${call}/transcript/1`, { data: { text: "שלום, how are you" }, headers: { origin: server.url } });
  expect(answer.status()).toBe(200);
  await page.goto(`/calls/${call}`);
  const words = (number: number) => page.locator(`#segment-${number} [dir=auto]`);
  await expect(page.locator("#segment-2")).toContainText("(unsure)");
  await expect(page.locator("#segment-1"), "what a person has corrected is sure").not.toContainText("(unsure)");
  await expect(words(1)).toHaveAttribute("lang", "en-US");
  expect(await words(1).evaluate((element) => getComputedStyle(element).direction)).toBe("rtl");
  expect(await words(2).evaluate((element) => getComputedStyle(element).color)).not.toBe(await words(1).evaluate((element) => getComputedStyle(element).color));
  await expectAccessible(page);
});
