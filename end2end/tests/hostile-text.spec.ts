// Signs of HTML in what people write and say: shown as they are, and the page comes alive. Whatever comes with a page has its own way of
// being written into it, so one text is put in every place that a person or a program can fill.
import { complaints, expect, hydrated, person, signUp, test } from "../fixtures.ts";
import { speak } from "../program.ts";

const SIGNS = "a <b & </title></textarea></script><script>document.title='x'</script> <!-- \" ' \u2028 > z";

test("signs of HTML in a title, a note, a line and a question are text, and every page comes alive", async ({ page, server }) => {
  const said = complaints(page);
  await page.goto(server.url);
  await signUp(page, person());
  const call = await speak(page, { title: `title ${SIGNS}`, lines: [["customer", `line ${SIGNS}`, 0]] });
  const answer = await page.request.patch(`/api/v1/calls/${call}`, { data: { notes: `note ${SIGNS}` }, headers: { origin: server.url } });
  expect(answer.status()).toBe(200);
  for (const path of [`/calls/${call}`, "/calls", "/", `/calls?search=${encodeURIComponent(SIGNS)}`, `/knowledge?q=${encodeURIComponent(SIGNS)}`]) {
    await page.goto(path);
    await hydrated(page);
  }
  await page.goto(`/calls/${call}`);
  await hydrated(page);
  await expect(page.getByRole("heading", { level: 1 })).toContainText(`title ${SIGNS.split(" \u2028")[0]}`);
  await expect(page.getByText("document.title='x'").first()).toBeVisible();
  expect(await page.title()).toContain("</title></textarea>");
  const notes = page.getByRole("textbox", { name: /notes/i });
  await expect(notes).toHaveValue(`note ${SIGNS}`);
  // It is alive: what is written is kept.
  await notes.fill(`other ${SIGNS}`);
  await notes.blur();
  await expect.poll(async () => (await (await page.request.get(`/api/v1/calls/${call}`)).json()).data.notes).toBe(`other ${SIGNS}`);
  expect(said).toEqual([]);
});
