// What the organization knows, in a call: the customer's question shows the passage that answers it.
import type { ChildProcess } from "node:child_process";
import { end, line, startCall } from "../calls.ts";
import { startDeepgram } from "../deepgram.ts";
import { complaints, expect, expectAccessible, hydrated, person, signUp, test } from "../fixtures.ts";
import { customer, openMeeting, rep } from "../media.ts";

let upstream: ChildProcess;
const environment: Record<string, string> = {};

test.beforeAll(async () => {
  const deepgram = await startDeepgram([
    { channel: "rep", at_ms: 1000, text: "Thank you for your time today." },
    { channel: "customer", at_ms: 4000, text: "What does the Team plan cost per seat?" },
    { channel: "rep", at_ms: 9000, text: "I will send you the proposal by Friday." },
  ]);
  upstream = deepgram.process;
  Object.assign(environment, deepgram.environment);
});

test.afterAll(() => {
  upstream.kill();
});

test.use({ environment });

test("the customer asks, the card shows the passage with its source, and the source opens beside the call", async ({ launch }) => {
  const context = await launch({ microphone: rep, tab: "Meeting" });
  const page = await context.newPage();
  const said = complaints(page);
  await signUp(page, person());

  await page.goto("/knowledge");
  await hydrated(page);
  await page.getByRole("button", { name: "Add the sample file" }).click();
  await expect(page.getByRole("link", { name: "What does the Team plan cost?" })).toBeVisible({ timeout: 30_000 });

  const meeting = await openMeeting(context, customer);
  await page.bringToFront();
  const call = await startCall(page, { recognizer: /Deepgram/, tab: true });
  await expect(line(page, "customer", /Team plan cost/).first()).toBeVisible({ timeout: 60_000 });
  const now = page.getByRole("region", { name: "Now" });
  const card = now.locator("[data-cue]").filter({ hasText: /Asks about price/ });
  await expect(card).toBeVisible();
  const source = card.getByRole("figure");
  await expect(source).toContainText("The Team plan costs 29 €");
  const link = source.getByRole("link");
  await expect(link).toHaveAccessibleName(/product sheet.*opens in a new tab/i);
  await expect(source).toContainText("Plans and prices");
  await expectAccessible(page);

  // A reload in mid-call brings card and passage back.
  await page.reload();
  await hydrated(page);
  await expect(source).toContainText("The Team plan costs 29 €");
  await page.getByRole("button", { name: "Send audio again" }).click();

  // The document opens beside the call, at its place; the call goes on.
  const opened = context.waitForEvent("page");
  await link.click();
  const document = await opened;
  await expect(document).toHaveURL(/\/knowledge\/[0-9a-f-]{36}\?version=1&passage=\d+.*#passage-\d+$/);
  await expect(document.getByText("The Team plan costs 29 €").first()).toBeInViewport();
  await document.close();
  await page.bringToFront();
  await expect(page).toHaveURL(new RegExp(`/calls/${call}/live`));
  await end(page, call);
  await meeting.close();

  // The review and its file show it too.
  const suggestions = page.getByRole("region", { name: "Suggestions" });
  await suggestions.locator("details", { has: page.getByRole("figure", { includeHidden: true }) }).first().locator("summary").click();
  await expect(suggestions.getByRole("figure")).toContainText("The Team plan costs 29 €");
  await expectAccessible(page);
  const file = await page.request.get(`/api/v1/calls/${call}/export?format=markdown`);
  expect(await file.text()).toContain("The Team plan costs 29 €");
  expect(said).toEqual([]);

  // The document's page says where it was used.
  await suggestions.getByRole("figure").getByRole("link").click();
  await expect(page).toHaveURL(/\/knowledge\/[0-9a-f-]{36}/);
  await expect(page.getByRole("link", { name: /What does the Team plan cost per seat/ })).toBeVisible();
});
