import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { transcriptSchema } from "../../engine/core/flow/transcript.ts";
import { launchBrowser } from "../support/browser.ts";
import { eventually, type RunningRelais, startRelais } from "../support/relais.ts";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const FLOWS = new URL("../../flows", import.meta.url).pathname;
const SOON = { timeout: 20_000 };

let browser: Browser;
let relais: RunningRelais;
let folder: string;
let flowsDir: string;
let context: BrowserContext;
let page: Page;
let signedIn: Awaited<ReturnType<BrowserContext["storageState"]>>;

const button = (name: string | RegExp) => page.getByRole("button", { name }).first();
const phone = () => page.getByRole("log", { name: "Simulateur" });
const dialog = () => page.getByRole("dialog");

async function openFlow(id: string): Promise<void> {
  await page.goto(`${relais.url}/flows/${id}`);
  await page.locator('.react-flow__node[data-id="__start"]').waitFor(SOON);
}
async function findings(part = "body"): Promise<readonly string[]> {
  await page.evaluate(axe);
  return page.evaluate(async (selector) => {
    const { violations } = await (
      window as unknown as {
        axe: { run: (part: string) => Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
      }
    ).axe.run(selector);
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 200)).join(" | ")}`);
  }, part);
}

beforeAll(async () => {
  browser = await launchBrowser();
  folder = mkdtempSync(join(tmpdir(), "relais-"));
  flowsDir = join(folder, "flows");
  cpSync(FLOWS, flowsDir, { recursive: true });
  relais = await startRelais({ dataDir: join(folder, "data"), env: { FLOWS_DIR: flowsDir, BURST_WINDOW_MS: "100" } });
  const first = await browser.newContext({ locale: "fr-FR" });
  page = await first.newPage();
  await page.goto(/Make your account: (\S+)/.exec(relais.output())?.[1] ?? "there is no link");
  await page.getByLabel("Votre nom").fill("Camille Roux");
  await page.getByLabel("Adresse e-mail").fill("camille@example.com");
  await page.getByRole("textbox", { name: "Mot de passe" }).fill("trois chats sur un toit");
  await button("Créer mon compte").click(SOON);
  await page.getByRole("heading", { name: "Bonjour Camille Roux" }).waitFor(SOON);
  await page.evaluate(() => localStorage.setItem("relais.tour", "1"));
  signedIn = await first.storageState();
  await first.close();
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await relais?.stop();
  if (folder) rmSync(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  cpSync(FLOWS, flowsDir, { recursive: true });
  context = await browser.newContext({
    locale: "fr-FR",
    viewport: { width: 1400, height: 900 },
    storageState: signedIn,
    reducedMotion: "reduce",
  });
  page = await context.newPage();
});
afterEach(async () => {
  await context.close();
});

describe("the owner tries a draft", () => {
  test("talks to it as a customer, sees the way lit, makes trouble, takes it back and keeps it as a test", async () => {
    await openFlow("boutique");
    await button("Simuler").click();
    await page.getByLabel("Canal").selectOption({ index: 0 });
    await page.getByLabel("Écrire comme le client").fill("Bonjour");
    await page.keyboard.press("Enter");
    await phone()
      .getByText(/Bonjour Léa, bienvenue à la boutique/)
      .waitFor(SOON);
    await phone().getByRole("button", { name: "Produits" }).click();
    await phone().getByText("Voici nos produits.").waitFor(SOON);
    await page
      .locator(".react-flow__edge.lit")
      .first()
      .waitFor({ state: "attached", ...SOON });
    expect(await findings("aside[aria-label=Simulateur]")).toEqual([]);
    await page.getByRole("region", { name: "Le temps et les ennuis" }).getByRole("button", { name: "+24 h" }).click();
    await phone().getByText("La conversation est terminée.").waitFor(SOON);
    await button("Annuler le dernier pas").click();
    expect(await phone().getByText("La conversation est terminée.").count()).toBe(0);
    const download = page.waitForEvent("download", SOON);
    await button("Enregistrer comme test").click();
    const saved = readFileSync(await (await download).path(), "utf8");
    const script = transcriptSchema.parse(parse(saved));
    expect("lines" in script ? script.lines.slice(0, 3) : []).toEqual([
      { contact: "Bonjour" },
      { bot: expect.stringContaining("Que souhaitez-vous ? (Produits / Commande / Conseiller)") },
      { tap: "Produits" },
    ]);
  });

  test("sees the same talk again as soon as a word of the flow changes", async () => {
    await openFlow("boutique");
    await button("Simuler").click();
    await page.getByLabel("Écrire comme le client").fill("Bonjour");
    await page.keyboard.press("Enter");
    await phone()
      .getByText(/bienvenue à la boutique/)
      .waitFor(SOON);
    const file = join(flowsDir, "boutique.flow.yaml");
    writeFileSync(file, readFileSync(file, "utf8").replace("bienvenue à la boutique", "entrez donc"));
    await phone()
      .getByText(/entrez donc/)
      .waitFor(SOON);
  });
});

describe("the owner publishes", () => {
  test("sees the change in plain words, publishes it with a note, compares versions and goes back", async () => {
    const file = join(flowsDir, "support.flow.yaml");
    writeFileSync(file, readFileSync(file, "utf8").replace("Parfait, bonne journée !", "Parfait, à bientôt !"));
    await openFlow("support");
    await button("Publier").click();
    await dialog().getByText("Change 1 texte.").waitFor(SOON);
    await dialog().getByText("Parfait, à bientôt !").first().waitFor(SOON);
    await dialog().getByLabel("Note pour l'équipe").fill("plus chaleureux");
    expect(await findings("[role=dialog]")).toEqual([]);
    await dialog().getByRole("button", { name: "Publier" }).click();
    await page.getByText("Version 2 publiée").first().waitFor(SOON);
    await page.getByRole("tab", { name: "Versions" }).click();
    await page.getByText("plus chaleureux").first().waitFor(SOON);
    await button("Revenir à cette version").click();
    await dialog().getByRole("button", { name: "Revenir à cette version" }).click();
    await page.getByText("Version 3 publiée").first().waitFor(SOON);
    expect(readFileSync(file, "utf8")).toContain("Parfait, bonne journée !");
  });
});

describe("the owner looks at a published flow", () => {
  test("sees how many came, who is there now, and the way of one of them", async () => {
    const visitor = await browser.newContext({ locale: "fr-FR" });
    const chat = await visitor.newPage();
    await chat.goto(`${relais.url}/chat`);
    await chat.getByRole("textbox").fill("Bonjour");
    await chat.getByRole("textbox").press("Enter");
    await chat.getByRole("log").getByText("Que souhaitez-vous ?").first().waitFor(SOON);
    await visitor.close();
    const day = new Date().toISOString().slice(0, 10);
    await eventually(async () => {
      const figures = await relais.api<{ nodes: { node: string; entered: number }[] }>(
        `/api/flows/boutique/figures?from=${day}&to=${day}`,
      );
      expect(figures.nodes.find(({ node }) => node === "greeting")?.entered).toBe(1);
    }, 30_000);
    await openFlow("boutique");
    await page.getByRole("tab", { name: "En direct" }).click();
    await page.getByText("1 conversation en cours dans ce scénario").waitFor(SOON);
    await button(/Conversations à « greeting »/).click();
    await dialog()
      .getByRole("button", { name: /Visiteur du site/ })
      .click();
    await dialog()
      .getByText(/Pas 1 sur 1/)
      .first()
      .waitFor(SOON);
    expect(await findings("[role=dialog]")).toEqual([]);
  });
});
