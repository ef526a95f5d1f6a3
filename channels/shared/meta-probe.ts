import { z } from "zod";
import type { Call, ConnectionFinding, ProbeAnswer } from "../../engine/core/domain/channel.ts";
import type { Bilingual } from "../../engine/core/domain/language.ts";
import { jsonOf } from "./meta-answer.ts";

/** One question of *Test connection* to Meta, and what its answer says: at least one finding. */
export interface Step {
  readonly call: Call;
  read(json: unknown): readonly ConnectionFinding[];
  /** Without this answer messages still pass: a refusal is a warning. */
  readonly optional?: true;
}

const DAY_MS = 86_400_000;
const SOON_MS = 7 * DAY_MS;
const RANK = { error: 0, warning: 1, ok: 2 } as const;

export function ask(path: string, token: string): Call {
  return {
    purpose: "probe",
    via: "http",
    method: "GET",
    url: `{base}/${path}`,
    headers: { authorization: `Bearer ${token}` },
    body: { type: "none" },
  };
}

/** What the answers say, the most serious first; `answers` are in the order of the steps. */
export function judgeSteps(steps: readonly Step[], answers: readonly ProbeAnswer[]): readonly ConnectionFinding[] {
  const findings = steps.flatMap((step, index) => {
    const response = answers[index]?.response;
    if (!response) return [];
    const json = jsonOf(response.body);
    const refused = refusal.safeParse(json);
    if (refused.success) return [refusedFinding(refused.data.error, step)];
    if (response.status < 200 || response.status >= 300) return [oddAnswer(`HTTP ${response.status}`)];
    return step.read(json);
  });
  return findings.toSorted((a, b) => RANK[a.level] - RANK[b.level]);
}

/** A finding in a line. */
export function finding(
  level: ConnectionFinding["level"],
  code: string,
  message: Bilingual,
  remedy?: Bilingual,
  detail?: string,
): ConnectionFinding {
  return { level, code, message, ...(remedy ? { remedy } : {}), ...(detail ? { detail: detail.slice(0, 300) } : {}) };
}

export function oddAnswer(detail: string): ConnectionFinding {
  return finding(
    "error",
    "unexpectedAnswer",
    { fr: "Meta a répondu quelque chose d’inattendu.", en: "Meta answered something unexpected." },
    {
      fr: "Réessayez dans quelques minutes. Si cela dure, vérifiez l’état de la plateforme sur metastatus.com.",
      en: "Try again in a few minutes. If it lasts, look at the state of the platform on metastatus.com.",
    },
    detail,
  );
}

const refusal = z.object({
  error: z.looseObject({ code: z.number(), error_subcode: z.number().optional(), message: z.string().optional() }),
});

function refusedFinding(
  { code, error_subcode, message = "" }: z.infer<typeof refusal>["error"],
  { optional, call }: Step,
): ConnectionFinding {
  const detail = `${error_subcode === undefined ? code : `${code}/${error_subcode}`} ${withoutToken(message, call)}`;
  const level = optional ? "warning" : "error";
  if (code === 101)
    return finding(
      "error",
      "appSecretWrong",
      {
        fr: "L’identifiant de l’application et sa clé secrète ne vont pas ensemble.",
        en: "The app id and the app secret do not belong together.",
      },
      {
        fr: "Copiez les deux depuis Meta for Developers : Paramètres de l’application › Général.",
        en: "Copy both from Meta for Developers: App settings › Basic.",
      },
      detail,
    );
  if (code === 190 || code === 0 || code === 102)
    return finding(level, "tokenInvalid", TOKEN_INVALID.message, TOKEN_INVALID.remedy, detail);
  if (code === 3 || code === 10 || (code >= 200 && code <= 299))
    return finding(
      level,
      "permissionMissing",
      {
        fr: "Le jeton n’a pas le droit de voir ce réglage.",
        en: "The token has no right to see this setting.",
      },
      {
        fr: "Dans Meta for Developers, accordez l’autorisation que le détail nomme, puis créez un nouveau jeton.",
        en: "In Meta for Developers, grant the permission that the detail names, then make a new token.",
      },
      detail,
    );
  if (code === 100 || code === 33 || code === 803)
    return finding(
      level,
      "notFound",
      {
        fr: "Meta ne trouve pas l’identifiant saisi, ou ce jeton ne donne pas accès à lui.",
        en: "Meta does not find the id that was entered, or this token gives no access to it.",
      },
      {
        fr: "Vérifiez l’identifiant (des chiffres, pas le numéro ni le nom) et que le jeton vient du même compte.",
        en: "Check the id (digits, neither the phone number nor the name) and that the token is of the same account.",
      },
      detail,
    );
  if ([4, 17, 32, 613, 80007].includes(code))
    return finding(
      "warning",
      "tooManyCalls",
      { fr: "Meta demande de ralentir.", en: "Meta asks to slow down." },
      { fr: "Réessayez dans quelques minutes.", en: "Try again in a few minutes." },
      detail,
    );
  return oddAnswer(detail);
}

