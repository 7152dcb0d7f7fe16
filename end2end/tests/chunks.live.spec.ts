// A chunk that can't be fetched while a call runs here: the call goes on.
import { expect, hydrated, person, signUp, test } from "../fixtures.ts";
import { rep } from "../media.ts";
import { recorded, seconds } from "../recording.ts";

test("a page that can't be loaded during a call leaves the call alone", async ({ launch, server }) => {
  const context = await launch({ microphone: rep });
  const page = await context.newPage();
  await signUp(page, person());
  await page.goto("/calls/new");
  await hydrated(page);
  await page.locator("summary", { hasText: "More" }).click();
  await page.getByLabel("Title").fill("Acme, first talk");
  await page.getByRole("radio", { name: "Nobody else is on this call" }).check();
  await page.getByRole("button", { name: "Start the call" }).click();
  await expect(page).toHaveURL(/\/calls\/[0-9a-f-]{36}\/live/);
  const call = page.url().split("/").at(-2)!;
  await expect.poll(() => seconds(recorded(server, call, "rep")), { timeout: 30_000 }).toBeGreaterThan(1);

  await page.route(/\/pkg\/split_pages\./, (route) => route.abort());
  await page.getByRole("navigation", { name: "Areas" }).getByRole("link", { name: "Settings" }).click();
  await expect(page.getByText("This page could not be loaded. Your call goes on.")).toBeVisible();
  const before = seconds(recorded(server, call, "rep"));
  await expect.poll(() => seconds(recorded(server, call, "rep")), { timeout: 30_000 }).toBeGreaterThan(before + 1);
  await page.getByRole("link", { name: /Live call/ }).click();
  await expect(page).toHaveURL(new RegExp(`/calls/${call}/live`));
  await expect(page.getByRole("region", { name: "Transcript" })).toBeVisible();
});
