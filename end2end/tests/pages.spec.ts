// Every page that needs no account: it loads, says nothing bad to the console, and is readable by everyone.
import { complaints, expect, expectAccessible, expectReflow, hydrated, person, register, signUp, test } from "../fixtures.ts";
import { speak } from "../program.ts";

for (const [path, heading] of [
  ["/sign-in", "Sign in"],
  ["/sign-up", "Sign up"],
  ["/sign-up/confirm?token=none", "Confirm your email"],
] as const) {
  test(`${path} loads, quietly and accessibly @phone`, async ({ page, server }) => {
    await register(page, person());
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

test("every page holds in both themes and with text at 200 %, wide and narrow", async ({ account, page, server }) => {
  test.setTimeout(240_000);
  expect(account.email).toContain("@");
  await page.goto("/knowledge");
  await hydrated(page);
  await page.getByRole("button", { name: "Add the sample file" }).click();
  await expect(page.getByRole("link", { name: "What does the Team plan cost?" })).toBeVisible({ timeout: 60_000 });
  const document = await page.getByRole("link", { name: /Northwind/ }).first().getAttribute("href");
  const call = await speak(page, { title: "Brightpath, a title that is long enough to need a second line" });
  const paths = [
    "/", "/calls", "/calls?search=expensive", "/calls/new", `/calls/${call}`, "/knowledge", "/knowledge?q=What+does+the+Team+plan+cost%3F",
    document!, "/settings", "/settings/security", "/settings/organization", "/settings/tokens", "/settings/operations", "/api/docs",
    "/no-such-page", "/sign-in", "/sign-up", "/forgot-password", "/reset-password?token=none",
  ];
  for (const path of paths) {
    await test.step(path, async () => {
      for (const colorScheme of ["light", "dark"] as const) {
        await page.setViewportSize({ width: 1280, height: 900 });
        await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
        await page.goto(`${server.url}${path}`);
        if (await page.locator("head script[type='module']").count()) await hydrated(page);
        await expect(page.getByRole("heading").first()).toBeVisible();
        await expectAccessible(page);
        await expectReflow(page);
        await expectAccessible(page);
        await page.setViewportSize({ width: 390, height: 844 });
        await expectReflow(page);
      }
    });
  }
});

test("the first visitor of an empty server signs up, the next one signs in", async ({ page }) => {
  await page.goto("/");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Sign up");
  await register(page, person());
  await page.goto("/");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Sign in");
});

test("a sign-up that is refused begins again at its first wrong field", async ({ page }) => {
  const account = person();
  await page.goto("/sign-up");
  await page.locator("form").evaluate((form) => form.setAttribute("novalidate", ""));
  await page.getByLabel("Your name").fill(account.name);
  await page.getByLabel("Organization").fill(account.organization);
  await page.getByLabel("Email").fill("ada at example");
  await page.getByLabel("Password", { exact: true }).fill(account.password);
  await page.getByRole("button", { name: "Sign up" }).click();
  await expect(page.getByLabel("Email")).toBeFocused();
});

test.describe("opened by another address than its own", () => {
  test.use({ environment: { CLOSEZLY_PUBLIC_URL: "https://sales.example.com" } });

  test("the page names the one to open before a password is typed", async ({ page, server }) => {
    for (const path of ["/sign-in", "/sign-up"]) {
      await page.goto(`${server.url}${path}`);
      await expect(page.getByText("Closezly has another address")).toBeVisible();
      await expect(page.getByRole("link", { name: "https://sales.example.com" })).toBeVisible();
    }
  });
});

test("a page that is missing is called so", async ({ account, page }) => {
  expect(account.email).toContain("@");
  for (const path of ["/calls/00000000-0000-4000-8000-000000000000", "/knowledge/00000000-0000-4000-8000-000000000000", "/no-such-page"]) {
    await page.goto(path);
    await expect(page).toHaveTitle("Not found · Closezly");
  }
});

test("what I promised stands on Home until it is done", async ({ account, page }) => {
  expect(account.email).toContain("@");
  await page.goto("/calls");
  const call = await speak(page, {
    title: "Brightpath",
    lines: [["customer", "that sounds good", 0], ["rep", "i will send you the security paper by friday", 3_000]],
  });
  await page.goto(`/calls/${call}`);
  await expect(page.getByText(/security paper/).first()).toBeVisible();
  await page.goto("/");
  await hydrated(page);
  const promised = page.getByRole("list", { name: "You promised" });
  await expect(promised).toContainText("security paper");
  await expectAccessible(page);
  await promised.getByRole("button", { name: /^Done/ }).click();
  await expect(promised).toHaveCount(0);
  await page.reload();
  await expect(page.getByRole("heading", { name: "Today" })).toBeVisible();
  await expect(promised).toHaveCount(0);
});

test("a new token is in reach of the keyboard, and a button copies it", async ({ account, page }) => {
  expect(account.email).toContain("@");
  await page.goto("/settings/tokens");
  await hydrated(page);
  await page.getByLabel("What it is for").fill("Dialer");
  await page.getByRole("button", { name: "Make a token" }).click();
  const token = page.getByRole("textbox", { name: "Your token" });
  await expect(token).toBeFocused();
  await page.getByRole("button", { name: "Copy" }).click();
  await expect(page.getByText("Copied.")).toBeVisible();
  const [value] = [await token.inputValue()];
  await page.getByLabel("What it is for").fill("");
  await page.getByLabel("What it is for").press("Control+V");
  await expect(page.getByLabel("What it is for")).toHaveValue(value);
});

test("a connection that is lost is told, and so is its return", async ({ account, page, server }) => {
  expect(account.email).toContain("@");
  await page.goto("/calls");
  await hydrated(page);
  await server.kill9();
  await expect(page.getByText("Connection lost")).toBeVisible({ timeout: 20_000 });
  await server.restart();
  await expect(page.getByText("Connection lost")).toBeHidden({ timeout: 30_000 });
});
