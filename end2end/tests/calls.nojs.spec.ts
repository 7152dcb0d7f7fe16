// With JavaScript switched off, signing in, lists and reviews are readable.
import { expect, person, signUp, test } from "../fixtures.ts";
import { speak } from "../program.ts";

test("sign up, the list and a review without JavaScript", async ({ browser, page, server }) => {
  const account = person();
  await signUp(page, account);
  await page.goto("/calls");
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  // A call that was heard through the API, by a browser that has JavaScript.
  const context = await browser.newContext({ baseURL: server.url, javaScriptEnabled: true, storageState: await page.context().storageState() });
  const program = await context.newPage();
  await program.goto("/calls");
  await speak(program, {
    title: "Acme renewal",
    lines: [
      ["customer", "honestly it is too expensive for us", 0],
      ["rep", "i will send you the new offer by friday", 3_000],
    ],
  });
  await context.close();
  await page.goto("/calls");
  await page.getByRole("link", { name: /Acme renewal/ }).click();
  await expect(page.getByText("honestly it is too expensive for us").first()).toBeVisible();
  await expect(page.getByText(/send you the new offer/).first()).toBeVisible();
  await page.goto("/calls?search=offer");
  await expect(page.getByRole("link", { name: /Acme renewal/ })).toBeVisible();
  // A hit is gone to and marked without code too, and its line can be corrected.
  await page.getByRole("link", { name: "0:03" }).click();
  const line = page.locator("[aria-current=true][id^=segment-]");
  await expect(line).toBeInViewport();
  await expect(line.locator("mark")).toHaveText("offer");
  await line.hover();
  await line.getByRole("link", { name: /Correct the line/ }).click();
  await page.getByRole("textbox", { name: "Correct the line" }).fill("i will send you another offer by friday");
  await page.locator("li[id^=segment-]").getByRole("button", { name: "Save" }).click();
  await expect(page.locator("main")).toContainText("another offer by friday");
  await page.goto("/calls?search=zebra");
  await expect(page.getByRole("link", { name: /Acme renewal/ })).toHaveCount(0);
});

test("a call that could not run is not offered", async ({ page }) => {
  await signUp(page, person());
  await expect(page.getByRole("link", { name: "Start a call" })).toHaveCount(0);
  await page.goto("/calls/new");
  // Playwright looks for no text in `<noscript>` itself.
  const told = page.locator("noscript [role=status]").first();
  await expect(told).toBeVisible();
  await expect(told).toContainText("A live call needs JavaScript");
  await expect(page.getByRole("button", { name: "Start the call" })).toBeHidden();
});
