// A page's code comes in chunks. One that can't be fetched (the server has a newer build, the network is gone) leaves no dead page.
import type { Page } from "@playwright/test";
import { expect, hydrated, test } from "../fixtures.ts";

/** Lets no chunk of these pages through, until the returned function is called. */
async function without(page: Page, chunk: string): Promise<() => Promise<void>> {
  const pattern = new RegExp(`/pkg/split_${chunk}\\.[0-9a-f]+\\.wasm$`);
  await page.route(pattern, (route) => route.abort());
  return () => page.unroute(pattern);
}

test("a page that is taken over without its chunk works as without JavaScript", async ({ page, account }) => {
  expect(account).toBeTruthy();
  await without(page, "pages");
  const failed = page.waitForEvent("requestfailed");
  await page.goto("/settings");
  await failed;
  await page.getByRole("navigation", { name: "Settings" }).getByRole("link", { name: "Organization" }).click();
  await expect(page).toHaveURL(/settings\/organization/);
  await page.getByLabel("Name").first().fill("Engines & Sons");
  await page.getByRole("button", { name: "Save" }).first().click();
  await expect(page.getByLabel("Name").first()).toHaveValue("Engines & Sons");
});

test("a page whose chunk fails on the way to it is loaded whole", async ({ page, account }) => {
  expect(account).toBeTruthy();
  await page.goto("/");
  await hydrated(page);
  const allow = await without(page, "call");
  await page.evaluate(() => Object.assign(window, { sameDocument: true }));
  const failed = page.waitForEvent("requestfailed");
  const loaded = page.waitForEvent("load");
  await page.getByRole("navigation", { name: "Areas" }).getByRole("link", { name: "Calls" }).click();
  await expect(page).toHaveURL(/\/calls$/);
  expect(await page.evaluate(() => "sameDocument" in window), "the list's chunk was there").toBe(true);
  await page.getByRole("link", { name: "Start a call" }).first().click();
  await failed;
  await allow();
  await loaded;
  await expect(page).toHaveURL(/\/calls\/new$/);
  expect(await page.evaluate(() => "sameDocument" in window)).toBe(false);
});
