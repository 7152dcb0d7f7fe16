// A live call while its server is replaced: by a new process, by another server that takes over, by one that takes over from a dead one. Every
// word is in the review, once; every frame is in the recording, once.
import type { BrowserContext, Locator, Page } from "@playwright/test";
import { end, startCall } from "../calls.ts";
import { expect, hydrated, person, signIn, signUp, test as base, type Account } from "../fixtures.ts";
import { Fleet } from "../fleet.ts";
import { launchWithMedia } from "../media.ts";
import { query } from "../postgres.ts";
import { expectOnceInOrder, holes, recorded, seconds } from "../recording.ts";
import type { Server } from "../server.ts";
import { heardIn, microphone, recognizer, recognizerName, sentences } from "../spoken.ts";

/** The sentence in whose middle the server goes. */
const CUT = 4;

/** What a page may say by itself while its server is replaced; numbers are N. */
const SAID = [
  "All caught up",
  "Catching up, N s to send",
  "Connecting",
  "Connection lost, trying again",
  "Everything is on the server",
  "Recording locally, N s waiting",
  "Saved",
  // Only where the other server takes longer than a moment.
  "The server that runs this call does not answer. Another one takes it over in a moment.",
];

const test = base.extend<{ fleet: Fleet }>({
  fleet: async ({}, use, testInfo) => {
    const fleet = await Fleet.start(recognizer);
    await use(fleet);
    if (testInfo.status !== testInfo.expectedStatus) await testInfo.attach("servers.log", { body: fleet.log(), contentType: "text/plain" });
    await fleet.stop();
  },
});

test.describe("one server", () => {
  test.use({ environment: recognizer });

  test("a deploy in mid-call: the next process goes on with it", async ({ launch, server }) => {
    const page = await (await launch({ microphone: microphone(), once: true })).newPage();
    await signUp(page, person());
    const call = await startCall(page, { recognizer: recognizerName });
    await inMidSentence(page);
    const said = await listenTo(page);
    const deployed = server.restart();
    await expect(page.getByText(/Recording locally|Connection lost/)).toBeVisible();
    await deployed;
    await expect(page.getByText("All caught up")).toBeVisible();
    await expect(lines(page)).toHaveText(sentences, { timeout: 40_000 });
    expect(unexpected(said)).toEqual([]);
    await end(page, call);
    await expectEverything(page, call, server);
  });
});

test.describe("two servers", () => {
  for (const [how, stop] of [
    ["drained", (server: Server) => server.drain()],
    ["killed", (server: Server) => server.kill9()],
  ] as const) {
    test(`the call's server is ${how}: the other one goes on, and who watches there sees every word`, async ({ fleet, browser }) => {
      const [owner, other] = fleet.servers;
      const source = await launchWithMedia({ microphone: microphone(), once: true }, { baseURL: fleet.url });
      const page = await source.newPage();
      const account = person();
      await signUp(page, account);
      fleet.balancer.prefer(other.port, owner.port);
      const manager = await managerOf(account, fleet, await browser.newContext({ baseURL: fleet.url }));
      fleet.balancer.prefer(owner.port, other.port);
      const call = await startCall(page, { recognizer: recognizerName });
      fleet.balancer.prefer(other.port, owner.port);
      await manager.goto(`/calls/${call}/live`);
      await expect(manager.getByText("Audio from elsewhere")).toBeVisible();

      await inMidSentence(page);
      await expect(lines(manager), "by the relay, as it is said").toHaveText(sentences.slice(0, CUT - 1));
      expect(other.log()).not.toContain("took a call over");
      const [said, shown] = [await listenTo(page), await listenTo(manager)];
      await stop(owner);
      await expect(page.getByText("All caught up")).toBeVisible({ timeout: 20_000 });
      await expect(lines(page)).toHaveText(sentences, { timeout: 40_000 });
      await expect(lines(manager)).toHaveText(sentences);
      expect([unexpected(said), unexpected(shown)]).toEqual([[], []]);
      await end(page, call);
      await expect(manager).toHaveURL(new RegExp(`/calls/${call}$`), { timeout: 20_000 });
      await expectEverything(page, call, other);
      await source.close();
      await manager.context().close();
    });
  }
});

/** The live transcript's lines. */
function lines(page: Page): Locator {
  return page.getByRole("log", { name: "What was said" }).locator("[data-channel] > p:last-child");
}

/** Waits until a sentence has begun, and has not ended. */
async function inMidSentence(page: Page): Promise<void> {
  await expect(lines(page)).toHaveCount(CUT - 1, { timeout: 40_000 });
  await expect(page.getByRole("region", { name: "Transcript" }).getByText("…", { exact: true })).toBeVisible();
}

/** Collects what a page says by itself from now on. */
async function listenTo(page: Page): Promise<Set<string>> {
  const said = new Set<string>();
  await page.exposeFunction("told", (text: string) => said.add(text));
  await page.evaluate(() => {
    const { told } = window as unknown as { told: (text: string) => void };
    const listen = () => {
      for (const region of document.querySelectorAll<HTMLElement>("[role=status], [role=alert]")) {
        const text = region.innerText.trim().replace(/\d+/g, "N").replace(/\s*Close$/, "");
        if (text) told(text);
      }
    };
    new MutationObserver(listen).observe(document.body, { subtree: true, childList: true, characterData: true });
  });
  return said;
}

function unexpected(said: Set<string>): string[] {
  return [...said].filter((text) => !SAID.includes(text));
}

/** Every word is in the review and every frame in the recording, once. `server` has recorded its end. */
async function expectEverything(page: Page, call: string, server: Server): Promise<void> {
  const transcript = await (await page.request.get(`/api/v1/calls/${call}/transcript`)).json();
  expect(transcript.data.map((segment: { text: string }) => segment.text)).toEqual(sentences);
  const frames = recorded(server, call, "rep");
  expectOnceInOrder(frames);
  expect(holes(frames), "the microphone never stopped").toEqual([]);
  const sound = await (await page.request.get(`/api/v1/calls/${call}/recording?channel=rep`)).body();
  expect(sound.length, "the recording is as long as its frames").toBe(44 + 32_000 * seconds(frames));
  expect(heardIn(sound)).toEqual(sentences);
}

/** A manager of the same organization, who may watch its calls. The program has no invitation yet: the database is told. */
async function managerOf(account: Account, fleet: Fleet, context: BrowserContext): Promise<Page> {
  const page = await context.newPage();
  const manager = { ...person(), name: "Rob Reyes", organization: "Nowhere" };
  await signUp(page, manager);
  const of = (mail: string) => `FROM members JOIN people ON people.id = person_id WHERE email = '${mail}'`;
  const tied = ["sessions", "refresh_tokens"].map((table) => `DELETE FROM ${table} WHERE member_id = (SELECT members.id ${of(manager.email)})`);
  const move = `UPDATE members SET organization_id = (SELECT organization_id ${of(account.email)}), role = 'manager' WHERE id = (SELECT members.id ${of(manager.email)})`;
  await query(fleet.database, [...tied, move].join("; "));
  await context.clearCookies();
  await signIn(page, manager);
  await hydrated(page);
  return page;
}
