// What journeys through Knowledge share.
import type { Page } from "@playwright/test";
import { expect, hydrated } from "./fixtures.ts";

/** Reading takes a process of its own for each file. */
export const READ = { timeout: 60_000 };

/** A file of plain text, as a file input takes it. */
export function textFile(name: string, content: string): { name: string; mimeType: string; buffer: Buffer } {
  return { name, mimeType: "text/plain", buffer: Buffer.from(content) };
}

/** Asks in the box of the page. */
export async function ask(page: Page, question: string): Promise<void> {
  if (!/\/knowledge(\?|$)/.test(page.url())) await page.goto("/knowledge");
  await hydrated(page);
  await page.getByLabel("Your question").fill(question);
  await page.getByLabel("Your question").press("Enter");
  await expect(page.locator("#answer-title")).toHaveText(question);
}

/** All of so many documents answer. */
export async function expectReady(page: Page, count: number): Promise<void> {
  const numbers = page.getByRole("region", { name: "In numbers" }).getByRole("definition");
  await expect(numbers.first()).toHaveText(String(count), READ);
  await expect(page.getByRole("list", { name: "Steps" })).toHaveCount(0, READ);
}
