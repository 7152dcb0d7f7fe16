// With the system's own colours (Windows high contrast), which take away every ground: what is chosen, on or marked is still told apart.
import type { Locator } from "@playwright/test";
import { expect, hydrated, test } from "../fixtures.ts";

const ground = (element: Locator) => element.evaluate((it) => getComputedStyle(it).backgroundColor);

test("the chosen page and a switch are told apart without their grounds", async ({ page, account }) => {
  expect(account.name).toBeTruthy();
  await page.emulateMedia({ forcedColors: "active" });
  await page.goto("/settings/organization");
  await hydrated(page);
  const areas = page.getByRole("navigation").first();
  const chosen = await ground(areas.locator("a[aria-current]").first());
  expect(chosen).not.toBe(await ground(areas.locator("a:not([aria-current])").first()));
  const control = page.getByRole("switch").first();
  const before = await ground(control);
  await control.click();
  await expect.poll(() => ground(control)).not.toBe(before);
});
