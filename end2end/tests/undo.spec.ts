// What is deleted can be brought back: by the message's button, by Ctrl Z, and while the message is pointed at it stays.
import { complaints, expect, expectAccessible, hydrated, test } from "../fixtures.ts";
import { tabTo } from "../keyboard.ts";
import { speak } from "../program.ts";

test("a deleted call comes back by the message's button and by a key", async ({ account, page }) => {
  expect(account).toBeTruthy();
  const said = complaints(page);
  await page.goto("/calls");
  const call = await speak(page, { title: "Deleted by mistake" });
  const messages = page.getByRole("region", { name: "Messages" });
  const row = page.getByRole("link", { name: "Deleted by mistake", exact: true });
  const remove = async () => {
    await page.goto(`/calls/${call}`);
    await hydrated(page);
    await page.getByText("Delete this call").click();
    await page.getByRole("button", { name: "Delete", exact: true }).click();
    await expect(page).toHaveURL(/\/calls$/);
    await expect(row).toHaveCount(0);
    await expect(messages).toContainText("Call deleted");
    await expect(messages).toHaveAttribute("aria-live", "polite");
  };

  await test.step("by the button, with the pointer", async () => {
    await remove();
    await expectAccessible(page);
    await messages.getByRole("button", { name: "Undo" }).click();
    await expect(messages).toContainText("Call is back");
    await expect(row).toBeVisible();
  });
  await test.step("by the button, with the keyboard", async () => {
    await remove();
    await tabTo(page, messages.getByRole("button", { name: "Undo" }));
    await page.keyboard.press("Enter");
    await expect(row).toBeVisible();
  });
  await test.step("by Ctrl Z, but not in a field", async () => {
    await remove();
    await page.locator("#calls-search").focus();
    await page.keyboard.press("Control+z");
    await expect(messages).toContainText("Call deleted");
    await page.locator("h1").click();
    await page.keyboard.press("Control+z");
    await expect(row).toBeVisible();
    await expect(messages).not.toContainText("Call deleted");
  });
  await page.goto(`/calls/${call}`);
  await expect(page.getByRole("region", { name: "Transcript" }).locator("li[id^=segment-]").first()).toBeVisible();
  expect(said).toEqual([]);
});

test("the preparation opens no microphone before somebody asks for it", async ({ account, page }) => {
  expect(account).toBeTruthy();
  await page.addInitScript(() => {
    // A microphone of its own: this browser has none.
    const opened = { count: 0 };
    Object.assign(window, { opened });
    navigator.mediaDevices.getUserMedia = () => {
      opened.count += 1;
      return Promise.resolve(new AudioContext().createMediaStreamDestination().stream);
    };
  });
  const opened = () => page.evaluate(() => (window as unknown as { opened: { count: number } }).opened.count);
  await page.goto("/calls/new");
  await hydrated(page);
  await page.waitForTimeout(1_500);
  expect(await opened()).toBe(0);
  await page.getByRole("button", { name: "Test the microphone" }).click();
  await expect(page.getByRole("button", { name: "Stop the test" })).toBeVisible();
  expect(await opened()).toBe(1);
});

test("the player's speed stays over a reload, and Space is off with the single keys", async ({ account, page }) => {
  expect(account).toBeTruthy();
  await page.goto("/calls");
  const call = await speak(page, { title: "With sound", sound: true });
  await page.goto(`/calls/${call}`);
  await hydrated(page);
  const bar = page.getByRole("region", { name: "Recording" });
  const rate = () => page.evaluate(() => document.querySelector("audio")!.playbackRate);
  await bar.getByLabel("Speed").selectOption("1.5×");
  await page.reload();
  await hydrated(page);
  await expect(bar.getByLabel("Speed")).toHaveValue("1.5×");
  await expect.poll(rate).toBe(1.5);
  await page.evaluate(() => localStorage.setItem("single-keys", "off"));
  await page.locator("h1").click();
  await page.keyboard.press("Space");
  await page.waitForTimeout(300);
  await expect(bar.getByRole("button", { name: "Play" })).toBeVisible();
  await page.evaluate(() => localStorage.setItem("single-keys", "on"));
  await page.keyboard.press("Space");
  await expect(bar.getByRole("button", { name: "Pause" })).toBeVisible();
});
