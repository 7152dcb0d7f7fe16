// Every page that needs no account: it loads, says nothing bad to the console, and is readable by everyone.
import { complaints, expect, expectAccessible, test } from "../fixtures.ts";

for (const [path, heading] of [
  ["/sign-in", "Sign in"],
  ["/sign-up", "Sign up"],
  ["/sign-up/confirm?token=none", "Confirm your mail address"],
] as const) {
  test(`${path} loads, quietly and accessibly @phone`, async ({ page, server }) => {
    const said = complaints(page);
    await page.goto(`${server.url}${path}`);
    await expect(page.getByRole("heading", { level: 1 })).toHaveText(heading);
    await expectAccessible(page);
    expect(said).toEqual([]);
  });
}
