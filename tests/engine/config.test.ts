import { readFileSync } from "node:fs";
import { parseEnv } from "node:util";
import { describe, expect, test } from "vitest";
import { type Config, readConfig } from "../../engine/config.ts";

const EXAMPLE = readFileSync(new URL("../../.env.example", import.meta.url), "utf8");
const WHATSAPP = {
  WHATSAPP_PHONE_NUMBER_ID: "100100",
  WHATSAPP_ACCESS_TOKEN: "access-token-canary",
  WHATSAPP_APP_SECRET: "app-secret-canary",
  WHATSAPP_VERIFY_TOKEN: "verify-token-canary",
};
const TWILIO = {
  TWILIO_ACCOUNT_SID: `AC${"0".repeat(32)}`,
  TWILIO_AUTH_TOKEN: "auth-token-canary",
  TWILIO_PHONE_NUMBER: "+15550100",
};

function config(env: Record<string, string>): Config {
  const read = readConfig(env);
  if ("problems" in read) throw new Error(read.problems.join("\n"));
  return read.config;
}
function problems(env: Record<string, string>): readonly string[] {
  const read = readConfig(env);
  return "problems" in read ? read.problems : [];
}

test("nothing is needed", () => {
  expect(config({})).toMatchObject({
    port: 3000,
    publicUrl: "http://localhost:3000",
    country: "FR",
    timeZone: "Europe/Paris",
    whatsapp: undefined,
    sms: undefined,
    openai: undefined,
    metrics: { enabled: true, path: "/metrics" },
    notes: [],
  });
  expect(config({}).databaseUrl).toBe(`${config({}).dataDir}/relais.db`);
});

test("settings that are empty or blank are not there", () => {
  expect(config({ PORT: "", PUBLIC_URL: "  ", WHATSAPP_ACCESS_TOKEN: " " })).toEqual(config({}));
});

test("the example file may be used as it is", () => {
  expect(config(parseEnv(EXAMPLE) as Record<string, string>)).toEqual(config({}));
});

test("the example file lists every setting that is read, and no other", () => {
  const asked = new Set<string>();
  const full: Record<string, string> = { ...WHATSAPP, ...TWILIO, OPENAI_API_KEY: "k", GEMINI_API_KEY: "k" };
  readConfig(
    new Proxy(full, {
      get: (env, name) => {
        asked.add(String(name));
        return env[String(name)];
      },
    }),
  );
  expect([...asked].sort()).toEqual(Object.keys(parseEnv(EXAMPLE)).sort());
});

test("channels come from their settings", () => {
  const { whatsapp, sms, bases } = config({ ...WHATSAPP, ...TWILIO, GRAPH_BASE_URL: "http://127.0.0.1:9000/" });
  expect(whatsapp).toMatchObject({ phoneNumberId: "100100", graphVersion: "v25.0", businessAccountId: "" });
  expect(sms).toMatchObject({ from: "+15550100" });
  expect(bases).toEqual({ graph: "http://127.0.0.1:9000", twilio: "https://api.twilio.com" });
});

describe("a channel that is half set up names what is missing", () => {
  test.each(Object.keys(WHATSAPP))("WhatsApp without %s", (name) => {
    const { [name as keyof typeof WHATSAPP]: _, ...rest } = WHATSAPP;
    expect(problems(rest)).toEqual([expect.stringMatching(new RegExp(`^WhatsApp is half set up: also set ${name} `))]);
  });

  test("Twilio with its account only", () => {
    expect(problems({ TWILIO_ACCOUNT_SID: TWILIO.TWILIO_ACCOUNT_SID })).toEqual([
      "Twilio is half set up: also set TWILIO_AUTH_TOKEN, TWILIO_PHONE_NUMBER or TWILIO_WHATSAPP_NUMBER.",
    ]);
  });
});

