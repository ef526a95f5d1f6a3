import { execFileSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { homedir, platform } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const PLACES = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/usr/bin/google-chrome-stable",
  "/opt/google/chrome/chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];
const CACHES = [
  process.env.PLAYWRIGHT_BROWSERS_PATH,
  join(homedir(), ".cache/ms-playwright"),
  join(homedir(), "Library/Caches/ms-playwright"),
];

/** The Chromium that browser tests use: CHROME_PATH, the usual places, Playwright's cache; null: none. */
export function findBrowser(): string | null {
  const named = process.env.CHROME_PATH;
  if (named) return existsSync(named) ? named : null;
  const cached = CACHES.flatMap((folder) => {
    if (!folder || !existsSync(folder)) return [];
    return readdirSync(folder)
      .filter((name) => name.startsWith("chromium-"))
      .flatMap((name) =>
        ["chrome-linux/chrome", "chrome-linux64/chrome", "chrome-mac/Chromium.app/Contents/MacOS/Chromium"].map(
          (path) => join(folder, name, path),
        ),
      );
  });
  return [...PLACES, ...cached].find((path) => existsSync(path)) ?? null;
}

/** Brings a Chromium where there is none: from Debian's packages as root, else Playwright's own download. */
function install(): void {
  const quiet = { stdio: ["ignore", "ignore", "inherit"] as ("ignore" | "inherit")[] };
  if (platform() === "linux" && existsSync("/usr/bin/apt-get") && process.getuid?.() === 0) {
    console.log("Installing Chromium from Debian's packages…");
    execFileSync("apt-get", ["update", "-qq"], quiet);
    execFileSync("apt-get", ["install", "-y", "-qq", "--no-install-recommends", "chromium"], {
      ...quiet,
      env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    });
    return;
  }
  console.log("Installing Chromium with Playwright…");
  execFileSync("npx", ["playwright-core", "install", "chromium"], { stdio: "inherit" });
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href && !findBrowser()) {
  try {
    install();
  } catch {
    // Said below in one line.
  }
  if (!findBrowser()) {
    console.error("The browser tests need Chromium: install it (apt-get install chromium) or set CHROME_PATH to it.");
    process.exitCode = 1;
  }
}
