import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { launchBrowser } from "../support/browser.ts";
import { type FakeTwilio, startFakeTwilio } from "../support/fake-twilio.ts";
import { eventually, type RunningRelais, startRelais } from "../support/relais.ts";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const SOON = { timeout: 20_000 };
const SID = `AC${"a".repeat(32)}`;
const TOKEN = "token-of-the-fiction-account";
const NUMBER = "+33199000001";
const CANARY = "canary-of-the-environment";
/** Connected by the server's environment. */
const ENVIRONMENT = {
  MESSENGER_PAGE_ID: "100200300400500",
  MESSENGER_PAGE_ACCESS_TOKEN: CANARY,
  MESSENGER_VERIFY_TOKEN: "verify-messenger",
  MESSENGER_APP_SECRET: CANARY,
};

interface Listed {
  readonly items: readonly {
    readonly id: string;
    readonly channel: string;
    readonly name: string;
    readonly status: string;
    readonly botEnabled: boolean;
    readonly config: Readonly<Record<string, unknown>>;
  }[];
}

let browser: Browser;
let twilio: FakeTwilio;
let relais: RunningRelais;
let folder: string;
let context: BrowserContext;
let page: Page;
let signedIn: Awaited<ReturnType<BrowserContext["storageState"]>>;

const button = (name: string | RegExp) => page.getByRole("button", { name }).first();
const account = async (channel: string, name: string) =>
  (await relais.api<Listed>(`/api/accounts?channel=${channel}`)).items.find((one) => one.name === name);