describe("a wrong setting is named in one sentence, without its value", () => {
  test.each([
    ["PORT", "three thousand"],
    ["PORT", "70000"],
    ["PUBLIC_URL", "shop.example.org"],
    ["PUBLIC_URL", "javascript:alert(1)"],
    ["DATABASE_URL", "mysql://canary@host/db"],
    ["SECRET_KEY", "canary"],
    ["ADMIN_TOKEN", "canary"],
    ["DEFAULT_COUNTRY", "France"],
    ["TIME_ZONE", "Europe/Atlantis"],
    ["BURST_WINDOW_MS", "-1"],
    ["LOG_LEVEL", "loud"],
    ["HUMAN_BACKUP_NUMBER", "06 39 98 00 00"],
    ["HUMAN_BACKUP_TEMPLATE", "nameonly"],
    ["GRAPH_API_VERSION", "twentyfive"],
    ["GRAPH_BASE_URL", "ftp://graph.example.com"],
    ["TWILIO_BASE_URL", "no address"],
    ["OPENAI_BASE_URL", "no address"],
    ["AI_DAILY_TOKENS", "many"],
    ["AI_CONVERSATION_TOKENS", "many"],
    ["PROMETHEUS_ENABLED", "maybe"],
    ["PROMETHEUS_METRICS_PATH", "no slash"],
  ])("%s=%s", (name, value) => {
    const [sentence, ...more] = problems({ [name]: value });
    expect(more).toEqual([]);
    expect(sentence).toMatch(new RegExp(`^${name} is not valid: it must be .+\\.$`));
    expect(sentence).not.toContain(value);
  });

  test("the first owner needs an address, and a password that is long enough", () => {
    const owner = { OWNER_EMAIL: "Lea@example.com", OWNER_PASSWORD: "une phrase assez longue" };
    expect(config(owner).owner).toEqual({ email: "lea@example.com", password: "une phrase assez longue" });
    expect(config(owner).secretValues).toContain(owner.OWNER_PASSWORD);
    expect(problems({ ...owner, OWNER_PASSWORD: "canary" })).toEqual([
      "OWNER_PASSWORD is not valid: it must be 12 to 200 characters.",
    ]);
    expect(problems({ ...owner, OWNER_EMAIL: "canary at example" })).toHaveLength(1);
    expect(problems({ OWNER_EMAIL: owner.OWNER_EMAIL })).toEqual([
      "The owner is half set up: also set OWNER_PASSWORD (or remove OWNER_EMAIL).",
    ]);
  });

  test("all of them at once", () => {
    expect(problems({ PORT: "x", TIME_ZONE: "y", WHATSAPP_APP_SECRET: "z" })).toHaveLength(3);
  });
});

test("settings that do nothing are said, not swallowed", () => {
  expect(config({ WHATSAPP_TOKEN: "canary", IMAP_PASS: "canary" }).notes).toEqual([
    "WHATSAPP_TOKEN is set, but there is no such setting: see .env.example for the names.",
    "IMAP_PASS is set, but there is no such setting: see .env.example for the names.",
  ]);
});

test("a mailbox needs both servers, and its ports follow from the encryption", () => {
  const mail = { IMAP_HOST: "imap.example.com", IMAP_USER: "contact@example.com", SMTP_HOST: "smtp.example.com" };
  expect(config({}).email).toBeUndefined();
  expect(problems({ IMAP_HOST: "imap.example.com" })).toEqual([
    "E-mail is half set up: also set IMAP_USER, SMTP_HOST (or remove IMAP_HOST).",
  ]);
  expect(config(mail).email?.values).toMatchObject({ address: "contact@example.com", imapPort: 993, smtpPort: 465 });
  expect(config({ ...mail, IMAP_SECURITY: "starttls", SMTP_SECURITY: "starttls" }).email?.values).toMatchObject({
    imapPort: 143,
    smtpPort: 587,
  });
});

