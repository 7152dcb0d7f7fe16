// More calls than a server hears: a new one waits in its page and is told why, and starts by itself when there is room.
import { end, startCall } from "../calls.ts";
import { expect, hydrated, person, signUp, test } from "../fixtures.ts";
import { rep } from "../media.ts";
import { speak } from "../program.ts";
import { expectOnceInOrder, holes, recorded } from "../recording.ts";

const REFUSED = "This server hears as many calls as it can. Yours starts by itself as soon as there is room; tell your administrator.";

test.use({ environment: { CLOSEZLY_MOST_CALLS: "1" } });

test("a call that is too much waits in its page, with a sentence, and starts when there is room", async ({ launch, page: other, server }) => {
  await signUp(other, person());
  await hydrated(other);
  const first = await speak(other, { title: "The one that it hears", end: false });
  const page = await (await launch({ microphone: rep })).newPage();
  await signUp(page, person());
  const call = await startCall(page, { recognizer: /No recognizer/ });
  await expect(page.getByRole("status").filter({ hasText: REFUSED })).toBeVisible();
  await expect(page.getByText(/Recording locally, \d+ s waiting/)).toBeVisible();
  // Who has read it and closed it is not told again.
  await page.getByRole("status").filter({ hasText: REFUSED }).getByRole("button", { name: "Close" }).click();
  const waiting = await secondsWaiting(page.getByText(/Recording locally/).innerText());
  await expect.poll(() => secondsWaiting(page.getByText(/Recording locally/).innerText())).toBeGreaterThan(waiting + 5);
  await expect(page.getByText(REFUSED)).toHaveCount(0);
  expect((await other.request.post(`/api/v1/calls/${first}/end`, { data: {}, headers: { origin: server.url } })).ok()).toBe(true);
  await expect(page.getByText("All caught up")).toBeVisible({ timeout: 20_000 });
  await end(page, call);
  const frames = recorded(server, call, "rep");
  expectOnceInOrder(frames);
  expect(holes(frames), "what was said while it waited is there").toEqual([]);
});

async function secondsWaiting(words: Promise<string>): Promise<number> {
  return Number(/(\d+) s/.exec(await words)?.[1]);
}
