// What every journey starts from: import { test, expect } from "../fixtures.ts".
import { test as base, expect, type BrowserContext, type Page, type TestInfo } from "@playwright/test";
import { AxeBuilder } from "@axe-core/playwright";
import { launchWithMedia, type Media } from "./media.ts";
import { Server, type Environment } from "./server.ts";

export interface Account {
  name: string;
  organization: string;
  email: string;
  password: string;
}

interface Fixtures {
  /** Adds to the server's configuration: test.use({ environment: { CLOSEZLY_SPEECH_COMMAND: "…" } }). */
  environment: Environment;
  /** A server of this test's own; its log is attached when the test fails. */
  server: Server;
  /** A person who signed up through the page; `page` is theirs. */
  account: Account;
  /** Starts a browser with a microphone and, if wanted, a tab to share; closed at the end. */
  launch: (media: Media) => Promise<BrowserContext>;
}

export const test = base.extend<Fixtures>({
  environment: [{}, { option: true }],

  server: async ({ environment }, use, testInfo) => {
    const server = await Server.start({ ...environment });
    await use(server);
    await attachLog(server, testInfo);
    await server.stop();
  },

  // page.goto("/calls") means this test's server.
  baseURL: async ({ server }, use) => use(server.url),

  account: async ({ page }, use) => {
    const account = person();
    await signUp(page, account);
    await use(account);
  },

  launch: async ({ server }, use) => {
    const contexts: BrowserContext[] = [];
    await use(async (media) => {
      const context = await launchWithMedia(media, { baseURL: server.url });
      contexts.push(context);
      return context;
    });
    for (const context of contexts) await context.close();
  },
});

export { expect };

async function attachLog(server: Server, testInfo: TestInfo): Promise<void> {
  if (testInfo.status !== testInfo.expectedStatus) {
    await testInfo.attach("server.log", { body: server.log(), contentType: "text/plain" });
  }
}

let people = 0;

/** A new person with an organization of their own. */
export function person(): Account {
  people += 1;
  return { name: "Ada Byron", organization: "Analytical Engines", email: `ada${people}@example.com`, password: "a long enough passphrase" };
}

/** Signs up through the page and waits for the first page of one's own. */
export async function signUp(page: Page, account: Account): Promise<void> {
  await page.goto("/sign-up");
  await page.getByLabel("Your name").fill(account.name);
  await page.getByLabel("Organization").fill(account.organization);
  await page.getByLabel("Email").fill(account.email);
  await page.getByLabel("Password", { exact: true }).fill(account.password);
  await page.getByRole("button", { name: "Sign up" }).click();
  await expect(page).not.toHaveURL(/sign-up/);
}

/** Makes an account as a program does; the page stays nobody's. */
export async function register(page: Page, account: Account): Promise<void> {
  const { name, organization, email, password } = account;
  const answer = await page.request.post("/api/v1/auth/register", { data: { name, organization, email, password } });
  expect(answer.ok(), await answer.text()).toBe(true);
}

/** Signs in through the page. */
export async function signIn(page: Page, account: Pick<Account, "email" | "password">): Promise<void> {
  await page.goto("/sign-in");
  await page.getByLabel("Email").fill(account.email);
  await page.getByLabel("Password", { exact: true }).fill(account.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page).not.toHaveURL(/sign-in/);
}

/** Waits until the page's own code runs: before that, buttons are only what the server sent. */
export async function hydrated(page: Page): Promise<void> {
  await page.locator("html[data-hydrated]").waitFor({ state: "attached" });
}

/** WCAG 2.2 AA, as far as a program can tell. */
export async function expectAccessible(page: Page): Promise<void> {
  const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
  const { violations } = await new AxeBuilder({ page }).withTags(tags).analyze();
  const found = violations.map(({ id, help, nodes }) => `${id}: ${help}\n${nodes.map((node) => `  ${node.html}\n  ${node.failureSummary}`).join("\n")}`);
  expect(found, found.join("\n")).toEqual([]);
}

/** What Chromium says when a page's chunk came long before the main module that runs it: the machine is slow, the page is right. */
const SLOW = "was preloaded using link preload but not used within a few seconds";

/** Collects what the page complains about; call it before the first goto, look at the list at the end. */
export function complaints(page: Page): string[] {
  const list: string[] = [];
  page.on("console", (message) => {
    const bad = message.type() === "error" || message.type() === "warning";
    if (bad && !message.text().includes(SLOW)) list.push(`${message.type()}: ${message.text()}`);
  });
  page.on("pageerror", (error) => list.push(`exception: ${error.message}`));
  page.on("response", (response) => {
    if (response.status() >= 500) list.push(`${response.status()}: ${response.url()}`);
  });
  return list;
}

/** Text at 200 %, as WCAG 1.4.4 asks: nothing runs out of the window sideways, and no word stands one letter a line. */
export async function expectReflow(page: Page): Promise<void> {
  await page.evaluate(() => (document.documentElement.style.fontSize = "200%"));
  const found = await page.evaluate(async () => {
    // The browser lays out once, containers and all.
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    const wrong: string[] = [];
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth > clientWidth + 1) wrong.push(`the page is ${scrollWidth} px wide in ${clientWidth}`);
    for (const element of document.querySelectorAll<HTMLElement>("a, button, label, legend, h1, h2, h3, th, dt, summary, p")) {
      const text = element.innerText.trim();
      const box = element.getBoundingClientRect();
      if (text.length < 4 || box.width < 2 || element.closest(".visually-hidden")) continue;
      const tops = new Set<number>();
      const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
      for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        // What is only there to be read out is cut to nothing.
        if (!node.textContent?.trim() || !node.parentElement || getComputedStyle(node.parentElement).clipPath !== "none") continue;
        const range = document.createRange();
        range.selectNodeContents(node);
        for (const { top, width } of range.getClientRects()) if (width > 1) tops.add(Math.round(top));
      }
      const lines = tops.size;
      if (lines >= 3 && text.length / lines < 3) wrong.push(`“${text.slice(0, 40)}” stands on ${lines} lines`);
    }
    return wrong;
  });
  expect(found, found.join("\n")).toEqual([]);
}
