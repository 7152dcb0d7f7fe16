// Somebody who may ask but not change, and who must not learn what the owners keep for themselves.
import type { Page } from "@playwright/test";
import { colleague } from "../colleagues.ts";
import { complaints, expect, expectAccessible, hydrated, test } from "../fixtures.ts";
import { ask, expectReady, READ, textFile } from "../knowledge.ts";

const OPEN = "The Hydra support plan costs 34 euros per seat.";
const SECRET = "The Hydra merger was agreed for 90 million.";

test("a rep asks and reads what everybody may, changes nothing, and learns nothing of what is the admins'", async ({ page, browser, server, account }) => {
  const said = complaints(page);
  const secret = await fillHouse(page);
  const rep = await colleague(browser, server, account, "rep");
  const heard = complaints(rep);

  await test.step("the list", async () => {
    await rep.getByRole("navigation", { name: "Areas" }).getByRole("link", { name: "Knowledge" }).click();
    await expect(rep.getByRole("heading", { level: 1 })).toHaveText("Knowledge");
    await expect(rep.getByRole("link", { name: "Hydra plan", exact: true })).toBeVisible();
    await expectReady(rep, 1);
    await expectNothingOfIt(rep);
    await expectAccessible(rep);
  });

  await test.step("nothing to change", async () => {
    const controls = /add files|choose|paste|website|new collection|change|delete|replace|drop files|sample/i;
    await expect(rep.getByRole("button", { name: controls })).toHaveCount(0);
    await expect(rep.getByText("Drop files or folders here")).toHaveCount(0);
    await expect(rep.getByText("New collection")).toHaveCount(0);
    await expect(rep.getByRole("region", { name: "Websites" })).toHaveCount(0);
    await expect(rep.locator("input[type=file]")).toHaveCount(0);
  });

  await test.step("a document", async () => {
    await rep.getByRole("link", { name: "Hydra plan", exact: true }).click();
    await expect(rep.getByText(OPEN)).toBeVisible();
    await expect(rep.getByRole("region", { name: "Versions" })).toBeVisible();
    await expect(rep.getByText(/Replace with a new file|Delete this document|Title, tags, collection|Shown in calls/)).toHaveCount(0);
    await expect(rep.getByRole("button", { name: /save|delete|replace/i })).toHaveCount(0);
    await expectAccessible(rep);
  });

  await test.step("asked", async () => {
    await ask(rep, "What does the Hydra support plan cost?");
    await expect(rep.getByRole("status").getByRole("listitem")).toContainText(OPEN);
    await ask(rep, "For how much was the Hydra merger agreed?");
    await expect(rep.getByText(SECRET)).toHaveCount(0);
    await expect(rep.getByText(/90 million/)).toHaveCount(0);
    await expect(rep.getByText("Board paper")).toHaveCount(0);
  });

  await test.step("by its address", async () => {
    const answer = await rep.goto(secret);
    expect(answer?.status()).toBe(404);
    await expect(rep.getByText("No such document", { exact: true })).toBeVisible();
    await expect(rep.getByText(SECRET)).toHaveCount(0);
    await expect(rep.getByText("Board paper")).toHaveCount(0);
    await expectAccessible(rep);
    for (const path of [`${secret}/file`, `${secret}/file?version=1`, `/api/v1${secret.replace("knowledge", "knowledge/documents")}`]) {
      const file = await rep.request.get(path);
      expect(file.status(), path).toBe(404);
      expect(await file.text()).not.toContain("Hydra");
    }
    await rep.getByRole("link", { name: "All documents" }).click();
    await expect(rep.getByRole("link", { name: "Hydra plan", exact: true })).toBeVisible();
  });

  await test.step("the owner still has both", async () => {
    await ask(page, "For how much was the Hydra merger agreed?");
    await expect(page.getByRole("status").getByRole("listitem").first()).toContainText(SECRET);
  });

  await test.step("opened, it is the rep's too", async () => {
    await page.goto("/knowledge");
    await hydrated(page);
    await page.getByLabel("Change Board", { exact: true }).click();
    const change = page.getByRole("listitem").filter({ has: page.getByRole("link", { name: /^Board( Admins)? \d/ }) });
    await change.getByRole("combobox", { name: "Who may use it" }).selectOption({ label: "Everybody in the organization" });
    await change.getByRole("button", { name: "Save" }).click();
    await expect(page.getByRole("link", { name: /^Board( Admins)? \d/ })).not.toContainText("Admins");
    await ask(rep, "For how much was the Hydra merger agreed?");
    await expect(rep.getByRole("status").getByRole("listitem").first()).toContainText(SECRET);
    expect((await rep.goto(secret))?.status()).toBe(200);
  });
  expect(said).toEqual([]);
  // What Chromium itself says of the page that was not found.
  expect(heard.filter((line) => !line.includes("404"))).toEqual([]);
  await rep.context().close();
});

test("a rep of an organization without documents is told who adds them; a guest is told that this is not theirs", async ({ browser, server, account }) => {
  const rep = await colleague(browser, server, account, "rep");
  await rep.goto("/knowledge");
  await hydrated(rep);
  await expect(rep.getByText("Owners and admins add what your company knows.")).toBeVisible();
  await expect(rep.getByRole("button", { name: /sample|add files/i })).toHaveCount(0);
  await expectAccessible(rep);
  await rep.context().close();
  const guest = await colleague(browser, server, account, "guest");
  await guest.goto("/knowledge");
  await hydrated(guest);
  await expect(guest.getByRole("alert")).toBeVisible();
  await expect(guest.getByLabel("Your question")).toHaveCount(0);
  await expectAccessible(guest);
  await guest.context().close();
});

/** One document for everybody, one of a collection of the admins; hands back the second one's path. */
async function fillHouse(page: Page): Promise<string> {
  await page.goto("/knowledge");
  await hydrated(page);
  await page.locator("#knowledge-files").setInputFiles(textFile("Hydra plan.txt", OPEN));
  await expectReady(page, 1);
  await page.getByText("New collection").click();
  await page.locator("#new-collection").fill("Board");
  await page.locator("#new-access").selectOption({ label: "Owners and admins, not in calls" });
  await page.getByRole("button", { name: "Make the collection" }).click();
  const board = page.getByRole("link", { name: /^Board( Admins)? \d/ });
  await expect(board).toContainText("Admins");
  // The rest is done in that collection's own list.
  await board.click();
  await expect(page).toHaveURL(/collection=/);
  await page.getByRole("button", { name: "Paste text" }).click();
  const dialog = page.getByRole("dialog", { name: "Paste text" });
  await dialog.getByLabel("Title").fill("Board paper");
  await dialog.getByLabel("Text", { exact: true }).fill(SECRET);
  await dialog.getByLabel("Tags").fill("merger");
  await dialog.getByLabel("Collection").selectOption({ label: "Board" });
  await dialog.getByRole("button", { name: "Add the text" }).click();
  await expect(dialog).toBeHidden();
  await expectReady(page, 2);
  await page.getByRole("link", { name: "Board paper", exact: true }).click();
  await expect(page.getByText(SECRET)).toBeVisible(READ);
  return new URL(page.url()).pathname;
}

/** Neither its name nor its tag nor its collection. */
async function expectNothingOfIt(page: Page): Promise<void> {
  const words = await page.locator("body").textContent();
  expect(words).not.toMatch(/Board|merger/i);
  expect(await page.content()).not.toMatch(/Board|merger/i);
}
