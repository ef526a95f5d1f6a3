import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { launchBrowser } from "../support/browser.ts";
import { type RunningRelais, startRelais } from "../support/relais.ts";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
/** What the visitor waits for at most: the burst window, the step, the way back. */
const SOON = { timeout: 8000 };

let browser: Browser;
let relais: RunningRelais;
let dataDir: string;
let context: BrowserContext;
let page: Page;

beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
});
beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), "relais-"));
  relais = await startRelais({ dataDir, env: { BURST_WINDOW_MS: "100" } });
  context = await browser.newContext({ locale: "fr-FR", viewport: { width: 390, height: 800 } });
  page = await context.newPage();
});
afterEach(async () => {
  await context.close();
  await relais.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

const press = (name: string | RegExp) => page.getByRole("button", { name }).first().click(SOON);
const see = (text: string | RegExp) => page.getByRole("log").getByText(text).first().waitFor(SOON);
const write = async (text: string) => {
  await page.getByRole("textbox").fill(text);
  await page.getByRole("textbox").press("Enter");
};
const lines = () => page.getByRole("log").locator(".line:not(.typing) .bubble").allTextContents();

describe("a visitor in the web chat", () => {
  test("orders through the whole flow on a phone, with a number at the end", async () => {
    await page.goto(`${relais.url}/chat`);
    await press("Dire bonjour");
    await see("Bonjour, bienvenue à la boutique ! Que souhaitez-vous ?");
    await press("Produits");
    await see("Voici nos produits.");
    await press(/Savon au miel/);
    await see(/1 × Savon au miel : 7,00 €/);
    await press("Confirmer");
    await see(/Votre commande [A-Z0-9]{3}-[A-Z0-9]{3} est confirmée/);
    const shown = await lines();
    expect(shown.filter((line) => line.startsWith("Merci"))).toHaveLength(1);
    await page.reload();
    await see(/est confirmée/);
    expect(await lines()).toEqual(shown);
  });

  test("goes on after the server was restarted, without losing or doubling a line", async () => {
    await page.goto(`${relais.url}/chat`);
    await press("Dire bonjour");
    await see("Que souhaitez-vous ?");
    const { port } = relais;
    await relais.kill();
    await write("produits");
    await page.getByText("Vous êtes hors ligne").waitFor(SOON);
    relais = await startRelais({ dataDir, port, env: { BURST_WINDOW_MS: "100" } });
    await page.getByRole("log").getByText("Voici nos produits.").waitFor({ timeout: 20_000 });
    const shown = await lines();
    expect(shown).toEqual([
      "Bonjour",
      "Bonjour, bienvenue à la boutique ! Que souhaitez-vous ?",
      "produits",
      "Voici nos produits. Lequel vous ferait plaisir ?",
    ]);
  });

  test("writes while offline: the message leaves once when the line is back", async () => {
    await page.goto(`${relais.url}/chat`);
    await press("Dire bonjour");
    await see("Que souhaitez-vous ?");
    await context.setOffline(true);
    await write("Vos délais de livraison ?");
    await see("Vos délais de livraison ?");
    await context.setOffline(false);
    await page.getByRole("log").getByText("Comptez 2 à 4 jours ouvrés").waitFor({ timeout: 20_000 });
    expect((await lines()).filter((line) => line.startsWith("Vos délais"))).toHaveLength(1);
  });

  test("sees that an answer is being written, until it is there", async () => {
    await relais.stop();
    relais = await startRelais({ dataDir, env: { BURST_WINDOW_MS: "1500" } });
    await page.goto(`${relais.url}/chat`);
    await press("Dire bonjour");
    await page.getByText("Bot écrit…").waitFor({ ...SOON, state: "attached" });
    await see("Que souhaitez-vous ?");
    await page.getByText("Bot écrit…").waitFor({ ...SOON, state: "detached" });
  });

  test("what a visitor writes is shown as text, whatever it is", async () => {
    await page.goto(`${relais.url}/chat`);
    await write("<img src=x onerror=\"document.title='broken'\"> <b>gras</b>");
    await see("<b>gras</b>");
    await page.waitForTimeout(200);
    expect(await page.title()).not.toBe("broken");
  });

  test("speaks English with an English browser", async () => {
    const english = await browser.newContext({ locale: "en-GB" });
    const own = await english.newPage();
    await own.goto(`${relais.url}/chat`);
    await own.getByRole("button", { name: "Say hello" }).click();
    await own.getByText("Hello, welcome to the shop! What would you like?").waitFor(SOON);
    await english.close();
  });
});

describe("the pages", () => {
  for (const path of ["/start", "/chat"]) {
    for (const colorScheme of ["light", "dark"] as const) {
      test(`${path} is accessible in ${colorScheme} colours`, async () => {
        await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
        await page.goto(`${relais.url}${path}`);
        await press("Dire bonjour");
        await see("Que souhaitez-vous ?");
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
      });
    }
  }

  test("the start page says what is connected and what to do next", async () => {
    await page.goto(`${relais.url}/start`);
    await page.getByRole("heading", { name: "La prochaine étape" }).waitFor(SOON);
    await page.getByText("Connectez WhatsApp").waitFor(SOON);
    await page.getByText(`${relais.url}/webhook/whatsapp`).waitFor(SOON);
  });
});

describe("the widget on another site", () => {
  let site: Server;
  let origin: string;
  beforeEach(async () => {
    site = createServer((_, response) => {
      response
        .writeHead(200, { "content-type": "text/html" })
        .end(
          `<!doctype html><title>Shop</title><h1>Shop</h1><script src="${relais.url}/chat/widget.js" async></script>`,
        );
    });
    await new Promise<void>((done) => site.listen(0, "127.0.0.1", done));
    const address = site.address();
    origin = address && typeof address === "object" ? `http://127.0.0.1:${address.port}` : "";
  });
  afterEach(() => {
    site.close();
  });

  test("opens with one click; a site that the owner has not allowed gets no conversation", async () => {
    await page.goto(origin);
    await page.getByRole("button", { name: "Ouvrir la discussion" }).click(SOON);
    await page.getByText("La discussion n'est pas disponible").waitFor(SOON);
  });
});
