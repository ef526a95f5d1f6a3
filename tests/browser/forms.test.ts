import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { connectBefore } from "../support/accounts-before.ts";
import { launchBrowser } from "../support/browser.ts";
import { type FakeTwilio, startFakeTwilio } from "../support/fake-twilio.ts";
import { eventually, freePort, type RunningRelais, startRelais } from "../support/relais.ts";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const SOON = { timeout: 15_000 };
const SID = `AC${"2".repeat(32)}`;
const SHOP = "+33199001234";
/** A person needs a moment before the first answer is written. */
const MOMENT_MS = 1100;

let browser: Browser;
let relais: RunningRelais;
let twilio: FakeTwilio;
let dataDir: string;
let site: Server;
let origin: string;

beforeAll(async () => {
  browser = await launchBrowser();
  dataDir = mkdtempSync(join(tmpdir(), "relais-"));
  twilio = await startFakeTwilio({ accountSid: SID, authToken: "twilio-token", from: SHOP });
  const port = await freePort();
  site = createServer((_, response) => {
    response
      .writeHead(200, { "content-type": "text/html; charset=utf-8" })
      .end(
        `<!doctype html><html lang="fr"><title>Atelier</title><h1>Atelier</h1><script src="http://127.0.0.1:${port}/forms/embed.js" data-form="atelier" async></script></html>`,
      );
  });
  await new Promise<void>((done) => site.listen(0, "localhost", done));
  const address = site.address();
  origin = address && typeof address === "object" ? `http://localhost:${address.port}` : "";
  const options = {
    dataDir,
    port,
    env: {
      BURST_WINDOW_MS: "100",
      TWILIO_BASE_URL: twilio.url,
      TWILIO_ACCOUNT_SID: SID,
      TWILIO_AUTH_TOKEN: "twilio-token",
      TWILIO_PHONE_NUMBER: SHOP,
    },
  };
  await (await startRelais(options)).stop();
  await connectBefore(dataDir, [
    { channel: "form", name: "atelier", config: { formId: "atelier", allowedOrigins: [origin], color: "#F2C94C" } },
  ]);
  relais = await startRelais(options);
});
afterAll(async () => {
  await browser?.close();
  await relais?.stop();
  await twilio?.close();
  site?.close();
  rmSync(dataDir, { recursive: true, force: true });
});

const textsTo = (phone: string): readonly string[] =>
  twilio
    .sent()
    .filter(({ to }) => to === phone)
    .map(({ body }) => body);

async function fill(where: Pick<Page, "getByLabel" | "getByRole">, phone: string): Promise<void> {
  await where.getByLabel("Votre nom").fill("Léa Martin");
  await where.getByLabel(/Téléphone/).fill(phone);
  await where.getByLabel("Votre message").fill("Bonjour, avez-vous du savon ?");
}