/** Meta's own words might repeat what we sent. */
function withoutToken(message: string, { headers }: Call): string {
  const token = headers.authorization?.replace("Bearer ", "") ?? "";
  return token === "" ? message : message.replaceAll(token, "…");
}

const TOKEN_INVALID = {
  message: {
    fr: "Le jeton d’accès n’est pas valable : il a expiré, a été révoqué, ou a été mal copié.",
    en: "The access token is not valid: it has expired, was revoked, or was copied incompletely.",
  },
  remedy: {
    fr: "Créez un jeton d’utilisateur système (Paramètres de l’entreprise › Utilisateurs système) et collez-le ici.",
    en: "Make a token of a system user (Business settings › System users) and paste it here.",
  },
} as const;

const inspected = z.looseObject({
  data: z.looseObject({
    is_valid: z.boolean().optional(),
    app_id: z.union([z.string(), z.number()]).optional(),
    expires_at: z.number().optional(),
    data_access_expires_at: z.number().optional(),
    scopes: z.array(z.string()).optional(),
    granular_scopes: z
      .array(z.looseObject({ scope: z.string(), target_ids: z.array(z.string()).optional() }))
      .optional(),
    error: z.looseObject({ code: z.number().optional(), message: z.string().optional() }).optional(),
  }),
});

/** Whether the token holds, for how long, and for what (A.12). `appId` "": the token inspects itself. */
export function tokenStep(
  account: { readonly accessToken: string; readonly appSecret: string; readonly graphVersion: string },
  wanted: {
    readonly appId: string;
    readonly scopes: readonly string[];
    /** What the first scope must be granted for; "": not checked. */
    readonly target: string;
    readonly now: string;
  },
): Step {
  const { accessToken, appSecret, graphVersion } = account;
  const inspector = wanted.appId === "" ? accessToken : `${wanted.appId}|${appSecret}`;
  return {
    call: ask(`${graphVersion}/debug_token?input_token=${encodeURIComponent(accessToken)}`, inspector),
    ...(wanted.appId === "" ? { optional: true as const } : {}),
    read(json) {
      const parsed = inspected.safeParse(json);
      if (!parsed.success) return [oddAnswer("debug_token")];
      const { is_valid, app_id, scopes, granular_scopes, error } = parsed.data.data;
      if (is_valid === false)
        return [
          finding("error", "tokenInvalid", TOKEN_INVALID.message, TOKEN_INVALID.remedy, String(error?.code ?? "")),
        ];
      const found: ConnectionFinding[] = [];
      if (wanted.appId !== "" && app_id !== undefined && String(app_id) !== wanted.appId)
        found.push(
          finding(
            "error",
            "otherApp",
            {
              fr: `Le jeton vient d’une autre application (${app_id}) : les messages reçus ne seraient pas signés par la vôtre.`,
              en: `The token is of another app (${app_id}): what comes in would not be signed by yours.`,
            },
            {
              fr: "Créez le jeton dans l’application dont vous avez saisi l’identifiant et la clé secrète.",
              en: "Make the token in the app whose id and secret you entered.",
            },
          ),
        );
      const missing = scopes ? wanted.scopes.filter((scope) => !scopes.includes(scope)) : [];
      if (missing.length > 0)
        found.push(
          finding(
            "error",
            "permissionMissing",
            {
              fr: `Il manque au jeton : ${missing.join(", ")}.`,
              en: `The token lacks: ${missing.join(", ")}.`,
            },
            {
              fr: "Créez un nouveau jeton en cochant ces autorisations.",
              en: "Make a new token and tick these permissions.",
            },
          ),
        );
      const granted = granular_scopes?.find(({ scope }) => scope === wanted.scopes[0])?.target_ids;
      if (wanted.target !== "" && granted && granted.length > 0 && !granted.includes(wanted.target))
        found.push(
          finding(
            "error",
            "notGranted",
            {
              fr: `Le jeton ne donne pas accès à ${wanted.target}.`,
              en: `The token gives no access to ${wanted.target}.`,
            },
            {
              fr: "Ajoutez ce compte aux ressources de l’utilisateur système, puis créez un nouveau jeton.",
              en: "Add this account to the assets of the system user, then make a new token.",
            },
          ),
        );
      found.push(expiry(parsed.data.data.expires_at, wanted.now));
      return found;
    },
  };
}

