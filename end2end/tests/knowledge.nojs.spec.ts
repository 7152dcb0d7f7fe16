// With JavaScript switched off, documents are added as text, listed, read and asked.
import { expect, person, signUp, test } from "../fixtures.ts";

test("the sample, a pasted text, the list and an answer without JavaScript", async ({ page }) => {
  await signUp(page, person());
  await page.goto("/knowledge");
  await page.getByRole("button", { name: "Add the sample file" }).click();
  await expect(page).toHaveURL(/\/knowledge$/);
  await expect(async () => {
    await page.reload();
    await expect(page.getByRole("link", { name: "What does the Team plan cost?" })).toBeVisible({ timeout: 500 });
  }).toPass({ timeout: 60_000 });
  await page.getByRole("link", { name: "What does the Team plan cost?" }).click();
  await expect(page.getByText(/Team plan costs 29/).first()).toBeVisible();
  await page.getByRole("link", { name: /Plans and prices/ }).first().click();
  await expect(page.locator("mark")).toContainText("Team plan costs 29");
  await expect(page.locator("mark")).toBeInViewport();
  await page.goto("/knowledge?q=Which+zebra+won+the+alpine+marathon%3F");
  await expect(page.getByText("Not in your documents.")).toBeVisible();

  await page.goto("/knowledge");
  await page.locator("summary").filter({ hasText: "Paste text" }).click();
  await page.locator("#plain-title").fill("Notice periods");
  await page.locator("#plain-text").fill("The notice period of the Orion contract is forty days.");
  await page.getByRole("button", { name: "Add the text" }).last().click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Notice periods");
  await page.goto("/knowledge?words=notice");
  await expect(page.getByRole("link", { name: "Notice periods" })).toBeVisible();
  await expect(page.getByRole("link", { name: /Northwind/ })).toHaveCount(0);
  await page.getByRole("link", { name: "Notice periods" }).click();
  await page.getByText("Delete this document").click();
  await page.getByRole("button", { name: "Delete", exact: true }).click();
  await expect(page).toHaveURL(/\/knowledge\?deleted=[0-9a-f-]+$/);
  await expect(page.getByRole("link", { name: "Notice periods" })).toHaveCount(0);
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Notice periods");
});
