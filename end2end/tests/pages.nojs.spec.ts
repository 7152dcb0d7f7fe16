// Public pages with JavaScript switched off: plain forms, and what was typed and what was wrong survive.
import { complaints, expect, person, signUp, test } from "../fixtures.ts";

test("signing in is refused with a sentence, keeps the address, and works", async ({ page, context }) => {
  const account = person();
  await signUp(page, account);
  await context.clearCookies();
  const said = complaints(page);
  await page.goto("/calls");
  await expect(page).toHaveURL(/\/sign-in\?next=/);
  await page.getByLabel("Email").fill(account.email);
  await page.getByLabel("Password", { exact: true }).fill("not the passphrase");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("alert").first()).toBeVisible();
  await expect(page.getByLabel("Email")).toHaveValue(account.email);
  await page.getByLabel("Password", { exact: true }).fill(account.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page).toHaveURL(/\/calls$/);
  expect(said).toEqual([]);
});

test("a forgotten password is set anew by the link of the mail", async ({ page, context, server }) => {
  const account = person();
  await signUp(page, account);
  await context.clearCookies();
  await page.goto("/sign-in");
  await page.getByRole("link", { name: "Forgot your password?" }).click();
  await page.getByLabel("Email").fill(account.email);
  await page.getByRole("button", { name: "Make the link" }).click();
  // Without a mail server, mails are written to the log, and the page says whom to ask.
  await expect(page.getByText(/the link is in the server's log: ask your operator/)).toBeVisible();
  const link = /\/reset-password\?token=[\w-]+/;
  await expect.poll(() => link.test(server.log())).toBe(true);
  await page.goto(link.exec(server.log())![0]);
  await page.getByLabel("New password").fill("short");
  await page.locator("form").evaluateAll((forms) => forms.forEach((form) => form.setAttribute("novalidate", "")));
  await page.getByRole("button", { name: "Set the password" }).click();
  await expect(page.getByText(/At least 10 characters|at least 10/i).first()).toBeVisible();
  await page.getByLabel("New password").fill("another long passphrase");
  await page.getByRole("button", { name: "Set the password" }).click();
  await expect(page.getByText("Your new password is set. Sign in with it.")).toBeVisible();
  await page.getByLabel("Email").fill(account.email);
  await page.getByLabel("Password", { exact: true }).fill("another long passphrase");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Hello, Ada");
});

test("links that are used up, and pages that are not there, say what to do", async ({ page }) => {
  await page.goto("/sign-up/confirm?token=none");
  await page.getByRole("button").first().click();
  await expect(page.getByRole("alert").first()).toBeVisible();
  await page.goto("/reset-password?token=none");
  await page.getByLabel("New password").fill("a long enough passphrase");
  await page.getByRole("button", { name: "Set the password" }).click();
  await expect(page.getByRole("alert").first()).toBeVisible();
  await expect(page.getByRole("link", { name: "Ask for a new link" })).toBeVisible();
  const answer = await page.goto("/no-such-page");
  expect(answer?.status()).toBe(404);
  await page.getByRole("link").first().click();
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
});