test("one Twilio account speaks by text message, by WhatsApp, or both", () => {
  const { TWILIO_PHONE_NUMBER: _, ...account } = TWILIO;
  const whatsapp = { ...account, TWILIO_WHATSAPP_NUMBER: "+15550101", TWILIO_MESSAGES_PER_SECOND: "200" };
  expect(config(whatsapp)).toMatchObject({
    sms: undefined,
    whatsappTwilio: { accountSid: TWILIO.TWILIO_ACCOUNT_SID, from: "+15550101", messagesPerSecond: 200 },
  });
  expect(config({ ...whatsapp, ...TWILIO, TWILIO_MMS: "true" })).toMatchObject({
    sms: { from: "+15550100", mms: true },
    whatsappTwilio: { from: "+15550101" },
  });
  expect(problems({ TWILIO_WHATSAPP_NUMBER: "+15550101" })).toEqual([
    "Twilio is half set up: also set TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN.",
  ]);
  expect(problems({ ...account, TWILIO_WHATSAPP_NUMBER: "whatsapp:+15550101" })).toHaveLength(1);
});

describe("Messenger and Instagram", () => {
  const PAGE = {
    META_APP_ID: "700800900",
    MESSENGER_PAGE_ID: "100200300400500",
    MESSENGER_PAGE_ACCESS_TOKEN: "page-token-canary",
    MESSENGER_APP_SECRET: "page-secret-canary",
    MESSENGER_VERIFY_TOKEN: "page-verify-canary",
  };

  test("share a page: what is not said of Instagram is as for Messenger", () => {
    const { messenger, instagram, secretValues } = config({ ...PAGE, INSTAGRAM_ACCOUNT_ID: "17841400000000001" });
    const page = {
      pageId: "100200300400500",
      accessToken: "page-token-canary",
      appSecret: "page-secret-canary",
      verifyToken: "page-verify-canary",
      appId: "700800900",
    };
    expect(messenger).toMatchObject(page);
    expect(instagram).toMatchObject({ ...page, instagramId: "17841400000000001" });
    expect(secretValues).toEqual(expect.arrayContaining(["page-token-canary", "page-secret-canary"]));
    expect(
      config({ ...PAGE, INSTAGRAM_ACCOUNT_ID: "1784", INSTAGRAM_ACCESS_TOKEN: "own" }).instagram?.accessToken,
    ).toBe("own");
  });

  test("stand alone, each", () => {
    expect(config(PAGE).instagram).toBeUndefined();
    const own = { INSTAGRAM_ACCESS_TOKEN: "t", INSTAGRAM_APP_SECRET: "s", INSTAGRAM_VERIFY_TOKEN: "v" };
    expect(config({ INSTAGRAM_ACCOUNT_ID: "1784", ...own })).toMatchObject({
      messenger: undefined,
      instagram: { instagramId: "1784", accessToken: "t", appSecret: "s", verifyToken: "v" },
    });
  });

  test("half set up is said", () => {
    expect(problems({ MESSENGER_PAGE_ID: "100200" })).toEqual([
      "Messenger is half set up: also set MESSENGER_PAGE_ACCESS_TOKEN, MESSENGER_APP_SECRET, MESSENGER_VERIFY_TOKEN (or remove MESSENGER_PAGE_ID).",
    ]);
    expect(problems({ INSTAGRAM_ACCESS_TOKEN: "t" })).toEqual([
      "Instagram is half set up: also set INSTAGRAM_ACCOUNT_ID (or remove INSTAGRAM_ACCESS_TOKEN).",
    ]);
    expect(problems({ INSTAGRAM_ACCOUNT_ID: "1784", INSTAGRAM_ACCESS_TOKEN: "t" })[0]).toContain(
      "INSTAGRAM_APP_SECRET",
    );
  });
});

test("every secret is known to the log", () => {
  const { secretValues } = config({
    ...WHATSAPP,
    ...TWILIO,
    SECRET_KEY: "secret-key-canary",
    ADMIN_TOKEN: "admin-token-canary",
    OPENAI_API_KEY: "openai-canary",
    GEMINI_API_KEY: "gemini-canary",
    DATABASE_URL: "postgres://relais:p%40ss-canary@db.example.com/relais",
  });
  expect(secretValues).toEqual(
    expect.arrayContaining([
      "access-token-canary",
      "app-secret-canary",
      "verify-token-canary",
      "auth-token-canary",
      "secret-key-canary",
      "admin-token-canary",
      "openai-canary",
      "gemini-canary",
      "p@ss-canary",
      "p%40ss-canary",
    ]),
  );
});
