import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { launchBrowser } from "../support/browser.ts";
import { eventually, type RunningRelais, startRelais } from "../support/relais.ts";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const SOON = { timeout: 20_000 };
const OWNER = { name: "Camille Roux", email: "camille@example.com", password: "trois chats sur un toit" };

let browser: Browser;
let relais: RunningRelais;
let signedIn: Awaited<ReturnType<BrowserContext["storageState"]>>;
let agents: BrowserContext;
let customers: BrowserContext;
let agent: Page;
let customer: Page;

const row = (text: string | RegExp) => agent.getByRole("list", { name: "Conversations" }).getByText(text).first();
const strip = (text: string | RegExp) =>
  agent.getByRole("region", { name: "Qui répond" }).getByText(text).first().waitFor(SOON);
const press = (page: Page, name: string | RegExp) => page.getByRole("button", { name }).first().click(SOON);
const inThread = (text: string | RegExp) => agent.getByRole("log").getByText(text).first().waitFor(SOON);
const customerSees = (text: string | RegExp) => customer.getByRole("log").getByText(text).first().waitFor(SOON);
async function customerWrites(text: string): Promise<void> {
  await customer.getByRole("textbox").fill(text);
  await customer.getByRole("textbox").press("Enter");
}
async function asksForSomebody(): Promise<void> {
  await customer.goto(`${relais.url}/chat`);
  await press(customer, "Dire bonjour");
  await customerSees("Que souhaitez-vous ?");
  await customerWrites("conseiller");
  await customerSees("Je vous mets en relation avec un conseiller");
}
async function findings(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe);
  return page.evaluate(async () => {
    const { violations } = await (
      window as unknown as { axe: { run: () => Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> } }
    ).axe.run();
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 200)).join(" | ")}`);
  });
}

beforeAll(async () => {
  browser = await launchBrowser();
  relais = await startRelais({ env: { BURST_WINDOW_MS: "100" } });
  const first = await browser.newContext({ locale: "fr-FR" });
  const page = await first.newPage();
  await page.goto(/Make your account: (\S+)/.exec(relais.output())?.[1] ?? "there is no link");
  await page.getByLabel("Votre nom").fill(OWNER.name);
  await page.getByLabel("Adresse e-mail").fill(OWNER.email);
  await page.getByRole("textbox", { name: "Mot de passe" }).fill(OWNER.password);
  await press(page, "Créer mon compte");
  await page.getByRole("heading", { name: "Bonjour Camille Roux" }).waitFor(SOON);
  signedIn = await first.storageState();
  await first.close();
}, 90_000);
afterAll(async () => {
  await browser?.close();
  await relais?.stop();
});
beforeEach(async () => {
  agents = await browser.newContext({
    locale: "fr-FR",
    viewport: { width: 1400, height: 860 },
    storageState: signedIn,
    reducedMotion: "reduce",
  });
  customers = await browser.newContext({ locale: "fr-FR", viewport: { width: 390, height: 800 } });
  agent = await agents.newPage();
  customer = await customers.newPage();
});
afterEach(async () => {
  await agents.close();
  await customers.close();
});

describe("a customer and the one who answers", () => {
  test("find each other without a reload: asked for, answered by name, handed back to the bot", async () => {
    await agent.goto(`${relais.url}/inbox`);
    await agent.getByText("Personne n'attend").waitFor(SOON);
    await agent.evaluate(() => Object.assign(window, { sameDocument: true }));
    await asksForSomebody();
    await row("Visiteur du site").waitFor(SOON);
    await row("demande un conseiller").waitFor(SOON);
    await agent
      .getByText("1 conversation à répondre")
      .first()
      .waitFor({ ...SOON, state: "attached" });
    await agent.keyboard.press("j");
    await inThread("conseiller");
    await strip(/Le client attend une réponse/);
    expect(await findings(agent)).toEqual([]);

    await agent.getByRole("textbox", { name: "Votre message" }).fill("Bonjour, que puis-je faire pour vous ?");
    await agent.keyboard.press("Enter");
    await customerSees("Bonjour, que puis-je faire pour vous ?");
    await customerSees("Camille Roux");
    await strip("Vous répondez");
    await inThread("Bonjour, que puis-je faire pour vous ?");
    expect(await agent.getByRole("log").getByText("Bonjour, que puis-je faire pour vous ?").count()).toBe(1);
    await agent
      .getByText("1 conversation à répondre")
      .first()
      .waitFor({ ...SOON, state: "detached" });

    await customerWrites("Je cherche un cadeau.");
    await inThread("Je cherche un cadeau.");
    await press(agent, "Rendre la main au bot");
    await strip("Le bot répond");
    await customerSees("Puis-je faire autre chose pour vous ?");
    await customerWrites("produits");
    await customerSees("Voici nos produits");
    await inThread("Voici nos produits");
    expect(await agent.evaluate(() => (window as unknown as { sameDocument?: boolean }).sameDocument)).toBe(true);
  }, 120_000);

  test("the bot pauses as soon as somebody writes, and what was begun is kept", async () => {
    await customer.goto(`${relais.url}/chat`);
    await press(customer, "Dire bonjour");
    await customerSees("Que souhaitez-vous ?");
    await agent.goto(`${relais.url}/inbox?view=bot`);
    await row("Que souhaitez-vous ?").click(SOON);
    await strip("Le bot répond");
    await agent.getByRole("textbox", { name: "Votre message" }).pressSequentially("Un inst");
    await strip("Vous écrivez : le bot se met en pause");
    await customerWrites("produits");
    await inThread("produits");
    await agent.reload();
    await strip("Vous répondez");
    expect(await agent.getByRole("textbox", { name: "Votre message" }).inputValue()).toBe("Un inst");
    expect(await customer.getByRole("log").getByText("Voici nos produits").count()).toBe(0);
  }, 90_000);

  test("what cannot be sent is kept, and leaves once when it is tried again", async () => {
    await asksForSomebody();
    await agent.goto(`${relais.url}/inbox`);
    await row("demande un conseiller").click(SOON);
    const words = `Je regarde ${Date.now()}`;
    await agent.getByRole("textbox", { name: "Votre message" }).fill(words);
    await agents.setOffline(true);
    await agent.keyboard.press("Enter");
    await agent.getByRole("alert").getByText("Le serveur ne répond pas").waitFor(SOON);
    await agents.setOffline(false);
    await press(agent, "Réessayer");
    await customerSees(words);
    await agent.getByRole("log").getByText("Envoyé").or(agent.getByRole("log").getByText("Reçu")).first().waitFor(SOON);
    await eventually(async () => {
      expect(await agent.getByRole("log").getByText(words).count()).toBe(1);
      expect(await agent.getByRole("alert").count()).toBe(0);
    }, 10_000);
    expect(await customer.getByRole("log").getByText(words).count()).toBe(1);
  }, 90_000);
});

describe("the inbox on a phone", () => {
  test("leads from the list to the thread to the contact and back, in three steps", async () => {
    await asksForSomebody();
    await agent.setViewportSize({ width: 390, height: 800 });
    await agent.goto(`${relais.url}/inbox?view=all`);
    await row("Visiteur du site").click(SOON);
    await inThread("conseiller");
    expect(await agent.getByRole("list", { name: "Conversations" }).isVisible()).toBe(false);
    expect(await findings(agent)).toEqual([]);
    await agent.getByRole("link", { name: "Fiche contact" }).click(SOON);
    await agent.getByRole("heading", { name: "Où en est le bot ?" }).waitFor(SOON);
    await agent.getByText("advisor", { exact: true }).first().waitFor(SOON);
    expect(await findings(agent)).toEqual([]);
    await press(agent, "Retour à la conversation");
    await press(agent, "Retour à la liste");
    await row("Visiteur du site").waitFor(SOON);
    await eventually(async () => {
      expect(await agent.evaluate(() => document.activeElement?.id)).toMatch(/^talk-/);
    }, 10_000);
  }, 90_000);
});

describe.each([
  ["light", "fr"],
  ["dark", "en"],
] as const)("the inbox in %s colours, %s", (colorScheme, language) => {
  test("has no finding of axe, with and without a conversation", async () => {
    await asksForSomebody();
    await agent.addInitScript((kept) => localStorage.setItem("relais.language", kept), language);
    await agent.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await agent.goto(`${relais.url}/inbox`);
    const list = agent.getByRole("list", { name: "Conversations" });
    await list.getByRole("link").first().waitFor(SOON);
    expect(await findings(agent)).toEqual([]);
    await list.getByRole("link").first().click();
    await agent.getByRole("log").getByText("Je vous mets en relation").first().waitFor(SOON);
    expect(await findings(agent)).toEqual([]);
  }, 90_000);
});
