// With JavaScript switched off, signing in, lists and reviews are readable.
import { expect, person, signUp, test } from "../fixtures.ts";

test("sign up, the list and a review without JavaScript", async ({ browser, page, server }) => {
  const account = person();
  await signUp(page, account);
  await page.goto("/calls");
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  // A call that was heard through the API, by a browser that has JavaScript.
  const context = await browser.newContext({ baseURL: server.url, javaScriptEnabled: true, storageState: await page.context().storageState() });
  const program = await context.newPage();
  await program.goto("/calls");
  await program.evaluate(async () => {
    const body = {
      title: "Acme renewal", contact_name: "Bo", company: "Acme", kind: "pricing", language: "en-US", vocabulary: "",
      recognizer: "browser", verbosity: "normal", consent_who: "", consent_how: "nobody_else",
    };
    const created = await fetch("/api/v1/calls", { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
    const call = (await created.json()).data.id as string;
    const socket = new WebSocket(`${location.origin.replace("http", "ws")}/api/v1/calls/${call}/stream`);
    await new Promise((done, fail) => {
      socket.onopen = done;
      socket.onerror = fail;
    });
    const ended = new Promise<void>((done) => {
      socket.onmessage = ({ data }) => {
        if (String(data).includes('"Ended"')) done();
      };
    });
    const say = (message: unknown) => socket.send(JSON.stringify(message));
    say({ Hello: { call, part: "Source", page: "test", take_over: false, last_event: 0 } });
    const heard = (channel: string, text: string, start: number) =>
      say({ Heard: { channel, text, start, end: start + 2000, confidence: 0.9, is_final: true } });
    heard("customer", "honestly it is too expensive for us", 0);
    heard("rep", "i will send you the new offer by friday", 3000);
    say("End");
    await ended;
  });
  await context.close();
  await page.goto("/calls");
  await page.getByRole("link", { name: /Acme renewal/ }).click();
  await expect(page.getByText("honestly it is too expensive for us").first()).toBeVisible();
  await expect(page.getByText(/send you the new offer/).first()).toBeVisible();
  await page.goto("/calls?search=offer");
  await expect(page.getByRole("link", { name: /Acme renewal/ })).toBeVisible();
  await page.goto("/calls?search=zebra");
  await expect(page.getByRole("link", { name: /Acme renewal/ })).toHaveCount(0);
});
