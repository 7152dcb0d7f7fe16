// Every page that needs no account: it loads, says nothing bad to the console, and is readable by everyone.
import { complaints, expect, expectAccessible, person, test } from "../fixtures.ts";

for (const [path, heading] of [
  ["/sign-in", "Sign in"],
  ["/sign-up", "Sign up"],
  ["/sign-up/confirm?token=none", "Confirm your email"],
] as const) {
  test(`${path} loads, quietly and accessibly @phone`, async ({ page, server }) => {
    const said = complaints(page);
    await page.goto(`${server.url}${path}`);
    await expect(page.getByRole("heading", { level: 1 })).toHaveText(heading);
    await expectAccessible(page);
    expect(said).toEqual([]);
  });
}

test("a form of a page without code is sent once, however often it is clicked", async ({ page, server }) => {
  const account = person();
  let sent = 0;
  page.on("request", (request) => (sent += Number(request.url().endsWith("/api/identity/sign_up"))));
  await page.goto(`${server.url}/sign-up`);
  await page.getByLabel("Your name").fill(account.name);
  await page.getByLabel("Organization").fill(account.organization);
  await page.getByLabel("Email").fill(account.email);
  await page.getByLabel("Password", { exact: true }).fill(account.password);
  await page.getByRole("button", { name: "Sign up" }).dblclick();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Hello, Ada");
  expect(sent).toBe(1);
});
