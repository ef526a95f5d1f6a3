import { createHmac } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { connectBefore } from "../support/accounts-before.ts";
import { launchBrowser } from "../support/browser.ts";
import { eventually, freePort, type RunningRelais, startRelais } from "../support/relais.ts";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const SOON = { timeout: 15_000 };
const SECRET = "a-secret-that-only-the-site-knows-0123456789";
const PNG = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);

interface ApiMessages {
  readonly items: readonly {
    readonly direction: string;
    readonly author: string;
    readonly text: string;
    readonly kind: string;
    readonly status: string;
    readonly conversationId: string;
    readonly contact: { readonly name: string; readonly identities: readonly { readonly kind: string }[] };
  }[];
}

let browser: Browser;
let relais: RunningRelais;
let dataDir: string;
let site: Server;
let origin: string;
/** What the shop's own server puts into its script tag for whoever is signed in there. */
let attributes = "";
let context: BrowserContext;
let page: Page;

beforeAll(async () => {
  browser = await launchBrowser();
  dataDir = mkdtempSync(join(tmpdir(), "relais-"));
  const port = await freePort();
  const base = `http://127.0.0.1:${port}`;
  site = createServer((_, response) => {
    // A page of somebody else, as strict as one can be.
    response
      .writeHead(200, {
        "content-type": "text/html; charset=utf-8",
        "content-security-policy": `default-src 'none'; script-src ${base}; connect-src ${base}; img-src ${base} blob:; media-src ${base}`,
      })
      .end(
        `<!doctype html><html lang="fr"><title>Atelier</title><h1>Atelier</h1><script src="${base}/chat/widget.js" ${attributes} async></script></html>`,
      );
  });
  await new Promise<void>((done) => site.listen(0, "localhost", done));
  const address = site.address();
  origin = address && typeof address === "object" ? `http://localhost:${address.port}` : "";
  const options = { dataDir, port, env: { BURST_WINDOW_MS: "100" } };
  await (await startRelais(options)).stop();
  await connectBefore(dataDir, [
    {
      channel: "web",
      name: "default",
      config: {
        title: "Atelier Léa",
        color: "#B3446C",
        greeting: { fr: "Bienvenue à l'atelier !", en: "Welcome!" },
        allowedOrigins: [origin],
        identitySecret: SECRET,
      },
      secretFields: ["identitySecret"],
    },
  ]);
  relais = await startRelais(options);
});
afterAll(async () => {
  await browser?.close();
  await relais?.stop();
  site?.close();
  rmSync(dataDir, { recursive: true, force: true });
});
beforeEach(async () => {
  attributes = "";
  context = await browser.newContext({ locale: "fr-FR", viewport: { width: 1200, height: 800 } });
  page = await context.newPage();
});
afterEach(() => context.close());

const open = async (where = page): Promise<void> => {
  await where.goto(origin);
  await where.getByRole("button", { name: /^Ouvrir la discussion/ }).click(SOON);
};
const see = (text: string | RegExp, where = page) => where.getByRole("log").getByText(text).first().waitFor(SOON);
const write = async (text: string, where = page): Promise<void> => {
  await where.getByRole("textbox").fill(text);
  await where.getByRole("textbox").press("Enter");
};
const lines = (where = page) => where.getByRole("log").locator(".line:not(.typing) .bubble").allTextContents();
const messages = async (): Promise<ApiMessages["items"]> =>
  (await relais.api<ApiMessages>("/api/messages?limit=200")).items;
const token = (claims: object, secret = SECRET): string => {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const said = `${part({ alg: "HS256", typ: "JWT" })}.${part({ exp: Math.floor(Date.now() / 1000) + 600, ...claims })}`;
  return `${said}.${createHmac("sha256", secret).update(said).digest("base64url")}`;
};

test("a visitor on a foreign page goes offline, writes, comes back: each message arrives once", async () => {
  await open();
  await page.getByText("Bienvenue à l'atelier !").waitFor(SOON);
  await page.getByRole("button", { name: "Dire bonjour" }).click();
  await see("Que souhaitez-vous ?");
  await context.setOffline(true);
  await write("Vos délais de livraison ?");
  await write("Et vos horaires ?");
  await page.getByText("En attente de connexion").first().waitFor(SOON);
  await page.getByText("Vous êtes hors ligne").waitFor(SOON);
  await context.setOffline(false);
  await see("Comptez 2 à 4 jours ouvrés");
  const shown = await lines();
  expect(shown.filter((line) => line === "Vos délais de livraison ?")).toHaveLength(1);
  expect(shown.filter((line) => line === "Et vos horaires ?")).toHaveLength(1);
  const stored = (await messages()).filter(({ text }) => text === "Et vos horaires ?");
  expect(stored).toHaveLength(1);
});

