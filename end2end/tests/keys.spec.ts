// Keys of every page: search, going anywhere, the list of keys; with letters that aren't Latin, while letters are composed, and switched off.
import type { Page } from "@playwright/test";
import { expect, expectAccessible, hydrated, test } from "../fixtures.ts";

/** A key as a keyboard of another language, or an input method, tells of it. */
async function key(page: Page, init: KeyboardEventInit & { keyCode?: number }): Promise<void> {
  await page.evaluate((init) => {
    const target = document.activeElement ?? document.body;
    target.dispatchEvent(new KeyboardEvent("keydown", { bubbles: true, cancelable: true, ...init }));
  }, init);
}

test.beforeEach(async ({ account, page }) => {
  expect(account.email).toContain("@");
  await page.goto("/");
  await hydrated(page);
});

test("/ goes to the search, ? shows the keys, Ctrl K is told on screen", async ({ page }) => {
  await page.keyboard.press("/");
  await expect(page.locator("#search")).toBeFocused();
  await page.keyboard.type("/?");
  await expect(page.locator("#search")).toHaveValue("/?");
  await page.evaluate(() => (document.activeElement as HTMLElement).blur());
  await page.keyboard.press("?");
  const palette = page.getByRole("dialog", { name: "Go to" });
  await expect(palette).toBeVisible();
  await expect(palette.getByRole("list", { name: "Keys" })).toContainText("Ctrl K");
  await expectAccessible(page);
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: /Ctrl K/ }).click();
  await palette.getByRole("combobox").fill("knowl");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/knowledge/);
});

test("an option of the palette can be clicked", async ({ page }) => {
  await page.keyboard.press("Control+K");
  await page.getByRole("option", { name: "Calls", exact: true }).click();
  await expect(page).toHaveURL(/\/calls$/);
});

test("on Calls there is one search field, and / goes to it", async ({ page }) => {
  await page.goto("/calls");
  await hydrated(page);
  await expect(page.getByRole("searchbox").locator("visible=true")).toHaveCount(1);
  await page.keyboard.press("/");
  await expect(page.locator("#calls-search")).toBeFocused();
});

test("where letters aren't Latin, a key is meant by its place", async ({ page }) => {
  await key(page, { key: "ظ", code: "Slash" });
  await expect(page.locator("#search")).toBeFocused();
  await page.evaluate(() => (document.activeElement as HTMLElement).blur());
  await key(page, { key: "л", code: "KeyK", ctrlKey: true });
  await expect(page.getByRole("dialog", { name: "Go to" })).toBeVisible();
});

test("Enter and arrows that compose letters choose nothing in the palette", async ({ page }) => {
  await page.keyboard.press("Control+K");
  const field = page.getByRole("combobox", { name: "Go to a page, or search calls" });
  await expect(field).toBeFocused();
  await key(page, { key: "ArrowDown", isComposing: true });
  await expect(field).toHaveAttribute("aria-activedescendant", "palette-0");
  await key(page, { key: "Enter", isComposing: true });
  await key(page, { key: "Process", keyCode: 229 });
  await expect(page.getByRole("dialog", { name: "Go to" })).toBeVisible();
  await expect(page).toHaveURL(/\/$/);
});

test("single keys can be switched off, and stay so", async ({ page }) => {
  await page.goto("/settings");
  await hydrated(page);
  await page.getByRole("switch", { name: "Single-key shortcuts" }).uncheck();
  await page.goto("/calls");
  await hydrated(page);
  await page.keyboard.press("/");
  await page.keyboard.press("?");
  await expect(page.locator("#calls-search")).not.toBeFocused();
  await expect(page.getByRole("dialog", { name: "Go to" })).toBeHidden();
  await page.keyboard.press("Control+K");
  await expect(page.getByRole("dialog", { name: "Go to" })).toBeVisible();
  await page.goto("/settings");
  await hydrated(page);
  await expect(page.getByRole("switch", { name: "Single-key shortcuts" })).not.toBeChecked();
});

test("the person's menu is named by what can be seen of it, and closes when Tab leaves it", async ({ page }) => {
  const menu = page.locator("summary", { hasText: "AB" });
  await expect(menu).toHaveAccessibleName(/^AB Ada Byron/);
  await menu.click();
  const last = page.getByRole("button", { name: "Sign out" });
  await expect(last).toBeVisible();
  await last.focus();
  await page.keyboard.press("Tab");
  await expect(last).toBeHidden();
});