/** Seconds since 1970; 0 or nothing: the token does not end. */
function expiry(expiresAt: number | undefined, now: string): ConnectionFinding {
  const until = (expiresAt ?? 0) * 1000;
  if (!Number.isFinite(until) || until <= 0 || until > 8.64e15)
    return finding("ok", "tokenValid", {
      fr: "Le jeton d’accès est valable et n’expire pas.",
      en: "The access token is valid and does not expire.",
    });
  const date = new Date(until).toISOString().slice(0, 10);
  if (until <= Date.parse(now))
    return finding("error", "tokenInvalid", TOKEN_INVALID.message, TOKEN_INVALID.remedy, date);
  if (until - Date.parse(now) > SOON_MS)
    return finding("ok", "tokenValid", {
      fr: `Le jeton d’accès est valable jusqu’au ${date}.`,
      en: `The access token is valid until ${date}.`,
    });
  return finding(
    "warning",
    "tokenEndsSoon",
    {
      fr: `Le jeton d’accès expire le ${date} : après, plus rien ne part.`,
      en: `The access token ends on ${date}: nothing goes out after that.`,
    },
    TOKEN_INVALID.remedy,
  );
}

const subscriptions = z.looseObject({
  data: z.array(
    z.looseObject({
      object: z.string(),
      callback_url: z.string().optional(),
      active: z.boolean().optional(),
      fields: z.array(z.union([z.string(), z.looseObject({ name: z.string() })])).optional(),
    }),
  ),
});

/** Where Meta delivers for the whole app, and which events. Asked with the app's own word. */
export function callbackStep(
  account: { readonly appSecret: string; readonly graphVersion: string },
  wanted: {
    readonly appId: string;
    readonly object: string;
    readonly fields: readonly string[];
    readonly webhookUrl: string;
  },
): Step {
  return {
    call: ask(`${account.graphVersion}/${wanted.appId}/subscriptions`, `${wanted.appId}|${account.appSecret}`),
    read(json) {
      const parsed = subscriptions.safeParse(json);
      if (!parsed.success) return [oddAnswer("subscriptions")];
      const ours = parsed.data.data.find(({ object }) => object === wanted.object);
      if (!ours || ours.active === false) return [webhookMissing(wanted.webhookUrl)];
      if (ours.callback_url !== undefined && ours.callback_url !== wanted.webhookUrl)
        return [webhookElsewhere(ours.callback_url, wanted.webhookUrl)];
      const names = ours.fields?.map((field) => (typeof field === "string" ? field : field.name));
      const missing = names ? wanted.fields.filter((name) => !names.includes(name)) : [];
      if (missing.length > 0) return [fieldsMissing(missing, missing.includes("messages") ? "error" : "warning")];
      return [
        finding("ok", "webhookReady", {
          fr: "Meta livre les messages à la bonne adresse.",
          en: "Meta delivers to the right address.",
        }),
      ];
    },
  };
}

export function webhookMissing(webhookUrl: string): ConnectionFinding {
  return finding(
    "error",
    "webhookMissing",
    {
      fr: "Meta ne livre aucun message à ce serveur : le webhook n’est pas enregistré.",
      en: "Meta delivers nothing to this server: the webhook is not registered.",
    },
    {
      fr: `Dans Meta for Developers › Webhooks, collez ${webhookUrl} et le jeton de vérification, puis abonnez-vous à « messages ».`,
      en: `In Meta for Developers › Webhooks, paste ${webhookUrl} and the verify token, then subscribe to "messages".`,
    },
  );
}

export function webhookElsewhere(found: string, wanted: string): ConnectionFinding {
  return finding(
    "error",
    "webhookElsewhere",
    {
      fr: "Meta livre les messages à une autre adresse que celle de ce serveur.",
      en: "Meta delivers to another address than this server's.",
    },
    {
      fr: `Dans Meta for Developers › Webhooks, remplacez l’adresse par ${wanted}.`,
      en: `In Meta for Developers › Webhooks, replace the address by ${wanted}.`,
    },
    found,
  );
}

export function notSubscribed(what: Bilingual): ConnectionFinding {
  return finding(
    "error",
    "notSubscribed",
    {
      fr: `L’application n’est pas abonnée ${what.fr} : aucun message n’arrive.`,
      en: `The app is not subscribed to ${what.en}: no message comes in.`,
    },
    {
      fr: "Dans Meta for Developers, ouvrez la configuration du produit et cliquez sur « S’abonner » à côté de votre compte.",
      en: 'In Meta for Developers, open the product\'s configuration and click "Subscribe" next to your account.',
    },
  );
}

export function fieldsMissing(missing: readonly string[], level: "warning" | "error"): ConnectionFinding {
  const list = missing.join(", ");
  return finding(
    level,
    "fieldsMissing",
    {
      fr: `Il manque des abonnements : ${list}.`,
      en: `Subscriptions are missing: ${list}.`,
    },
    {
      fr: "Dans Meta for Developers › Webhooks, cochez-les. Sans « message_echoes », le bot ne voit pas qu’une personne répond.",
      en: 'In Meta for Developers › Webhooks, tick them. Without "message_echoes" the bot does not see that a person answers.',
    },
  );
}
