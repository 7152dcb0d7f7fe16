// Websites: what is asked for, and that nothing inside this computer or network is fetched.
import type { Page } from "@playwright/test";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { complaints, expect, expectAccessible, hydrated, test } from "../fixtures.ts";
import { READ, ask } from "../knowledge.ts";

const INSIDE = "<title>Inside</title><p>The Pavo tariff costs 88 euros.</p>";

/** A site that keeps who came; without pages it answers all with the same one. */
async function startSite(pages?: Record<string, string>) {
  const asked: string[] = [];
  const site = createServer((request, response) => {
    const path = request.url ?? "";
    asked.push(path);
    const page = pages ? pages[path] : INSIDE;
    response.statusCode = page ? 200 : 404;
    response.setHeader("content-type", "text/html");
    response.end(`<!doctype html>${page ?? "<p>Nothing is here.</p>"}`);
  });
  await new Promise<void>((done) => site.listen(0, "127.0.0.1", done));
  const { port } = site.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    asked,
    stop: () => new Promise<void>((done) => site.close(() => done())),
  };
}

test("a website on a private address is refused in a sentence, and nobody comes to it", async ({ page, account }) => {
  expect(account).toBeTruthy();
  const said = complaints(page);
  const site = await startSite();
  await page.goto("/knowledge");
  await hydrated(page);
  const websites = page.getByRole("region", { name: "Websites" });

  await test.step("at once where it is written out", async () => {
    const dialog = await openDialog(page);
    await dialog.getByLabel("Start address").fill(`${site.url}/docs/`);
    await dialog.getByRole("button", { name: "Add the website" }).click();
    await expect(dialog.getByText(`“${site.url}/docs/” is no public address, so it is not fetched.`)).toBeVisible();
    await expect(dialog.getByLabel("Start address")).toHaveAttribute("aria-invalid", "true");
    await dialog.getByRole("button", { name: "Cancel" }).click();
    await expect(dialog).toBeHidden();
    await expect(websites.getByRole("listitem")).toHaveCount(0);
    // The browser notes each refused answer.
    expect(said.splice(0)).toEqual([expect.stringContaining("422")]);
  });

  // Where a name leads is known when somebody goes there.
  const named = site.url.replace("127.0.0.1", "localhost");
  await addWebsite(page, `${named}/docs/`);
  const item = websites.getByRole("listitem").filter({ hasText: named });
  await expect(item.getByText("Failed", { exact: true })).toBeVisible(READ);
  await expect(item).toContainText("is no public address, so it is not fetched.");
  await expect(item).toContainText("0 pages");
  await expectAccessible(page);

  await test.step("nor when it is visited again", async () => {
    const before = await lastVisit(page);
    await item.getByText("Change", { exact: true }).click();
    await item.getByRole("button", { name: "Visit now" }).click();
    await expect.poll(() => lastVisit(page), READ).not.toBe(before);
    await expect(item.getByText("Failed", { exact: true })).toBeVisible(READ);
    await expect(item).toContainText("is no public address");
  });

  expect(site.asked, "no request was made").toEqual([]);

  await test.step("deleted", async () => {
    await item.getByRole("button", { name: "Delete for good" }).click();
    await expect(websites.getByRole("listitem")).toHaveCount(0);
  });
  expect(said).toEqual([]);
  await site.stop();
});

test("a refusal that stays one doesn't send people to try it again", async ({ page, account }) => {
  expect(account).toBeTruthy();
  await page.goto("/knowledge");
  await hydrated(page);
  await addWebsite(page, "http://localhost:9009/docs/");
  const item = page.getByRole("region", { name: "Websites" }).getByRole("listitem");
  await expect(item).toContainText("is no public address", READ);
  await expect(item).not.toContainText("Try again later");
});

test("a website that can't be one is said at its field, and what was typed stays", async ({ page, account }) => {
  expect(account).toBeTruthy();
  await page.goto("/knowledge");
  await hydrated(page);
  const dialog = await openDialog(page);
  await dialog.getByLabel("Start address").fill("ftp://example.com/docs/");
  await dialog.getByRole("button", { name: "Add the website" }).click();
  await expect(dialog.getByText("is no address of a website. Give one like https://example.com/help/.")).toBeVisible();
  await expect(dialog.getByLabel("Start address")).toHaveAttribute("aria-invalid", "true");
  await expect(dialog.getByLabel("Start address")).toHaveValue("ftp://example.com/docs/");
  await expectAccessible(page);
  await dialog.getByLabel("Start address").fill("https://example.com/docs/");
  await dialog.getByLabel("Only pages below").fill("https://example.org/");
  await dialog.getByRole("button", { name: "Add the website" }).click();
  await expect(dialog.getByText("The start address lies outside of the scope. Both must begin alike.")).toBeVisible();
  await expect(dialog.getByLabel("Only pages below")).toHaveAttribute("aria-invalid", "true");
  await expect(dialog.getByLabel("Start address")).not.toHaveAttribute("aria-invalid", "true");
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByRole("region", { name: "Websites" }).getByRole("listitem")).toHaveCount(0);
});