test("the hosted form is filled in, corrected, sent once, and its answer arrives by SMS", async () => {
  const context = await browser.newContext({ locale: "fr-FR", viewport: { width: 390, height: 800 } });
  const page = await context.newPage();
  await page.goto(`${relais.url}/forms/contact`);
  await page.getByRole("button", { name: "Envoyer" }).click();
  await page.getByRole("alert").getByText("Quelques réponses sont à revoir").waitFor(SOON);
  await fill(page, "12");
  await page.waitForTimeout(MOMENT_MS);
  await page.getByRole("button", { name: "Envoyer" }).click();
  await page
    .locator("#p-phone")
    .getByText(/numéro n'est pas valable/)
    .waitFor(SOON);
  await page.getByLabel(/Téléphone/).fill("06 39 98 12 40");
  await page.waitForTimeout(MOMENT_MS);
  await page.getByRole("button", { name: "Envoyer" }).dblclick();
  await page.getByRole("heading", { name: "Merci, c'est envoyé." }).waitFor(SOON);
  await page.getByText("Nous vous répondons par SMS.").waitFor(SOON);
  await eventually(() => expect(textsTo("+33639981240")).toHaveLength(1));
  expect(textsTo("+33639981240")[0]).toContain("Bonjour Léa, bienvenue à la boutique !");
  await context.close();
});

test("a lost connection loses no answer", async () => {
  const context = await browser.newContext({ locale: "fr-FR" });
  const page = await context.newPage();
  await page.goto(`${relais.url}/forms/contact`);
  await fill(page, "06 39 98 12 41");
  await page.waitForTimeout(MOMENT_MS);
  await context.setOffline(true);
  await page.getByRole("button", { name: "Envoyer" }).click();
  await page.getByRole("alert").getByText("La connexion est coupée").waitFor(SOON);
  await context.setOffline(false);
  await page.getByRole("button", { name: "Envoyer" }).click();
  await page.getByRole("heading", { name: "Merci, c'est envoyé." }).waitFor(SOON);
  await eventually(() => expect(textsTo("+33639981241")).toHaveLength(1));
  await context.close();
});

test("it works without JavaScript, wrong answers included", async () => {
  const context = await browser.newContext({ locale: "en-GB", javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(`${relais.url}/forms/contact`);
  await page.getByLabel("Your name").fill("Tom Baker");
  await page.getByLabel("Your message").fill("Hello");
  await new Promise((done) => setTimeout(done, MOMENT_MS));
  await page.getByRole("button", { name: "Send" }).click();
  await page.getByRole("link", { name: "E-mail address" }).waitFor(SOON);
  expect(await page.getByLabel("Your name").inputValue()).toBe("Tom Baker");
  await page.getByLabel(/Phone/).fill("06 39 98 12 42");
  await new Promise((done) => setTimeout(done, MOMENT_MS));
  await page.getByRole("button", { name: "Send" }).click();
  await page.getByText("We will answer you by text message.").waitFor(SOON);
  await eventually(() => expect(textsTo("+33639981242")).toHaveLength(1));
  expect(textsTo("+33639981242")[0]).toContain("Hello Tom, welcome to the shop!");
  await context.close();
});

test("one script tag shows the form on a foreign page; sites that are not allowed show nothing", async () => {
  const context = await browser.newContext({ locale: "fr-FR" });
  const page = await context.newPage();
  await page.goto(origin);
  const frame = page.frameLocator("iframe");
  await fill(frame, "06 39 98 12 43");
  await eventually(async () => {
    const inside = await frame.locator("html").evaluate((root) => root.getBoundingClientRect().height);
    expect((await page.locator("iframe").boundingBox())?.height).toBeCloseTo(Math.ceil(inside), 0);
  });
  await page.waitForTimeout(MOMENT_MS);
  await frame.getByRole("button", { name: "Envoyer" }).click();
  await frame.getByRole("heading", { name: "Merci, c'est envoyé." }).waitFor(SOON);
  await eventually(() => expect(textsTo("+33639981243")).toHaveLength(1));
  const refused: string[] = [];
  page.on("console", (message) => refused.push(message.text()));
  await page.evaluate((src) => {
    const other = document.createElement("iframe");
    other.src = src;
    document.body.append(other);
  }, `${relais.url}/forms/contact?embed=1`);
  await eventually(() => expect(refused.join()).toMatch(/frame-ancestors|refused to/i));
  await context.close();
});

for (const colorScheme of ["light", "dark"] as const)
  for (const form of ["contact", "atelier"])
    test(`the form ${form} is accessible in ${colorScheme} colours, with its problems shown`, async () => {
      const context = await browser.newContext({
        locale: "fr-FR",
        colorScheme,
        reducedMotion: "reduce",
        bypassCSP: true,
      });
      const page = await context.newPage();
      await page.goto(`${relais.url}/forms/${form}`);
      await page.getByRole("button", { name: "Envoyer" }).click();
      await page.getByRole("alert").waitFor(SOON);
      await page.evaluate(axe);
      const found = await page.evaluate(async () => {
        const { violations } = await (
          window as unknown as {
            axe: { run: () => Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
          }
        ).axe.run();
        return violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
      });
      expect(found).toEqual([]);
      await context.close();
    });
