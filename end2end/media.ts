// Chromium with a microphone that plays a file, and a tab that plays another: both sides of a call.
import { chromium as playwright, type BrowserContext } from "@playwright/test";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createReadStream, existsSync, statSync } from "node:fs";
import { resolve } from "node:path";

/** The system's Chromium; no browser is downloaded. */
export function chromium(): string {
  return process.env.CHROMIUM || "/usr/bin/chromium";
}

/** Flags of every browser here: headless, quiet, without traffic of its own. */
export const browserFlags = [
  "--headless=new",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** What the microphone says: see audio/README.md. */
export const rep = audio("rep.wav");
/** What the meeting's tab says. */
export const customer = audio("customer.wav");

export function audio(name: string): string {
  return resolve(import.meta.dirname, "audio", name);
}

/** A recording of `../shared`, or null: the test that wants it says that it is skipped. */
export function sharedAudio(name: string): string | null {
  const path = resolve(import.meta.dirname, "../../shared/audio", name);
  return existsSync(path) ? path : null;
}

export interface Media {
  /** A WAV file that the microphone plays. */
  microphone: string;
  /** Play it once instead of in a loop; silence follows. */
  once?: boolean;
  /** Title of the tab that is shared when the page asks for one; without it the page's request meets a fake screen. */
  tab?: string;
  /** Where cookies and IndexedDB live; without it they are gone with the browser. */
  profile?: string;
}

/** Starts a browser with this microphone; the caller closes the context. */
export async function launchWithMedia(media: Media, options: { baseURL: string; viewport?: { width: number; height: number } }): Promise<BrowserContext> {
  const args = [
    ...browserFlags,
    "--autoplay-policy=no-user-gesture-required",
    "--use-fake-device-for-media-stream",
    `--use-file-for-fake-audio-capture=${media.microphone}${media.once ? "%noloop" : ""}`,
    // The fake permission dialog also swaps in a fake screen, so with a real tab the permission is granted below instead.
    media.tab ? `--auto-select-tab-capture-source-by-title=${media.tab}` : "--use-fake-ui-for-media-stream",
  ];
  const context = await playwright.launchPersistentContext(media.profile ?? "", {
    executablePath: chromium(),
    args,
    // A muted browser captures silence from its tabs.
    ignoreDefaultArgs: ["--mute-audio"],
    baseURL: options.baseURL,
    viewport: options.viewport ?? { width: 1440, height: 900 },
    locale: "en-GB",
    timezoneId: "Europe/Berlin",
  });
  if (media.tab) await context.grantPermissions(["microphone"], { origin: new URL(options.baseURL).origin });
  return context;
}

/** A page on the loopback that plays a WAV file in a loop: the meeting in another tab. */
export async function openMeeting(context: BrowserContext, wav: string, title = "Meeting"): Promise<{ close: () => Promise<void> }> {
  const server = createServer((request, response) => {
    if (request.url === "/speech.wav") {
      response.writeHead(200, { "content-type": "audio/wav", "content-length": statSync(wav).size });
      createReadStream(wav).pipe(response);
    } else {
      response.writeHead(200, { "content-type": "text/html" });
      response.end(`<!doctype html><html lang="en"><title>${title}</title><audio src="/speech.wav" autoplay loop></audio></html>`);
    }
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const page = await context.newPage();
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  await page.waitForFunction(() => {
    const player = document.querySelector("audio");
    return player !== null && !player.paused && player.currentTime > 0;
  });
  return {
    close: async () => {
      await page.close();
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}