async function findings(): Promise<readonly string[]> {
  await page.evaluate(axe);
  return page.evaluate(async () => {
    const { violations } = await (
      window as unknown as { axe: { run: () => Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> } }
    ).axe.run();
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(" | ")}`);
  });
}
/** No page is wider than its window. */
const overflow = () => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

beforeAll(async () => {
  browser = await launchBrowser();
  folder = mkdtempSync(join(tmpdir(), "relais-"));
  twilio = await startFakeTwilio({ accountSid: SID, authToken: TOKEN, from: NUMBER });
  relais = await startRelais({ dataDir: folder, env: { ...ENVIRONMENT, TWILIO_BASE_URL: twilio.url } });
  const first = await browser.newContext({ locale: "fr-FR" });
  page = await first.newPage();
  await page.goto(/Make your account: (\S+)/.exec(relais.output())?.[1] ?? "there is no link");
  await page.getByLabel("Votre nom").fill("Camille Roux");
  await page.getByLabel("Adresse e-mail").fill("camille@example.com");
  await page.getByRole("textbox", { name: "Mot de passe" }).fill("trois chats sur un toit");
  await button("Créer mon compte").click(SOON);
  await page.getByRole("heading", { name: "Bonjour Camille Roux" }).waitFor(SOON);
  signedIn = await first.storageState();
  await first.close();
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await relais?.stop();
  await twilio?.close();
  if (folder) rmSync(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  context = await browser.newContext({
    locale: "fr-FR",
    viewport: { width: 1280, height: 860 },
    storageState: signedIn,
    reducedMotion: "reduce",
  });
  page = await context.newPage();
});
afterEach(async () => {
  await context.close();
});

describe("the owner in the settings of channels", () => {
  test("connects a number, is told why a token is refused, corrects it, switches the bot off and deletes it", async () => {
    await page.goto(`${relais.url}/home`);
    await page.getByRole("link", { name: "Réglages" }).first().click(SOON);
    await button("Connecter SMS").click(SOON);
    await page.getByLabel("Nom du compte").fill("Boutique Lyon");
    await button("Connecter").click();
    await page.getByText("Certains champs sont à corriger.").waitFor(SOON);
    await expect.poll(() => page.getByText("Ce champ est obligatoire.").count()).toBeGreaterThan(1);
    await expect.poll(() => page.evaluate(() => document.activeElement?.ariaInvalid)).toBe("true");

    await page.getByLabel("Account SID").fill(SID);
    await page.getByLabel("Auth Token", { exact: true }).fill("not-the-token");
    await page.getByLabel("Numéro", { exact: true }).fill(NUMBER);
    await button("Tester la connexion").click();
    const result = page.getByRole("region", { name: "Résultat du test" });
    await result.getByText("La connexion ne fonctionne pas encore").waitFor(SOON);
    await result.getByText(/Copiez l'Account SID et l'Auth Token/).waitFor(SOON);
    expect(await account("sms", "Boutique Lyon")).toBeUndefined();
    expect(await findings()).toEqual([]);

    await page.getByLabel("Auth Token", { exact: true }).fill(TOKEN);
    await button("Tester la connexion").click();
    await result.getByText("Twilio accepte l'identifiant et le jeton.").waitFor(SOON);
    await page.getByRole("button", { name: "Connecter", exact: true }).click();

    await page.getByRole("heading", { name: "Boutique Lyon" }).waitFor(SOON);
    await page.getByText("Actif", { exact: true }).waitFor(SOON);
    await page.getByText(`${relais.url}/webhook/twilio`).first().waitFor(SOON);
    await page.getByText("Défini", { exact: true }).first().waitFor(SOON);
    expect(await page.getByLabel("Auth Token", { exact: true }).inputValue()).toBe("");
    expect(await page.content()).not.toContain(TOKEN);

    // An empty secret stays: the test of what is saved passes without typing it again.
    await page.getByLabel("Nom du compte").fill("Boutique Vaise");
    await button("Enregistrer").click();
    await page.getByRole("heading", { name: "Boutique Vaise" }).waitFor(SOON);
    await button("Tester la connexion").click();
    await result.getByText("Twilio accepte l'identifiant et le jeton.").waitFor(SOON);

    await page.getByRole("link", { name: "Tous les canaux" }).click();
    await page.getByRole("switch", { name: "Le bot répond sur Boutique Vaise" }).click(SOON);
    await page.getByText("Le bot ne répond plus sur « Boutique Vaise ».").first().waitFor(SOON);
    expect(await account("sms", "Boutique Vaise")).toMatchObject({ status: "active", botEnabled: false });

    await button("Actions pour Boutique Vaise").click();
    await page.getByRole("menuitem", { name: "Supprimer" }).click(SOON);
    const remove = page.getByRole("dialog").getByRole("button", { name: "Supprimer" });
    expect(await remove.isDisabled()).toBe(true);
    await page.getByRole("dialog").getByRole("textbox").fill("Boutique Vaise");
    await remove.click(SOON);
    await page.getByRole("link", { name: "Boutique Vaise" }).waitFor({ ...SOON, state: "detached" });
    expect(await account("sms", "Boutique Vaise")).toBeUndefined();
  });

  test("sees an account of the environment, and cannot change it", async () => {
    await page.goto(`${relais.url}/settings/channels`);
    await page.getByRole("region", { name: "Messenger" }).getByRole("link", { name: "default" }).click(SOON);
    await page.getByText("Ce compte est réglé par l'environnement du serveur").waitFor(SOON);
    expect(await page.getByLabel("Identifiant de la page").isDisabled()).toBe(true);
    expect(await page.getByRole("button", { name: "Enregistrer" }).count()).toBe(0);
    expect(await page.getByRole("button", { name: "Supprimer" }).count()).toBe(0);
    await page.getByText("verify-messenger").waitFor(SOON);
    expect(await page.content()).not.toContain(CANARY);
    expect(await findings()).toEqual([]);
  });

  test("adds a question to a form on a phone; what is missing is told at its place", async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    await page.goto(`${relais.url}/settings/channels`);
    await page.getByRole("region", { name: "Formulaire web" }).getByRole("link", { name: "default" }).click(SOON);
    const questions = page.getByRole("group", { name: "Questions", exact: true });
    await questions.getByRole("button", { name: "Ajouter" }).click(SOON);
    await button("Enregistrer").click();
    await questions.getByText("Ce champ est obligatoire.").waitFor(SOON);
    await questions.getByRole("textbox", { name: "Question · Français" }).fill("Votre ville");
    await questions.getByRole("textbox", { name: "Question · Anglais" }).fill("Your town");
    expect(await findings()).toEqual([]);
    expect(await overflow()).toBeLessThanOrEqual(0);
    await button("Enregistrer").click();
    await eventually(async () =>
      expect((await account("form", "default"))?.config.fields).toContainEqual(
        expect.objectContaining({ kind: "text", label: { fr: "Votre ville", en: "Your town" } }),
      ),
    );
    const shown = await context.newPage();
    await shown.goto(`${relais.url}/forms/contact`);
    await shown.getByLabel("Votre ville").waitFor(SOON);
  });

  test("is told that the list did not come, and gets it by trying again", async () => {
    await page.route("**/api/accounts", (route) => route.fulfill({ status: 403, json: { error: "forbidden" } }));
    await page.goto(`${relais.url}/settings/channels`);
    await page.getByRole("alert").getByText("Vous n'avez pas le droit de faire cela.").waitFor(SOON);
    await page.unroute("**/api/accounts");
    await button("Réessayer").click();
    await page.getByRole("region", { name: "Chat web" }).waitFor(SOON);
  });

  test("copies what is to be pasted at the provider", async () => {
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    await page.goto(`${relais.url}/settings/channels/new/whatsapp`);
    await button("Copier : Adresse de rappel").click(SOON);
    await page.getByText("Copié").waitFor(SOON);
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(`${relais.url}/webhook/whatsapp`);
  });

  test.each(["light", "dark"] as const)("finds nothing wrong in the list, %s", async (colorScheme) => {
    await page.emulateMedia({ colorScheme });
    await page.goto(`${relais.url}/settings/channels`);
    await page.getByRole("region", { name: "Chat web" }).waitFor(SOON);
    expect(await findings()).toEqual([]);
    await page.setViewportSize({ width: 390, height: 844 });
    expect(await overflow()).toBeLessThanOrEqual(0);
    expect(await findings()).toEqual([]);
  });
});
