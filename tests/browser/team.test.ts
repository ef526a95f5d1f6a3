import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { totpCode } from "../../engine/server/totp.ts";
import { launchBrowser } from "../support/browser.ts";
import { eventually, type RunningRelais, startRelais } from "../support/relais.ts";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const SOON = { timeout: 20_000 };
const OWNER = { name: "Camille Roux", email: "camille@example.com", password: "trois chats sur un toit" };
const AGENT = { name: "Paul Petit", email: "paul@example.com", password: "sept vélos dans la cour" };
const WIDE = { locale: "fr-FR", viewport: { width: 1280, height: 860 }, reducedMotion: "reduce" } as const;

let browser: Browser;
let relais: RunningRelais;
let folder: string;
let context: BrowserContext;
let owner: Page;

const button = (page: Page, name: string | RegExp) => page.getByRole("button", { name }).first();
const box = (page: Page, name: string) => page.getByRole("textbox", { name, exact: true });

async function findings(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe);
  return page.evaluate(async () => {
    const { violations } = await (
      window as unknown as { axe: { run: () => Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> } }
    ).axe.run();
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(" | ")}`);
  });
}
/** The page as it is at a desk and on a phone, in light and dark, without a finding and without scrolling sideways. */
async function holdsUp(page: Page): Promise<void> {
  for (const viewport of [{ width: 390, height: 844 }, WIDE.viewport]) {
    await page.setViewportSize(viewport);
    for (const colorScheme of ["dark", "light"] as const) {
      await page.emulateMedia({ colorScheme });
      // What fades from one colour to another is read when it has arrived.
      await page.waitForFunction(() => document.getAnimations().every(({ playState }) => playState !== "running"));
      expect(await findings(page), `${page.url()} ${viewport.width} ${colorScheme}`).toEqual([]);
    }
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
  }
}

beforeAll(async () => {
  browser = await launchBrowser();
  folder = mkdtempSync(join(tmpdir(), "relais-"));
  relais = await startRelais({ dataDir: folder });
  context = await browser.newContext(WIDE);
  owner = await context.newPage();
  await owner.goto(/Make your account: (\S+)/.exec(relais.output())?.[1] ?? "there is no link");
  await owner.getByLabel("Votre nom").fill(OWNER.name);
  await owner.getByLabel("Adresse e-mail").fill(OWNER.email);
  await box(owner, "Mot de passe").fill(OWNER.password);
  await button(owner, "Créer mon compte").click(SOON);
  await owner.getByRole("heading", { name: "Bonjour Camille Roux" }).waitFor(SOON);
}, 90_000);
afterAll(async () => {
  await browser?.close();
  await relais?.stop();
  if (folder) rmSync(folder, { recursive: true, force: true });
});

test("an agent is invited, joins elsewhere, sees what they may, gets another role, and is signed out", async () => {
  await owner.goto(`${relais.url}/settings/team`);
  await owner.getByRole("heading", { name: "Vous êtes seul pour l'instant" }).waitFor(SOON);
  await button(owner, "Inviter").click();
  const dialog = owner.getByRole("dialog");
  await dialog.getByLabel("Nom", { exact: true }).fill(AGENT.name);
  await dialog.getByLabel("Adresse e-mail").fill(AGENT.email);
  await holdsUp(owner);
  await button(owner, "Créer le lien").click();
  const link = await dialog.getByLabel("Lien", { exact: true }).inputValue(SOON);
  await button(owner, "Terminé").click();
  await owner.getByRole("cell", { name: "Invitation en attente", exact: true }).waitFor(SOON);

  const elsewhere = await browser.newContext(WIDE);
  const agent = await elsewhere.newPage();
  await agent.goto(new URL(new URL(link).pathname + new URL(link).hash, relais.url).href);
  await agent.getByText(AGENT.email).waitFor(SOON);
  await holdsUp(agent);
  await box(agent, "Mot de passe").fill("court");
  await agent.getByText("Douze caractères au moins.").first().waitFor(SOON);
  await box(agent, "Mot de passe").fill(AGENT.password);
  await button(agent, "Rejoindre l'équipe").click();
  await agent.getByRole("heading", { name: `Bonjour ${AGENT.name}` }).waitFor(SOON);
  const rail = agent.getByRole("navigation", { name: "Navigation principale" }).first();
  expect(await rail.getByRole("link", { name: "Réglages" }).count()).toBe(0);
  expect(await rail.getByRole("link", { name: "Scénarios" }).count()).toBe(0);
  await agent.goto(`${relais.url}/settings/team`);
  await agent.getByText("Cette page est réservée").waitFor(SOON);

  // The link was good once.
  const stranger = await browser.newContext(WIDE);
  const late = await stranger.newPage();
  await late.goto(new URL(new URL(link).pathname + new URL(link).hash, relais.url).href);
  await late.getByText("Ce lien ne fonctionne plus").waitFor(SOON);
  await stranger.close();

  await owner.reload();
  await button(owner, `Actions pour ${AGENT.name}`).click(SOON);
  await owner.getByRole("menuitem", { name: "Modifier" }).click();
  await dialog.getByLabel("Rôle", { exact: true }).selectOption({ label: "Responsable" });
  await button(owner, "Ajouter une exception").click();
  await dialog.getByLabel("Droit", { exact: true }).selectOption({ label: "Publier les scénarios" });
  await holdsUp(owner);
  await button(owner, "Enregistrer").click();
  await dialog.waitFor({ ...SOON, state: "detached" });
  // The agent's page hears of it by itself.
  await rail.getByRole("link", { name: "Réglages" }).waitFor(SOON);
  await agent.getByRole("table", { name: "Équipe" }).waitFor(SOON);
  const session = await agent.evaluate(async () => (await fetch("/api/session")).json());
  expect(session.permissions).toContain("users.manage");
  expect(session.permissions).not.toContain("flows.publish");

  await button(owner, `Actions pour ${AGENT.name}`).click(SOON);
  await owner.getByRole("menuitem", { name: "Déconnecter partout" }).click();
  await agent.getByText("Votre session est terminée").waitFor(SOON);
  await elsewhere.close();

  // There must be an owner.
  await button(owner, `Actions pour ${OWNER.name}`).click(SOON);
  await owner.getByRole("menuitem", { name: "Modifier" }).click();
  await dialog.getByLabel("Rôle", { exact: true }).selectOption({ label: "Agent" });
  await button(owner, "Enregistrer").click();
  await dialog.getByText("Il faut toujours un propriétaire").waitFor(SOON);
  await button(owner, "Annuler").click();

  await button(owner, `Actions pour ${AGENT.name}`).click(SOON);
  await owner.getByRole("menuitem", { name: "Retirer de l'équipe" }).click();
  expect(await button(owner, "Retirer de l'équipe").isDisabled()).toBe(true);
  await dialog.getByRole("textbox").fill(AGENT.name);
  await button(owner, "Retirer de l'équipe").click();
  await owner.getByRole("cell", { name: AGENT.email }).waitFor({ ...SOON, state: "detached" });
}, 180_000);

test("a role of one's own and an API token are made; the token works until it is revoked; all is on record", async () => {
  await owner.goto(`${relais.url}/settings/roles`);
  await button(owner, "Nouveau rôle").click(SOON);
  const dialog = owner.getByRole("dialog");
  await dialog.getByLabel("Nom", { exact: true }).fill("Renfort du samedi");
  await dialog.getByLabel("Répondre aux clients").check();
  await button(owner, "Enregistrer").click();
  await owner.getByRole("heading", { name: "Renfort du samedi" }).waitFor(SOON);
  await holdsUp(owner);

  await owner.getByRole("link", { name: "Clés d'API" }).click();
  await owner.getByText("Aucune clé pour l'instant").waitFor(SOON);
  await button(owner, "Nouvelle clé").click();
  await dialog.getByLabel("Nom", { exact: true }).fill("Export");
  await dialog.getByLabel("Durée").selectOption({ label: "30 jours" });
  await button(owner, "Créer la clé").click();
  const token = await dialog.getByLabel("Clé", { exact: true }).inputValue(SOON);
  await button(owner, "Terminé").click();
  const ask = (path: string) => fetch(`${relais.url}${path}`, { headers: { authorization: `Bearer ${token}` } });
  expect((await ask("/api/messages")).status).toBe(200);
  expect((await ask("/api/users")).status).toBe(403);
  await holdsUp(owner);
  await button(owner, "Révoquer Export").click();
  await dialog.getByRole("button", { name: "Révoquer" }).click();
  await owner.getByText("Aucune clé pour l'instant").waitFor(SOON);
  await eventually(async () => expect((await ask("/api/messages")).status).toBe(401));

  await owner.getByRole("link", { name: "Journal" }).click();
  const record = owner.getByRole("list", { name: "Journal" });
  await record.getByText("Clé d'API révoquée").waitFor(SOON);
  await owner.getByLabel("Action").selectOption({ label: "Rôle créé" });
  await record.getByText("Clé d'API révoquée").waitFor({ ...SOON, state: "detached" });
  await record.getByText("Rôle créé").waitFor(SOON);
  await holdsUp(owner);
}, 120_000);

test("the owner asks for a second factor, is not let in with a wrong code, and is with one on paper", async () => {
  await owner.goto(`${relais.url}/account`);
  await holdsUp(owner);
  await button(owner, "Activer").click(SOON);
  const dialog = owner.getByRole("dialog");
  await dialog.getByRole("img", { name: "Code QR" }).waitFor(SOON);
  const key = await dialog.getByLabel("Ou saisissez cette clé").inputValue();
  await dialog.getByLabel("2. Écrivez").fill(totpCode(key, Math.floor(Date.now() / 30_000)));
  await box(owner, "3. Votre mot de passe").fill(OWNER.password);
  await dialog.getByRole("button", { name: "Activer" }).click();
  const codes = dialog.getByRole("list", { name: "Vos codes de secours" }).getByRole("listitem");
  await codes.first().waitFor(SOON);
  expect(await codes.count()).toBe(10);
  const paper = (await codes.first().textContent()) ?? "";
  await button(owner, "Je les ai notés").click();
  await owner.getByText("Activée", { exact: true }).waitFor(SOON);

  const elsewhere = await browser.newContext(WIDE);
  const page = await elsewhere.newPage();
  await page.goto(relais.url);
  await page.getByLabel("Adresse e-mail").fill(OWNER.email);
  await box(page, "Mot de passe").fill(OWNER.password);
  await button(page, "Se connecter").click();
  await page.getByLabel("Code de votre application").fill("000000");
  await button(page, "Se connecter").click();
  await page.getByText("Ce code n'est pas le bon").waitFor(SOON);
  await holdsUp(page);
  await page.getByLabel("Code de votre application").fill(paper);
  await button(page, "Se connecter").click();
  await page.getByRole("heading", { name: `Bonjour ${OWNER.name}` }).waitFor(SOON);

  await owner.reload();
  await button(owner, "Déconnecter tous les autres").click(SOON);
  await page.getByText("Votre session est terminée").waitFor(SOON);
  await elsewhere.close();
}, 120_000);