test("what was written without a connection survives closing the page", async () => {
  await open();
  await page.getByRole("button", { name: "Dire bonjour" }).click();
  await see("Que souhaitez-vous ?");
  await context.setOffline(true);
  await write("Livrez-vous à Lyon ?");
  await page.getByText("En attente de connexion").waitFor(SOON);
  await page.close();
  await context.setOffline(false);
  page = await context.newPage();
  await page.goto(origin);
  await eventually(async () => {
    expect((await messages()).filter(({ text }) => text === "Livrez-vous à Lyon ?")).toHaveLength(1);
  });
});

test("uploads a picture, is told what is not accepted, and can take it back", async () => {
  await open();
  const picker = page.locator("input[type=file]");
  await page.getByRole("textbox").waitFor(SOON);
  await picker.setInputFiles({ name: "vase.png", mimeType: "image/png", buffer: PNG });
  await page.getByRole("log").getByRole("img", { name: "vase.png" }).waitFor(SOON);
  await eventually(async () => {
    const [file] = (await messages()).filter(({ kind }) => kind === "image");
    expect(file).toMatchObject({ direction: "in", attachments: [{ fileName: "vase.png", sizeBytes: PNG.byteLength }] });
  });
  await eventually(async () => {
    const width = await page
      .getByRole("log")
      .getByRole("img", { name: "vase.png" })
      .evaluate((image) => (image as HTMLImageElement).naturalWidth);
    expect(width).toBe(1);
  });
  await picker.setInputFiles({ name: "photo.png", mimeType: "image/png", buffer: Buffer.from("<script>1</script>") });
  await page.getByText("Ce type de fichier n'est pas accepté.").waitFor(SOON);
  await picker.setInputFiles({ name: "long.mp4", mimeType: "video/mp4", buffer: Buffer.alloc(16_000_001) });
  await page.getByText("Trop lourd : 16 Mo au plus.").waitFor(SOON);
  for (let left = 2; left > 0; left--) await page.getByRole("button", { name: "Supprimer" }).first().click();
  expect(await page.getByRole("button", { name: "Supprimer" }).count()).toBe(0);
});

test("a file that is dropped or pasted is sent, too", async () => {
  await open();
  await page.getByRole("textbox").waitFor(SOON);
  const give = (type: "drop" | "paste", name: string) =>
    page.evaluate(
      ({ type, name, bytes }) => {
        const transfer = new DataTransfer();
        transfer.items.add(new File([new Uint8Array(bytes)], name, { type: "image/png" }));
        const root = document.querySelector("relais-chat")?.shadowRoot;
        const target = root?.querySelector(type === "drop" ? ".chat" : "textarea");
        const event =
          type === "drop"
            ? new DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true })
            : new ClipboardEvent("paste", { clipboardData: transfer, bubbles: true, cancelable: true });
        target?.dispatchEvent(event);
      },
      { type, name, bytes: [...PNG] },
    );
  await give("drop", "glisse.png");
  await page.getByRole("log").getByRole("img", { name: "glisse.png" }).waitFor(SOON);
  await give("paste", "colle.png");
  await page.getByRole("log").getByRole("img", { name: "colle.png" }).waitFor(SOON);
});

test("who the site vouches for is known, finds their thread in another browser, and can leave", async () => {
  await open();
  await page.getByRole("button", { name: "Dire bonjour" }).click();
  await see("Que souhaitez-vous ?");
  const identify = (jwt: string, where = page): Promise<boolean> =>
    where.evaluate(
      (given) => (window as unknown as { relais: { identify(jwt: string): Promise<boolean> } }).relais.identify(given),
      jwt,
    );
  const person = { sub: "client-7", name: "Léa Martin", email: "lea@example.com" };
  expect(await identify(token(person, "another-secret-that-is-long-enough-000000"))).toBe(false);
  expect(await identify(token({ ...person, exp: 1 }))).toBe(false);
  expect(await identify(token(person))).toBe(true);
  await see("Que souhaitez-vous ?");
  await eventually(async () => {
    const known = (await messages()).find(({ contact }) => contact.name === "Léa Martin");
    expect(known?.contact.identities.map(({ kind }) => kind).sort()).toEqual(["siteUser", "visitor"]);
  });
  attributes = `data-user-token="${token(person)}"`;
  const other = await browser.newContext({ locale: "fr-FR" });
  const second = await other.newPage();
  await open(second);
  await see("Que souhaitez-vous ?", second);
  await write("depuis l'autre navigateur", second);
  await see("depuis l'autre navigateur");
  await second.evaluate(() => (window as unknown as { relais: { logout(): Promise<void> } }).relais.logout());
  await second.getByText("Bienvenue à l'atelier !").waitFor(SOON);
  expect(await lines(second)).toEqual([]);
  await other.close();
});

