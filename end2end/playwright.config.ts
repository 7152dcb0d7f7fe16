// Which spec runs in which project is said by its file name:
//   x.spec.ts        desktop; tests whose title carries @phone run on a phone's screen too
//   x.nojs.spec.ts   with JavaScript switched off
//   x.live.spec.ts   calls with a microphone and a tab that play speech (see media.ts: they start their own browser)
//   screenshots.ts   pictures of every page and state, only for `cargo xtask screenshots`
import { defineConfig } from "@playwright/test";
import { browserFlags, chromium } from "./media.ts";

const desktop = { viewport: { width: 1440, height: 900 } };

export default defineConfig({
  testDir: ".",
  outputDir: "test-results",
  // The server and the recognizer want the processors (`cargo xtask test` gives pages two workers, calls one); a test that only passes at the
  // second try is a failure.
  workers: 1,
  retries: 0,
  forbidOnly: !!process.env.CI,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: "list",
  use: {
    browserName: "chromium",
    launchOptions: { executablePath: chromium(), args: browserFlags },
    locale: "en-GB",
    timezoneId: "Europe/Berlin",
    trace: "retain-on-failure",
    screenshot: "only-on-failure",
  },
  projects: process.env.CLOSEZLY_BENCH
    ? [{ name: "bench", testMatch: "bench.ts", use: desktop }]
    : process.env.CLOSEZLY_SCREENSHOTS
    ? [{ name: "screenshots", testMatch: "screenshots.ts", timeout: 20 * 60_000, use: desktop }]
    : [
        { name: "desktop", testMatch: "tests/*.spec.ts", testIgnore: /\.(nojs|live)\.spec\.ts$/, use: desktop },
        {
          name: "phone",
          testMatch: "tests/*.spec.ts",
          testIgnore: /\.(nojs|live)\.spec\.ts$/,
          grep: /@phone/,
          use: { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true },
        },
        { name: "no-js", testMatch: "tests/*.nojs.spec.ts", use: { ...desktop, javaScriptEnabled: false } },
        { name: "live", testMatch: "tests/*.live.spec.ts", timeout: 180_000, use: desktop },
      ],
});
