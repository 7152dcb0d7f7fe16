// Knowledge: from nothing to a cited sentence, from dropped files to answers, over lost connections.
import type { Page } from "@playwright/test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { papers, type Paper } from "../documents.ts";
import { complaints, expect, expectAccessible, hydrated, test } from "../fixtures.ts";
import { ask, expectReady, READ, textFile } from "../knowledge.ts";

const PIECE = "**/api/knowledge/put-piece*";

test("from nothing to a first cited answer with the sample @phone", async ({ page, account }) => {
  expect(account).toBeTruthy();
  const said = complaints(page);
  await page.goto("/");
  await hydrated(page);
  await page.getByRole("navigation", { name: "Areas" }).getByRole("link", { name: "Knowledge" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Knowledge");
  await expect(page.getByText("Nothing here yet")).toBeVisible();
  await expectAccessible(page);
  await page.getByRole("button", { name: "Add the sample file" }).click();
  const first = page.getByRole("link", { name: "What does the Team plan cost?" });
  await expect(first).toBeVisible(READ);
  await expectAccessible(page);
  await first.click();
  await expect(page).toHaveURL(/\?q=What/);
  const sentence = page.getByText(/Team plan costs 29/).first();
  await expect(sentence).toBeVisible();
  await expectAccessible(page);
  await page.getByRole("link", { name: /Plans and prices/ }).first().click();
  await expect(page).toHaveURL(/passage=\d+.*#passage-\d+$/);
  const cited = page.locator("mark");
  await expect(cited).toContainText("Team plan costs 29");
  await expect(cited).toBeInViewport();
  await expectAccessible(page);
  await page.reload();
  await hydrated(page);
  await expect(cited).toBeInViewport();
  // What was asked is told where it was used.
  await expect(page.getByRole("link", { name: "What does the Team plan cost?" })).toBeVisible();
  expect(said).toEqual([]);
});

test("what nobody wrote down is not in the documents", async ({ page, account }) => {
  expect(account).toBeTruthy();
  await page.goto("/knowledge");
  await hydrated(page);
  await page.getByRole("button", { name: "Add the sample file" }).click();
  await expect(page.getByRole("link", { name: "What does the Team plan cost?" })).toBeVisible(READ);
  await ask(page, "Which zebra won the alpine marathon of 1931?");
  await expect(page.getByText("Not in your documents.")).toBeVisible();
  await page.goBack();
  await expect(page.getByLabel("Your question")).toHaveValue("");
  await expect(page.getByRole("link", { name: /Northwind product sheet/ }).first()).toBeVisible();
});

test("ten dropped files become answers, and a deleted one is gone from them", async ({ page, browser, account }) => {
  test.setTimeout(300_000);
  expect(account).toBeTruthy();
  const said = complaints(page);
  const given = await papers(browser);
  await page.goto("/knowledge");
  await hydrated(page);
  await drop(page, given);
  await expect(page.getByText("10 files added").first()).toBeVisible(READ);
  await expectReady(page, 10);
  await expectAccessible(page);
  for (const paper of given) {
    await test.step(paper.name, async () => {
      await ask(page, paper.question);
      await expect(page.getByText(paper.answer).first()).toBeVisible();
      await page.getByRole("status").getByRole("listitem").getByRole("link").first().click();
      await expect(page).toHaveURL(/#passage-\d+$/);
      await expect(page.locator("mark").first()).toBeInViewport();
    });
  }
  await test.step("again", async () => {
    await page.goto("/knowledge");
    await hydrated(page);
    await drop(page, given.slice(0, 1));
    await expect(page.getByText("Already here:")).toBeVisible(READ);
    await expectReady(page, 10);
  });
  await test.step("deleted", async () => {
    const [price] = given as [Paper, ...Paper[]];
    await page.getByRole("link", { name: "Aurora price list", exact: true }).click();
    await page.getByText("Delete this document").click();
    await page.getByRole("button", { name: "Delete", exact: true }).click();
    await expect(page).toHaveURL(/\/knowledge$/);
    await expect(page.getByRole("link", { name: "Aurora price list", exact: true })).toHaveCount(0);
    await ask(page, price.question);
    await expect(page.locator("#answer-title")).toHaveText(price.question);
    await expect(page.getByText(price.answer)).toHaveCount(0);
  });
  expect(said).toEqual([]);
});

test("an upload that loses its connection, and one that loses its page, go on where they stopped", async ({ page, context, account }) => {
  test.setTimeout(120_000);
  expect(account).toBeTruthy();
  const folder = mkdtempSync(join(tmpdir(), "closezly-files-"));
  const file = join(folder, "big.txt");
  const text = "The quick brown fox knows the price of everything. ".repeat(70_000);
  writeFileSync(file, text);
  // The upload's id and the piece's offset, as they begin what was sent. An answer may be lost with the connection or the page: then the
  // piece is stored all the same, and isn't sent again.
  const pieces: string[] = [];
  page.on("response", (response) => {
    if (response.url().includes("put-piece") && response.ok()) pieces.push(response.request().postDataBuffer()!.subarray(0, 21).toString("hex"));
  });
  await page.route(PIECE, async (route) => {
    await new Promise((done) => setTimeout(done, 600));
    await route.continue().catch(() => undefined);
  });
  await page.goto("/knowledge");
  await hydrated(page);
  await page.locator("#knowledge-files").setInputFiles(file);
  await expect.poll(() => pieces.length).toBeGreaterThanOrEqual(1);
  await context.setOffline(true);
  await expect(page.getByText("Connection lost. Goes on by itself.")).toBeVisible();
  await context.setOffline(false);
  await expect.poll(() => pieces.length, { timeout: 30_000 }).toBeGreaterThanOrEqual(2);
  await page.reload();
  await hydrated(page);
  await expect(page.getByRole("heading", { name: "Not finished" })).toBeVisible();
  const before = pieces.length;
  await page.locator("#knowledge-files").setInputFiles(file);
  const open = page.getByRole("link", { name: "big", exact: true });
  await expect(open).toBeVisible({ timeout: 30_000 });
  expect(before, "it was not yet whole").toBeLessThan(4);
  expect(new Set(pieces).size, "no piece was sent twice").toBe(pieces.length);
  expect(pieces.length, "what was left was sent").toBeGreaterThan(before);
  await open.click();
  await expect(page).toHaveURL(/\/knowledge\/[0-9a-f-]{36}$/);
  const download = await page.request.get(`${page.url()}/file`);
  expect(download.headers()["content-disposition"]).toContain('attachment; filename="big.txt"');
  expect((await download.body()).equals(Buffer.from(text)), "every byte is there, in order").toBe(true);
  rmSync(folder, { recursive: true });
});

test("a file that is taken out, one that is empty, and one that can't be read are told apart", async ({ page, account }) => {
  expect(account).toBeTruthy();
  await page.route(PIECE, () => undefined);
  await page.goto("/knowledge");
  await hydrated(page);
  const text = (name: string, content: string) => ({ name, mimeType: "text/plain", buffer: Buffer.from(content) });
  await page.locator("#knowledge-files").setInputFiles([text("never sent.txt", "The price is high."), text("empty.txt", "")]);
  await expect(page.getByRole("alert").filter({ hasText: "The file is empty." })).toBeVisible();
  await page.getByRole("button", { name: "Take never sent.txt out" }).click();
  await expect(page.getByText("never sent.txt")).toHaveCount(0);
  await page.unroute(PIECE);
  await page.locator("#knowledge-files").setInputFiles(text("broken.pdf", "This is no PDF."));
  const broken = page.getByRole("listitem").filter({ has: page.getByRole("link", { name: "broken", exact: true }) });
  await expect(broken.getByText("Failed", { exact: true })).toBeVisible(READ);
  await expect(broken.getByText("This file is named .pdf but is not one")).toBeVisible();
  await expectAccessible(page);
  // A file that arrived stands once on the page: as a document.
  await expect(page.getByRole("region", { name: "Files being added" })).not.toContainText("broken");
  await page.getByRole("link", { name: "broken", exact: true }).click();
  await expect(page.getByRole("alert").filter({ hasText: "could not be read" })).toBeVisible();
  await expect(page.getByRole("button", { name: "Try again" })).toBeVisible();
  await expectAccessible(page);
});

test("a file that is taken out is not shown as one that is not finished", async ({ page, account }) => {
  expect(account).toBeTruthy();
  await page.route(PIECE, () => undefined);
  await page.goto("/knowledge");
  await hydrated(page);
  const begun = page.waitForResponse("**/api/knowledge/begin-upload");
  await page.locator("#knowledge-files").setInputFiles(textFile("never sent.txt", "The price is high."));
  await begun;
  // The page asks for everything again while the server still has the file.
  const told = page.waitForResponse("**/api/knowledge/overview*");
  await page.getByRole("button", { name: "Paste text" }).click();
  const dialog = page.getByRole("dialog", { name: "Paste text" });
  await dialog.getByLabel("Title").fill("Notes");
  await dialog.getByLabel("Text", { exact: true }).fill("The Comet subscription costs 17 euros.");
  await dialog.getByRole("button", { name: "Add the text" }).click();
  expect((await (await told).text()).includes("never sent.txt")).toBe(true);
  await expectReady(page, 1);
  await page.getByRole("button", { name: "Take never sent.txt out" }).click();
  await expect(page.getByText("never sent.txt")).toHaveCount(0);
});

test("what could not be loaded is loaded by trying again", async ({ page, account }) => {
  expect(account).toBeTruthy();
  const said = complaints(page);
  await page.goto("/knowledge");
  await hydrated(page);
  await page.locator("#knowledge-files").setInputFiles({ name: "Comet.txt", mimeType: "text/plain", buffer: Buffer.from("The price is high.") });
  await expectReady(page, 1);
  await page.goto("/calls");
  await hydrated(page);
  await page.route("**/api/**", (route) => route.abort());
  await page.getByRole("navigation").getByRole("link", { name: "Knowledge" }).first().click();
  const again = page.getByRole("button", { name: "Try again" });
  await expect(again).toBeVisible();
  await page.unroute("**/api/**");
  await again.click();
  await expect(page.getByRole("link", { name: "Comet", exact: true })).toBeVisible();
  await page.route("**/api/**", (route) => route.abort());
  await page.getByRole("link", { name: "Comet", exact: true }).click();
  await expect(again).toBeVisible();
  await page.unroute("**/api/**");
  await again.click();
  await expect(page.getByText("The price is high.")).toBeVisible();
  await expect(again).toHaveCount(0);
  expect(said.filter((line) => !line.includes("ERR_FAILED"))).toEqual([]);
});

test("a file that is taken out while the server is being told of it leaves nothing behind", async ({ page, account }) => {
  expect(account).toBeTruthy();
  let begun = () => undefined as void;
  const asked = new Promise<void>((done) => {
    void page.route("**/api/knowledge/begin-upload", async (route) => {
      const answer = await route.fetch();
      done();
      await new Promise<void>((go) => (begun = go));
      await route.fulfill({ response: answer });
    });
  });
  await page.goto("/knowledge");
  await hydrated(page);
  await page.locator("#knowledge-files").setInputFiles({ name: "half.txt", mimeType: "text/plain", buffer: Buffer.from("The price is high.") });
  await asked;
  await page.getByRole("button", { name: "Take half.txt out" }).click();
  const thrown = page.waitForResponse("**/api/knowledge/cancel-upload");
  begun();
  expect((await thrown).ok()).toBe(true);
  await page.reload();
  await expect(page.getByText("half.txt")).toHaveCount(0);
});

test("a new file takes the place of the old one, which stays in the history", async ({ page, account }) => {
  expect(account).toBeTruthy();
  const said = complaints(page);
  const version = (price: number) => ({
    name: "Comet.txt",
    mimeType: "text/plain",
    buffer: Buffer.from(`The Comet subscription costs ${price} euros per seat.`),
  });
  await page.goto("/knowledge");
  await hydrated(page);
  await page.locator("#knowledge-files").setInputFiles(version(17));
  await expectReady(page, 1);
  await page.getByRole("link", { name: "Comet", exact: true }).click();
  await expect(page.getByText("costs 17 euros")).toBeVisible();
  await page.getByText("Replace with a new file").click();
  await page.locator("#knowledge-replace").setInputFiles(version(23));
  await expect(page.getByText("costs 23 euros")).toBeVisible(READ);
  await expect(page.getByText("costs 17 euros")).toHaveCount(0);
  const versions = page.getByRole("region", { name: "Versions" }).getByRole("link");
  await expect(versions).toHaveCount(2);
  await expectAccessible(page);
  const old = await page.request.get((await versions.last().getAttribute("href"))!);
  expect(await old.text()).toContain("costs 17 euros");
  await ask(page, "What does the Comet subscription cost?");
  await expect(page.getByRole("status").getByText("costs 23 euros")).toBeVisible();
  await expect(page.getByText("costs 17 euros")).toHaveCount(0);
  expect(said).toEqual([]);
});

test("files go on being sent while another page of the site is open", async ({ page, account }) => {
  expect(account).toBeTruthy();
  const waiting: (() => void)[] = [];
  await page.route(PIECE, async (route) => {
    await new Promise<void>((done) => waiting.push(done));
    await route.continue();
  });
  await page.goto("/knowledge");
  await hydrated(page);
  await page.locator("#knowledge-files").setInputFiles({
    name: "slow.txt",
    mimeType: "text/plain",
    buffer: Buffer.from("Nobody waits for the slow file. ".repeat(40_000)),
  });
  await expect.poll(() => waiting.length).toBe(1);
  await page.getByRole("navigation", { name: "Areas" }).getByRole("link", { name: "Calls" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Calls");
  waiting.shift()?.();
  await expect.poll(() => waiting.length, "the second piece comes from another page").toBe(1);
  await page.getByRole("navigation", { name: "Areas" }).getByRole("link", { name: "Knowledge" }).click();
  await expect(page.getByText("slow.txt")).toBeVisible();
  await expect(page.getByRole("progressbar")).toBeVisible();
  waiting.shift()?.();
  await expect(page.getByRole("link", { name: "slow", exact: true })).toBeVisible();
});

test("a pasted text, a collection and a document's own words", async ({ page, account }) => {
  expect(account).toBeTruthy();
  const said = complaints(page);
  await page.goto("/knowledge");
  await hydrated(page);
  await page.getByRole("button", { name: "Paste text" }).click();
  const dialog = page.getByRole("dialog", { name: "Paste text" });
  await dialog.getByLabel("Title").fill("Notice periods");
  await dialog.getByLabel("Text", { exact: true }).fill("# Notice\n\nThe notice period of the Orion contract is forty days.");
  await dialog.getByLabel("Tags").fill("legal, Contract");
  await expectAccessible(page);
  await dialog.getByRole("button", { name: "Add the text" }).click();
  await expect(dialog).toBeHidden();
  await expectReady(page, 1);
  await page.getByText("New collection").click();
  await page.locator("#new-collection").fill("Legal");
  await page.getByRole("button", { name: "Make the collection" }).click();
  await expect(page.getByRole("link", { name: /^Legal/ })).toBeVisible();
  await page.getByRole("link", { name: "Notice periods" }).click();
  await page.getByText("Title, tags, collection").click();
  await page.getByRole("textbox", { name: "Title" }).fill("Notice periods 2026");
  await page.getByRole("combobox", { name: "Collection" }).selectOption({ label: "Legal" });
  await page.getByRole("button", { name: "Save" }).first().click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Notice periods 2026");
  await page.getByText("Shown in calls").click();
  await page.getByLabel("Contract terms").check();
  await page.getByLabel("Or names a competitor").fill("Nimbus, Stratus");
  await page.getByRole("button", { name: "Save" }).last().click();
  await expect(page.getByText("Shown first in calls: 3 occasions")).toBeVisible();
  await expectAccessible(page);
  // The list is filtered by its address.
  await page.goto("/knowledge?tag=legal");
  await hydrated(page);
  await expect(page.getByRole("link", { name: "Notice periods 2026" })).toBeVisible();
  await page.getByLabel("Find").fill("zebra");
  await expect(page).toHaveURL(/words=zebra/);
  await expect(page.getByText("No document matches")).toBeVisible();
  await page.getByRole("link", { name: "Show all documents" }).click();
  await expect(page.getByRole("link", { name: "Notice periods 2026" })).toBeVisible();
  expect(said).toEqual([]);
});

/** Drops files onto the page, as a hand does. */
async function drop(page: Page, files: Paper[]): Promise<void> {
  const given = files.map(({ name, mimeType, buffer }) => ({ name, mimeType, content: buffer.toString("base64") }));
  const transfer = await page.evaluateHandle((given) => {
    const transfer = new DataTransfer();
    for (const { name, mimeType, content } of given) {
      const bytes = Uint8Array.from(atob(content), (character) => character.charCodeAt(0));
      transfer.items.add(new File([bytes], name, { type: mimeType }));
    }
    return transfer;
  }, given);
  await page.dispatchEvent("main", "dragover", { dataTransfer: transfer });
  await page.dispatchEvent("main", "drop", { dataTransfer: transfer });
}