test.describe("a site of one's own network", () => {
  test.use({ environment: { CLOSEZLY_INTRANET_SITES: "site.test=127.0.0.1" } });

  test("its pages wait for review; the one that is accepted answers, the one that is deleted stays away", async ({ page, account }) => {
    test.setTimeout(180_000);
    expect(account).toBeTruthy();
    const said = complaints(page);
    const site = await startSite({
      "/docs/": '<title>Start</title><h1>Start</h1><p>Welcome to our pages.</p><a href="prices">Prices</a> <a href="rumours">Rumours</a>',
      "/docs/prices": "<title>Pavo prices</title><h1>Prices</h1><p>The Pavo tariff costs 88 euros per seat.</p>",
      "/docs/rumours": "<title>Pavo rumours</title><h1>Rumours</h1><p>The Pavo tariff costs 99 euros per seat, they say.</p>",
    });
    await page.goto("/knowledge");
    await hydrated(page);
    await addWebsite(page, `http://site.test:${site.port}/docs/`);
    const item = page.getByRole("region", { name: "Websites" }).getByRole("listitem");
    await expect(item.getByText("Fetched", { exact: true })).toBeVisible(READ);
    await expect(item).toContainText("3 pages");

    await test.step("all wait, and nothing answers", async () => {
      await page.getByRole("link", { name: "Pages waiting for review" }).click();
      await expect(page.locator("main").getByRole("link", { name: /^site\.test/ })).toHaveCount(3);
      await ask(page, "What does the Pavo tariff cost?");
      await expect(page.getByText("Not in your documents.")).toBeVisible();
    });

    await test.step("one is accepted", async () => {
      await page.goto("/knowledge?state=review");
      await hydrated(page);
      await page.getByRole("link", { name: /docs\/prices/ }).click();
      await page.getByRole("button", { name: "Let it count" }).click();
      await expect(page.getByText("The Pavo tariff costs 88 euros per seat.")).toBeVisible(READ);
      await expectAccessible(page);
    });

    await test.step("one is deleted", async () => {
      await page.goto("/knowledge?state=review");
      await hydrated(page);
      await page.getByRole("link", { name: /docs\/rumours/ }).click();
      await page.getByText("Delete this document").click();
      await page.getByRole("button", { name: "Delete", exact: true }).click();
      await expect(page).toHaveURL(/\/knowledge$/);
    });

    await test.step("only what was accepted answers", async () => {
      await ask(page, "What does the Pavo tariff cost?");
      await expect(page.getByRole("status").getByRole("listitem").first()).toContainText("88 euros");
      await expect(page.getByText("99 euros")).toHaveCount(0);
    });

    await test.step("the deleted one does not come back", async () => {
      await page.goto("/knowledge");
      await hydrated(page);
      const before = await lastVisit(page);
      await item.getByText("Change", { exact: true }).click();
      await item.getByRole("button", { name: "Visit now" }).click();
      await expect.poll(() => lastVisit(page), READ).not.toBe(before);
      await page.goto("/knowledge?state=review");
      await hydrated(page);
      await expect(page.getByRole("link", { name: /docs\/$|docs$/ }).first()).toBeVisible();
      await expect(page.getByRole("link", { name: /rumours/ })).toHaveCount(0);
    });
    expect(said).toEqual([]);
    await site.stop();
  });
});

async function openDialog(page: Page) {
  await page.getByRole("button", { name: "Add a website" }).click();
  return page.getByRole("dialog", { name: "Add a website" });
}

async function addWebsite(page: Page, start: string): Promise<void> {
  const dialog = await openDialog(page);
  await dialog.getByLabel("Start address").fill(start);
  await dialog.getByRole("button", { name: "Add the website" }).click();
  await expect(dialog).toBeHidden();
}

/** When the only website's last visit ended. */
async function lastVisit(page: Page): Promise<string> {
  const websites = await page.request.get("/api/v1/knowledge/websites");
  const { data } = (await websites.json()) as { data: { visited_at: string }[] };
  expect(data).toHaveLength(1);
  return data[0]!.visited_at;
}
