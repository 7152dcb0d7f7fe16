// A person without a pointer: Tab, Enter, Escape and letters, and a look at where the focus is after each.
import type { Locator, Page } from "@playwright/test";
import { expect } from "./fixtures.ts";

/** So many stops a page may have before what is looked for. */
const MOST_STOPS = 80;

/** Goes on with Tab until the focus is there. Each stop on the way must be one that can be seen. */
export async function tabTo(page: Page, goal: Locator, options: { back?: boolean } = {}): Promise<void> {
  await expect(goal).toBeVisible();
  const way: string[] = [];
  for (let stop = 0; stop < MOST_STOPS; stop += 1) {
    if (await goal.evaluate((element) => element === document.activeElement)) {
      await expectFocusSeen(page);
      return;
    }
    await page.keyboard.press(options.back ? "Shift+Tab" : "Tab");
    way.push(await focused(page));
    // From the last stop the browser goes round over its own window, which has no stop here.
    if (!way.at(-1)!.startsWith("body")) await expectFocusSeen(page);
  }
  throw new Error(`Tab never came to ${goal}:\n${way.join("\n")}`);
}

/** What has the focus, as a person would name it. */
export async function focused(page: Page): Promise<string> {
  return page.evaluate(() => {
    const element = document.activeElement;
    if (!element || element === document.body) return "body";
    const name = element.getAttribute("aria-label") ?? (element as HTMLInputElement).labels?.[0]?.textContent ?? element.textContent ?? "";
    return `${element.tagName.toLowerCase()} ${name.trim().slice(0, 60)}`;
  });
}

/** The focus is somewhere, inside the window, drawn, and nothing covers it whole. */
export async function expectFocusSeen(page: Page): Promise<void> {
  const seen = () =>
    page.evaluate(() => {
      const element = document.activeElement;
      if (!element || element === document.body) return "the focus is lost";
      const said = `${element.outerHTML.slice(0, 200)} `;
      if (!element.matches(":focus-visible")) return `${said}is not shown as focused`;
      const style = getComputedStyle(element);
      const outlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0;
      if (!outlined) return `${said}has no outline`;
      const box = element.getBoundingClientRect();
      if (box.width === 0 || box.height === 0) return `${said}has no size`;
      const shares = [0.1, 0.5, 0.9];
      const points = shares.flatMap((x) => shares.map((y) => [box.left + box.width * x, box.top + box.height * y] as const));
      const hit = points.some(([x, y]) => {
        const at = document.elementFromPoint(x, y);
        return at !== null && (element.contains(at) || at.contains(element));
      });
      return hit ? "" : `${said}is outside of the window or covered`;
    });
  await expect.poll(seen).toBe("");
}
