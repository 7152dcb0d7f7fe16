// What becomes of a document's answers while and after a new file takes its place.
import type { Page } from "@playwright/test";
import { complaints, expect, expectAccessible, hydrated, test } from "../fixtures.ts";
import { ask, expectReady, READ, textFile } from "../knowledge.ts";

const FIRST = "The Lynx subscription costs 17 euros per seat. Zanzibar customers pay in dhows.";
const SECOND = "The Lynx subscription costs 23 euros per seat. The Lynx subscription may be cancelled every month.";

test("the old text answers until the new one can, both files stay in the history, then only the new one answers", async ({ page, account }) => {
  test.setTimeout(120_000);
  expect(account).toBeTruthy();
  const said = complaints(page);
  await page.goto("/knowledge");
  await hydrated(page);
  await page.locator("#knowledge-files").setInputFiles([textFile("Lynx.txt", FIRST), textFile("Other.txt", "The Puma subscription costs 5 euros.")]);
  await expectReady(page, 2);
  await ask(page, "How do Zanzibar customers pay?");
  await expect(answers(page).first()).toContainText("dhows");
  await page.goto("/knowledge");
  await page.getByRole("link", { name: "Lynx", exact: true }).click();
  await expect(page.getByText(FIRST)).toBeVisible();
  const document = page.url();
  const versions = page.getByRole("region", { name: "Versions" });
  await expect(versions.getByRole("listitem")).toHaveCount(1);

  await test.step("a new file that can't be read changes no answer", async () => {
    await replace(page, { name: "Lynx 2026.pdf", mimeType: "application/pdf", buffer: Buffer.from("This is no PDF.") });
    const failed = page.getByRole("alert").filter({ hasText: "This document could not be read" });
    await expect(failed).toContainText("This file is named .pdf but is not one", READ);
    await expect(page.getByText("The text of the version before still answers.")).toBeVisible();
    await expect(page.getByText(FIRST)).toBeVisible();
    await expect(versions.getByRole("listitem")).toHaveCount(2);
    await expectAccessible(page);
    await ask(page, "What does the Lynx subscription cost?");
    await expect(answers(page).first()).toContainText("17 euros");
    await page.goto(document);
    await hydrated(page);
  });

  await test.step("one that can is the document from now on", async () => {
    await replace(page, { name: "Lynx 2027.md", mimeType: "text/markdown", buffer: Buffer.from(`# Lynx\n\n${SECOND}\n`) });
    await expect(page.getByText(SECOND)).toBeVisible(READ);
    await expect(page.getByText("17 euros")).toHaveCount(0);
    await expect(page.getByRole("region", { name: "Text", exact: true })).not.toContainText("Zanzibar");
    await expect(page.getByText("could not be read")).toHaveCount(0);
    await expect(page.getByText("version before still answers")).toHaveCount(0);
    await expectAccessible(page);
  });

  await test.step("the history has all, the newest first, each as it was given", async () => {
    const items = versions.getByRole("listitem");
    await expect(items).toHaveCount(3);
    for (const [at, name, number, content] of [
      [0, "Lynx 2027.md", "Version 3", `# Lynx\n\n${SECOND}\n`],
      [1, "Lynx 2026.pdf", "Version 2", "This is no PDF."],
      [2, "Lynx.txt", "Version 1", FIRST],
    ] as const) {
      await expect(items.nth(at)).toContainText(number);
      const link = items.nth(at).getByRole("link", { name, exact: true });
      const file = await page.request.get((await link.getAttribute("href"))!);
      expect(file.headers()["content-disposition"]).toContain("attachment");
      expect(await file.text()).toBe(content);
    }
    const current = await page.request.get((await page.getByRole("link", { name: "Download the file" }).getAttribute("href"))!);
    expect(await current.text()).toContain(SECOND);
  });

  await test.step("only the new text answers", async () => {
    await ask(page, "What does the Lynx subscription cost?");
    await expect(answers(page).first()).toContainText("23 euros");
    await expect(page.getByText("17 euros")).toHaveCount(0);
    await answers(page).first().getByRole("link").click();
    await expect(page).toHaveURL(new RegExp(`^${document}\\?`));
    await expect(page.locator("mark")).toContainText("23 euros");
    await ask(page, "How do Zanzibar customers pay?");
    await expect(page.getByText("Not in your documents.")).toBeVisible();
    await expect(page.getByText("dhows")).toHaveCount(0);
    await ask(page, "When may the Lynx subscription be cancelled?");
    await expect(answers(page).first()).toContainText("cancelled every month");
  });

  await test.step("it is still one document", async () => {
    await page.goto("/knowledge");
    await hydrated(page);
    await expectReady(page, 2);
    await expect(page.getByRole("link", { name: /^Lynx/ })).toHaveCount(1);
  });
  expect(said).toEqual([]);
});

test("a citation of the text before marks no other words of the new text", async ({ page, account }) => {
  expect(account).toBeTruthy();
  await page.goto("/knowledge");
  await hydrated(page);
  await page.locator("#knowledge-files").setInputFiles(textFile("Lynx.txt", FIRST));
  await expectReady(page, 1);
  await ask(page, "How do Zanzibar customers pay?");
  await answers(page).first().getByRole("link").click();
  await expect(page.locator("mark")).toContainText("dhows");
  const cited = page.url();
  await replace(page, textFile("Lynx.txt", SECOND));
  await expect(page.getByText("cancelled every month")).toBeVisible(READ);
  await page.goto(cited);
  await hydrated(page);
  await expect(page.getByText("cancelled every month")).toBeVisible();
  await expect(page.locator("mark")).toHaveCount(0);
});

/** Sentences of the answer. */
const answers = (page: Page) => page.getByRole("status").getByRole("listitem");

/** Gives a document's next file. */
async function replace(page: Page, file: { name: string; mimeType: string; buffer: Buffer }): Promise<void> {
  const input = page.locator("#knowledge-replace");
  if (!(await input.isVisible())) await page.getByText("Replace with a new file").click();
  await input.setInputFiles(file);
}
