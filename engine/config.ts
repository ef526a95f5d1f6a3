import { isAbsolute, join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { LIMITS } from "./core/domain/limits.ts";
import { FAILPOINTS, type Failpoint, failpointOf } from "./failpoints.ts";

/** All settings of the program. The only reader of the environment; `.env.example` lists every one. */
export interface Config {
  readonly port: number;
  readonly host: string;
  readonly publicUrl: string;
  readonly databaseUrl: string;
  readonly dataDir: string;
  readonly flowsDir: string;
  readonly secretKey: string | undefined;
  readonly adminToken: string | undefined;
  /** Who may sign in from the first start; undefined: the program prints a link with which the first account is made. */
  readonly owner: { readonly email: string; readonly password: string } | undefined;
  readonly country: string;
  readonly timeZone: string;
  readonly workspaceName: string;
  readonly burstWindowMs: number;
  readonly logLevel: string;
  readonly trustedProxies: readonly string[];
  readonly httpAllowPrivate: readonly string[];
  readonly backupNumber: string | undefined;
  /** An approved template for alerts outside the service window: name and language. */
  readonly backupTemplate: { readonly name: string; readonly language: string } | undefined;
  readonly whatsapp:
    | {
        readonly phoneNumberId: string;
        readonly businessAccountId: string;
        readonly accessToken: string;
        readonly verifyToken: string;
        readonly appSecret: string;
        readonly graphVersion: string;
        readonly messagesPerSecond: number;
      }
    | undefined;
  readonly messenger: (MetaPage & { readonly pageId: string }) | undefined;
  readonly instagram: (MetaPage & { readonly pageId: string; readonly instagramId: string }) | undefined;
  /** Both speak through the same Twilio account. */
  readonly sms: (TwilioConfig & { readonly mms: boolean }) | undefined;
  readonly whatsappTwilio: TwilioConfig | undefined;
  /** The mailbox of the environment as its channel's account takes it, and a file with certificates to trust. */
  readonly email: { readonly values: object; readonly certificateFile: string | undefined } | undefined;
  readonly bases: { readonly graph: string; readonly twilio: string };
  readonly openai:
    | { readonly apiKey: string; readonly model: string | undefined; readonly baseUrl: string | undefined }
    | undefined;
  readonly gemini:
    | { readonly apiKey: string; readonly model: string | undefined; readonly baseUrl: string | undefined }
    | undefined;
  readonly dailyTokens: number;
  readonly conversationTokens: number;
  /** How long a send without an answer waits for evidence before it counts as lost (C-6). */
  readonly unknownWaitMs: number;
  /** Kept free beside a SQLite file, for recording what is under way when the disk is full. */
  readonly reserveBytes: number;
  /** For tests: where this process kills itself. */
  readonly failpoint: Failpoint | undefined;
  /** How long history is kept, in days; 0: for ever. */
  readonly keep: {
    readonly historyDays: number;
    readonly rawDays: number;
    readonly compressRawAfterDays: number;
    readonly keyDays: number;
  };
  readonly metrics: { readonly enabled: boolean; readonly path: string };
  /** Everything secret, so that the log can take it out wherever it turns up. */
  readonly secretValues: readonly string[];
  /** Settings that are there and do nothing, one sentence each: better said than silently ignored. */
  readonly notes: readonly string[];
}

interface TwilioConfig {
  readonly accountSid: string;
  readonly authToken: string;
  readonly from: string;
  readonly messagesPerSecond?: number;
}

/** A page of Meta's, with the app that speaks for it. */
interface MetaPage {
  readonly accessToken: string;
  readonly verifyToken: string;
  readonly appSecret: string;
  readonly appId: string;
  readonly graphVersion: string;
  readonly messagesPerSecond: number;
}

const url = z.url({ protocol: /^https?$/ });
const phone = z.string().regex(/^\+[1-9]\d{6,14}$/);
const zone = z.string().refine((name) => {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
});

const days = (least: number) =>
  z
    .string()
    .regex(/^\d{1,5}$/)
    .refine((value) => value === "0" || Number(value) >= least);

interface Rule {
  readonly schema: z.ZodType<string>;
  readonly expects: string;
}
const rule = (schema: z.ZodType<string>, expects: string): Rule => ({ schema, expects });

/** What each setting must look like, for the sentence when it does not. */
const RULES: Readonly<Record<string, Rule>> = {
  PORT: rule(z.string().regex(/^\d{1,5}$/), "a port number, e.g. 3000"),
  PUBLIC_URL: rule(url, "the https address of this server, e.g. https://chat.example.com"),
  DATABASE_URL: rule(
    z.string().regex(/^(postgres(ql)?:\/\/|sqlite:|file:|[^:]+$)/),
    "a file name, or postgres://user:password@host/database",
  ),
  SECRET_KEY: rule(z.string().min(16), "at least 16 characters"),
  ADMIN_TOKEN: rule(z.string().regex(/^\S{8,}$/), "at least 8 characters without spaces"),
  OWNER_EMAIL: rule(z.email().max(254), "an e-mail address"),
  OWNER_PASSWORD: rule(z.string().min(12).max(200), "12 to 200 characters"),
  DEFAULT_COUNTRY: rule(z.string().regex(/^[A-Z]{2}$/), "two capital letters, e.g. FR"),
  TIME_ZONE: rule(zone, "a time zone, e.g. Europe/Paris"),
  BURST_WINDOW_MS: rule(z.string().regex(/^\d{1,4}$/), "milliseconds from 0 to 3000"),
  LOG_LEVEL: rule(
    z.enum(["fatal", "error", "warn", "info", "debug", "silent"]),
    "one of fatal, error, warn, info, debug, silent",
  ),
  IMAP_PORT: rule(z.string().regex(/^\d{1,5}$/), "a port number, e.g. 993"),
  IMAP_SECURITY: rule(z.enum(["tls", "starttls"]), "tls (port 993) or starttls (port 143)"),
  IMAP_AFTER_READING: rule(z.enum(["leave", "seen", "move"]), "leave, seen or move"),
  IMAP_OAUTH_TOKEN_URL: rule(z.url({ protocol: /^https$/ }), "an https address"),
  SMTP_PORT: rule(z.string().regex(/^\d{1,5}$/), "a port number, e.g. 465"),
  SMTP_SECURITY: rule(z.enum(["tls", "starttls"]), "tls (port 465) or starttls (port 587)"),
  SMTP_FROM: rule(z.email(), "an e-mail address"),
  SMTP_MESSAGES_PER_SECOND: rule(z.string().regex(/^([1-9]\d?|100)$/), "a number from 1 to 100"),
  HUMAN_BACKUP_NUMBER: rule(phone, "a phone number with its country code, e.g. +33639980000"),
  HUMAN_BACKUP_TEMPLATE: rule(
    z.string().regex(/^[a-z0-9_]+:[a-zA-Z_]{2,10}$/),
    "name:language of an approved template, e.g. alert:fr",
  ),
  WHATSAPP_PHONE_NUMBER_ID: rule(
    z.string().regex(/^\d{3,32}$/),
    "the digits that Meta shows as phone number id (not the number itself)",
  ),
  WHATSAPP_MESSAGES_PER_SECOND: rule(z.string().regex(/^[1-9]\d{0,5}$/), "a number from 1 to 999999"),
  MESSENGER_MESSAGES_PER_SECOND: rule(z.string().regex(/^[1-9]\d{0,5}$/), "a number from 1 to 999999"),
  META_APP_ID: rule(z.string().regex(/^\d{3,32}$/), "the digits that Meta shows as app id"),
  MESSENGER_PAGE_ID: rule(z.string().regex(/^\d{3,32}$/), "the digits of the page's id"),
  INSTAGRAM_ACCOUNT_ID: rule(
    z.string().regex(/^\d{3,32}$/),
    "the digits of the professional account's id (not its name)",
  ),
  GRAPH_API_VERSION: rule(z.string().regex(/^v\d{1,3}\.\d$/), "a version, e.g. v25.0"),
  GRAPH_BASE_URL: rule(url, "an address, e.g. https://graph.facebook.com"),
  TWILIO_ACCOUNT_SID: rule(z.string().regex(/^AC[0-9a-f]{32}$/i), "AC and 32 characters"),
  TWILIO_PHONE_NUMBER: rule(
    z.string().regex(/^(\+\d{4,15}|[A-Za-z0-9 ]{1,11})$/),
    "a number with its country code, or a sender name of at most 11 letters",
  ),
  TWILIO_WHATSAPP_NUMBER: rule(phone, "a number with its country code and without whatsapp:, e.g. +33639980000"),
  TWILIO_MMS: rule(z.enum(["true", "false", "1", "0"]), "true or false"),
  TWILIO_MESSAGES_PER_SECOND: rule(z.string().regex(/^[1-9]\d{0,5}$/), "a number from 1 to 999999"),
  TWILIO_BASE_URL: rule(url, "an address, e.g. https://api.twilio.com"),
  OPENAI_BASE_URL: rule(url, "an address, e.g. https://api.openai.com/v1"),
  GEMINI_BASE_URL: rule(url, "an address"),
  AI_DAILY_TOKENS: rule(z.string().regex(/^\d{1,10}$/), "a number of tokens"),
  AI_CONVERSATION_TOKENS: rule(z.string().regex(/^\d{1,10}$/), "a number of tokens"),
  UNKNOWN_WAIT_MS: rule(z.string().regex(/^\d{3,6}$/), "milliseconds from 100 to 999999"),
  DISK_RESERVE_MB: rule(z.string().regex(/^\d{1,4}$/), "megabytes from 0 to 9999"),
  FAILPOINT: rule(
    z.string().refine((text) => failpointOf(text) !== null),
    `name:pass, where the name is one of ${FAILPOINTS.join(", ")}`,
  ),
  KEEP_HISTORY_DAYS: rule(days(8), "a number of days, at least 8, or 0 for ever"),
  KEEP_RAW_DAYS: rule(days(1), "a number of days, or 0 for ever"),
  COMPRESS_RAW_AFTER_DAYS: rule(days(1), "a number of days, or 0 for never"),
  KEEP_KEYS_DAYS: rule(
    days(30).refine((value) => value !== "0"),
    "a number of days, at least 30",
  ),
  PROMETHEUS_ENABLED: rule(z.enum(["true", "false", "1", "0"]), "true or false"),
  PROMETHEUS_METRICS_PATH: rule(z.string().regex(/^\/[a-zA-Z0-9/_-]+$/), "a path, e.g. /metrics"),
};

/** Settings that belong together: with one of them, all are needed. */
const GROUPS: readonly { readonly name: string; readonly all: readonly string[] }[] = [
  {
    name: "WhatsApp",
    all: ["WHATSAPP_PHONE_NUMBER_ID", "WHATSAPP_ACCESS_TOKEN", "WHATSAPP_APP_SECRET", "WHATSAPP_VERIFY_TOKEN"],
  },
  {
    name: "Messenger",
    all: ["MESSENGER_PAGE_ID", "MESSENGER_PAGE_ACCESS_TOKEN", "MESSENGER_APP_SECRET", "MESSENGER_VERIFY_TOKEN"],
  },
  { name: "E-mail", all: ["IMAP_HOST", "IMAP_USER", "SMTP_HOST"] },
  { name: "The owner", all: ["OWNER_EMAIL", "OWNER_PASSWORD"] },
];
/** One Twilio account may speak by text message, by WhatsApp, or both. */
const TWILIO = {
  account: ["TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN"],
  numbers: ["TWILIO_PHONE_NUMBER", "TWILIO_WHATSAPP_NUMBER"],
};
const SECRETS = [
  "SECRET_KEY",
  "ADMIN_TOKEN",
  "OWNER_PASSWORD",
  "WHATSAPP_ACCESS_TOKEN",
  "WHATSAPP_VERIFY_TOKEN",
  "WHATSAPP_APP_SECRET",
  "MESSENGER_PAGE_ACCESS_TOKEN",
  "MESSENGER_VERIFY_TOKEN",
  "MESSENGER_APP_SECRET",
  "INSTAGRAM_ACCESS_TOKEN",
  "INSTAGRAM_VERIFY_TOKEN",
  "INSTAGRAM_APP_SECRET",
  "TWILIO_AUTH_TOKEN",
  "IMAP_PASSWORD",
  "IMAP_OAUTH_CLIENT_SECRET",
  "IMAP_OAUTH_REFRESH_TOKEN",
  "SMTP_PASSWORD",
  "OPENAI_API_KEY",
  "GEMINI_API_KEY",
];

/** Names that begin like ours: one that we do not know is a slip of the pen. */
const OURS = /^(WHATSAPP|IMAP|SMTP|MESSENGER|INSTAGRAM|META|TWILIO|HUMAN_BACKUP|GRAPH|PROMETHEUS)_/;
const KNOWN = new Set([
  ...Object.keys(RULES),
  ...GROUPS.flatMap(({ all }) => all),
  ...SECRETS,
  "WHATSAPP_BUSINESS_ACCOUNT_ID",
  "IMAP_FOLDER",
  "IMAP_MOVE_TO",
  "IMAP_CA_FILE",
  "IMAP_OAUTH_CLIENT_ID",
  "IMAP_OAUTH_SCOPE",
  "SMTP_USER",
  "SMTP_FROM_NAME",
  ...TWILIO.numbers,
]);

function notesOn(env: Readonly<Record<string, string | undefined>>): readonly string[] {
  return Object.keys(env).flatMap((name) => {
    if (!env[name]?.trim()) return [];
    return OURS.test(name) && !KNOWN.has(name)
      ? [`${name} is set, but there is no such setting: see .env.example for the names.`]
      : [];
  });
}

/** Reads and checks the environment: the settings, or one sentence for each that is wrong. Values are never repeated. */
export function readConfig(
  env: Readonly<Record<string, string | undefined>>,
): { readonly config: Config } | { readonly problems: readonly string[] } {
  const get = (name: string): string | undefined => (env[name]?.trim() ? env[name]?.trim() : undefined);
  const problems: string[] = [];
  for (const [name, { schema, expects }] of Object.entries(RULES)) {
    const value = get(name);
    if (value !== undefined && !schema.safeParse(value).success)
      problems.push(`${name} is not valid: it must be ${expects}.`);
  }
  for (const { name, all } of GROUPS) {
    const missing = all.filter((one) => get(one) === undefined);
    if (missing.length > 0 && missing.length < all.length) {
      problems.push(
        `${name} is half set up: also set ${missing.join(", ")} (or remove ${all.filter((one) => get(one)).join(", ")}).`,
      );
    }
  }
  const twilioMissing = TWILIO.account.filter((one) => get(one) === undefined);
  const twilioNumbers = TWILIO.numbers.filter((one) => get(one) !== undefined);
  if (twilioNumbers.length > 0 ? twilioMissing.length > 0 : twilioMissing.length < TWILIO.account.length) {
    const wanted = [...twilioMissing, ...(twilioNumbers.length > 0 ? [] : [TWILIO.numbers.join(" or ")])];
    problems.push(`Twilio is half set up: also set ${wanted.join(", ")}.`);
  }
  problems.push(...instagramProblems(get));
  const port = Number(get("PORT") ?? "3000");
  if (port > 65_535) problems.push("PORT is not valid: it must be at most 65535.");
  if (problems.length > 0) return { problems };
  const host = get("HOST") ?? "0.0.0.0";
  const dataDir = get("DATA_DIR") ?? "data";
  const inFolder = (path: string): string => (isAbsolute(path) ? path : join(process.cwd(), path));
  const whole = (names: readonly string[]): boolean => names.every((name) => get(name) !== undefined);
  const need = (name: string): string => get(name) ?? "";
  const groupOf = (name: string): readonly string[] => GROUPS.find((group) => group.name === name)?.all ?? [];
  const page = {
    accessToken: need("MESSENGER_PAGE_ACCESS_TOKEN"),
    appSecret: need("MESSENGER_APP_SECRET"),
    verifyToken: need("MESSENGER_VERIFY_TOKEN"),
    appId: need("META_APP_ID"),
    messagesPerSecond: Number(get("MESSENGER_MESSAGES_PER_SECOND") ?? "40"),
    graphVersion: get("GRAPH_API_VERSION") ?? "v25.0",
  };
  const [templateName, templateLanguage] = (get("HUMAN_BACKUP_TEMPLATE") ?? "").split(":");
  const twilioPace = get("TWILIO_MESSAGES_PER_SECOND");
  const twilio = {
    accountSid: need("TWILIO_ACCOUNT_SID"),
    authToken: need("TWILIO_AUTH_TOKEN"),
    ...(twilioPace ? { messagesPerSecond: Number(twilioPace) } : {}),
  };
  const config: Config = {
    port,
    host,
    publicUrl: (get("PUBLIC_URL") ?? `http://localhost:${port}`).replace(/\/+$/, ""),
    databaseUrl: get("DATABASE_URL") ?? join(inFolder(dataDir), "relais.db"),
    dataDir: inFolder(dataDir),
    flowsDir: inFolder(get("FLOWS_DIR") ?? fileURLToPath(new URL("../flows", import.meta.url))),
    secretKey: get("SECRET_KEY"),
    adminToken: get("ADMIN_TOKEN"),
    owner: get("OWNER_PASSWORD")
      ? { email: (get("OWNER_EMAIL") ?? "").toLowerCase(), password: need("OWNER_PASSWORD") }
      : undefined,
    country: get("DEFAULT_COUNTRY") ?? "FR",
    timeZone: get("TIME_ZONE") ?? "Europe/Paris",
    workspaceName: get("WORKSPACE_NAME") ?? "Relais",
    burstWindowMs: Math.min(Number(get("BURST_WINDOW_MS") ?? "1000"), 3000),
    logLevel: get("LOG_LEVEL") ?? "info",
    trustedProxies: listOf(get("TRUSTED_PROXIES")),
    httpAllowPrivate: listOf(get("HTTP_ALLOW_PRIVATE")),
    backupNumber: get("HUMAN_BACKUP_NUMBER"),
    backupTemplate: templateName && templateLanguage ? { name: templateName, language: templateLanguage } : undefined,
    whatsapp: whole(groupOf("WhatsApp"))
      ? {
          phoneNumberId: need("WHATSAPP_PHONE_NUMBER_ID"),
          businessAccountId: need("WHATSAPP_BUSINESS_ACCOUNT_ID"),
          accessToken: need("WHATSAPP_ACCESS_TOKEN"),
          verifyToken: need("WHATSAPP_VERIFY_TOKEN"),
          appSecret: need("WHATSAPP_APP_SECRET"),
          graphVersion: get("GRAPH_API_VERSION") ?? "v25.0",
          messagesPerSecond: Number(get("WHATSAPP_MESSAGES_PER_SECOND") ?? "80"),
        }
      : undefined,
    messenger: whole(groupOf("Messenger")) ? { pageId: need("MESSENGER_PAGE_ID"), ...page } : undefined,
    instagram: get("INSTAGRAM_ACCOUNT_ID")
      ? {
          instagramId: need("INSTAGRAM_ACCOUNT_ID"),
          pageId: need("MESSENGER_PAGE_ID"),
          ...page,
          // Instagram speaks through the page: what is not said of it is as for Messenger.
          accessToken: get("INSTAGRAM_ACCESS_TOKEN") ?? page.accessToken,
          appSecret: get("INSTAGRAM_APP_SECRET") ?? page.appSecret,
          verifyToken: get("INSTAGRAM_VERIFY_TOKEN") ?? page.verifyToken,
        }
      : undefined,
    sms: get("TWILIO_PHONE_NUMBER")
      ? { ...twilio, from: need("TWILIO_PHONE_NUMBER"), mms: ["true", "1"].includes(get("TWILIO_MMS") ?? "false") }
      : undefined,
    whatsappTwilio: get("TWILIO_WHATSAPP_NUMBER") ? { ...twilio, from: need("TWILIO_WHATSAPP_NUMBER") } : undefined,
    email: emailOf(get),
    bases: {
      graph: (get("GRAPH_BASE_URL") ?? "https://graph.facebook.com").replace(/\/+$/, ""),
      twilio: (get("TWILIO_BASE_URL") ?? "https://api.twilio.com").replace(/\/+$/, ""),
    },
    openai: get("OPENAI_API_KEY")
      ? { apiKey: need("OPENAI_API_KEY"), model: get("OPENAI_MODEL"), baseUrl: get("OPENAI_BASE_URL") }
      : undefined,
    gemini: get("GEMINI_API_KEY")
      ? { apiKey: need("GEMINI_API_KEY"), model: get("GEMINI_MODEL"), baseUrl: get("GEMINI_BASE_URL") }
      : undefined,
    dailyTokens: Number(get("AI_DAILY_TOKENS") ?? "2000000"),
    conversationTokens: Number(get("AI_CONVERSATION_TOKENS") ?? "200000"),
    unknownWaitMs: Number(get("UNKNOWN_WAIT_MS") ?? LIMITS.unknownWaitMs),
    reserveBytes: Number(get("DISK_RESERVE_MB") ?? "64") * 1_048_576,
    failpoint: failpointOf(get("FAILPOINT") ?? "") ?? undefined,
    keep: {
      historyDays: Number(get("KEEP_HISTORY_DAYS") ?? "90"),
      rawDays: Number(get("KEEP_RAW_DAYS") ?? "30"),
      compressRawAfterDays: Number(get("COMPRESS_RAW_AFTER_DAYS") ?? "7"),
      keyDays: Number(get("KEEP_KEYS_DAYS") ?? "30"),
    },
    metrics: {
      enabled: !["false", "0"].includes(get("PROMETHEUS_ENABLED") ?? "true"),
      path: get("PROMETHEUS_METRICS_PATH") ?? "/metrics",
    },
    secretValues: [...SECRETS.flatMap((name) => get(name) ?? []), ...databasePassword(get("DATABASE_URL"))],
    notes: notesOn(env),
  };
  return { config };
}

/** Instagram needs a token, a secret and a word for the handshake: its own, or those of the page. */
function instagramProblems(get: (name: string) => string | undefined): readonly string[] {
  const parts = ["ACCESS_TOKEN", "APP_SECRET", "VERIFY_TOKEN"];
  const own = parts.map((part) => `INSTAGRAM_${part}`).filter((name) => get(name) !== undefined);
  if (get("INSTAGRAM_ACCOUNT_ID") === undefined)
    return own.length > 0
      ? [`Instagram is half set up: also set INSTAGRAM_ACCOUNT_ID (or remove ${own.join(", ")}).`]
      : [];
  if (get("MESSENGER_PAGE_ID") !== undefined) return [];
  const missing = parts.map((part) => `INSTAGRAM_${part}`).filter((name) => get(name) === undefined);
  return missing.length > 0
    ? [
        `Instagram is half set up: also set ${missing.join(", ")} (or connect Messenger, whose settings it then shares).`,
      ]
    : [];
}

/** The mailbox of the environment; undefined: none. Ports follow from the encryption where they are not given. */
function emailOf(get: (name: string) => string | undefined): Config["email"] {
  const host = get("IMAP_HOST");
  const user = get("IMAP_USER");
  const values = {
    address: get("SMTP_FROM") ?? user,
    name: get("SMTP_FROM_NAME"),
    imapHost: host,
    imapSecurity: get("IMAP_SECURITY"),
    imapPort: get("IMAP_PORT") ?? (get("IMAP_SECURITY") === "starttls" ? 143 : 993),
    user,
    password: get("IMAP_PASSWORD"),
    folder: get("IMAP_FOLDER"),
    afterReading: get("IMAP_AFTER_READING"),
    moveTo: get("IMAP_MOVE_TO"),
    smtpHost: get("SMTP_HOST"),
    smtpSecurity: get("SMTP_SECURITY"),
    smtpPort: get("SMTP_PORT") ?? (get("SMTP_SECURITY") === "starttls" ? 587 : 465),
    smtpUser: get("SMTP_USER"),
    smtpPassword: get("SMTP_PASSWORD"),
    messagesPerSecond: get("SMTP_MESSAGES_PER_SECOND"),
    oauthTokenUrl: get("IMAP_OAUTH_TOKEN_URL"),
    oauthClientId: get("IMAP_OAUTH_CLIENT_ID"),
    oauthClientSecret: get("IMAP_OAUTH_CLIENT_SECRET"),
    oauthRefreshToken: get("IMAP_OAUTH_REFRESH_TOKEN"),
    oauthScope: get("IMAP_OAUTH_SCOPE"),
  };
  const certificateFile = get("IMAP_CA_FILE");
  if (host === undefined || user === undefined) return undefined;
  const given = Object.entries(values).filter(([, value]) => value !== undefined);
  return { values: Object.fromEntries(given), certificateFile };
}

function databasePassword(databaseUrl: string | undefined): readonly string[] {
  if (!databaseUrl || !URL.canParse(databaseUrl)) return [];
  const { password } = new URL(databaseUrl);
  return password === "" ? [] : [password, decodeURIComponent(password)];
}

function listOf(value: string | undefined): readonly string[] {
  return (value ?? "")
    .split(",")
    .map((one) => one.trim())
    .filter((one) => one !== "");
}
