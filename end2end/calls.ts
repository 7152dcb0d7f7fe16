// A call from its preparation to its review, as journeys drive it.
import type { Locator, Page } from "@playwright/test";
import { expect, hydrated } from "./fixtures.ts";

/** Fills in the preparation as a newcomer would, and starts. */
export async function startCall(page: Page, options: { recognizer: RegExp; tab?: boolean }): Promise<string> {
  await page.goto("/calls/new");
  await hydrated(page);
  await page.locator("summary", { hasText: "More" }).click();
  await page.getByLabel("Title").fill("Acme, first talk");
  await page.getByLabel("Contact", { exact: false }).first().fill("Dana Reyes");
  await page.getByRole("radio", { name: "Nobody else is on this call" }).check();
  await page.getByRole("radio", { name: options.recognizer }).check();
  const share = page.getByLabel("Share the meeting's tab");
  if (await share.isVisible()) await share.setChecked(options.tab ?? false);
  await page.getByRole("button", { name: "Start the call" }).click();
  await expect(page).toHaveURL(/\/calls\/[0-9a-f-]{36}\/live/);
  return page.url().split("/").at(-2)!;
}

/** A line of the live transcript. */
export function line(page: Page, channel: "rep" | "customer", words: RegExp): Locator {
  return page.getByRole("region", { name: "Transcript" }).locator(`[data-channel="${channel}"]`).filter({ hasText: words });
}

/** Ends the call and waits for its review. */
export async function end(page: Page, call: string): Promise<void> {
  await page.getByRole("button", { name: "End", exact: true }).click();
  await page.getByRole("button", { name: "End the call" }).click();
  await expect(page).toHaveURL(new RegExp(`/calls/${call}$`), { timeout: 60_000 });
  await expect(page.getByRole("heading", { name: "Summary" })).toBeVisible({ timeout: 30_000 });
}
