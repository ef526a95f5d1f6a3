import { type Browser, chromium } from "playwright-core";
import { findBrowser } from "./install-browser.ts";

/** A real Chromium that asks nothing of the network but the pages it is told to open. */
export function launchBrowser(): Promise<Browser> {
  const executablePath = findBrowser();
  if (!executablePath) throw new Error("there is no Chromium: run node tests/support/install-browser.ts");
  return chromium.launch({
    executablePath,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}