test("another person at the same browser sees nothing of the one before", async () => {
  attributes = `data-user-token="${token({ sub: "client-8", name: "Paul" })}"`;
  await open();
  await page.getByRole("button", { name: "Dire bonjour" }).click();
  await see("Que souhaitez-vous ?");
  attributes = `data-user-token="${token({ sub: "client-9", name: "Zoé" })}"`;
  await open();
  await page.getByText("Bienvenue à l'atelier !").waitFor(SOON);
  expect(await lines()).toEqual([]);
});

test("an answer that comes while the chat is closed is counted on the launcher and in the title, in every tab", async () => {
  await open();
  await write("unique-7f3a");
  await see(/Que souhaitez-vous|aider|conseiller/i);
  await page.keyboard.press("Escape");
  const second = await context.newPage();
  await second.goto(origin);
  const talk = (await messages()).find(({ text }) => text === "unique-7f3a");
  const said = await relais.post(`/api/conversations/${talk?.conversationId}/messages`, {
    text: "Bonjour, ici Paul.",
    clientId: crypto.randomUUID(),
  });
  expect(said.status).toBeLessThan(300);
  for (const tab of [page, second]) {
    await tab.getByRole("button", { name: /Ouvrir la discussion \(1 / }).waitFor(SOON);
    await eventually(async () => expect(await tab.title()).toBe("(1) Atelier"));
  }
  await second.getByRole("button", { name: /Ouvrir la discussion/ }).click();
  await see("Bonjour, ici Paul.", second);
  await second.getByText("Conseiller").first().waitFor(SOON);
  await page.getByRole("button", { name: "Ouvrir la discussion", exact: true }).waitFor(SOON);
  await eventually(async () => expect(await page.title()).toBe("Atelier"));
  await eventually(async () => {
    const answer = (await messages()).find(({ text }) => text === "Bonjour, ici Paul.");
    expect(answer?.status).toBe("read");
  });
});

test("tabs stay in step: what one says the other shows, once", async () => {
  await open();
  const second = await context.newPage();
  await open(second);
  await write("pour les deux onglets", second);
  await see("pour les deux onglets", second);
  await see("pour les deux onglets");
  await write("et retour");
  await see("et retour", second);
  await eventually(async () => expect(await lines(second)).toEqual(await lines()));
  const shown = await lines();
  expect(shown.filter((line) => line === "pour les deux onglets")).toHaveLength(1);
});

test("opens and closes by keyboard, and axe finds nothing", async () => {
  await page.goto(origin);
  await page.getByRole("button", { name: "Ouvrir la discussion" }).focus(SOON);
  await page.keyboard.press("Enter");
  await page.getByRole("textbox").waitFor(SOON);
  await eventually(async () => {
    const focused = await page.evaluate(
      () => document.querySelector("relais-chat")?.shadowRoot?.activeElement?.tagName,
    );
    expect(focused).toBe("TEXTAREA");
  });
  await page.getByRole("button", { name: "Dire bonjour" }).click();
  await see("Que souhaitez-vous ?");
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    const client = await context.newCDPSession(page);
    // The page's own policy forbids scripts that are not of our server: the test looks from outside of it.
    await client.send("Page.setBypassCSP", { enabled: true });
    await client.send("Runtime.evaluate", { expression: axe });
    const found = await page.evaluate(async () => {
      const { violations } = await (
        window as unknown as {
          axe: { run: (where: unknown) => Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
        }
      ).axe.run({ include: [["relais-chat"]] });
      return violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
    });
    expect(found).toEqual([]);
  }
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Ouvrir la discussion" }).waitFor(SOON);
  const focused = await page.evaluate(
    () => document.querySelector("relais-chat")?.shadowRoot?.activeElement?.className,
  );
  expect(focused).toBe("launcher");
});
