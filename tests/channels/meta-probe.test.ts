import { describe, expect, test } from "vitest";
import { channelOf } from "../../channels/registry.ts";
import type { ChannelType, ConnectionFinding } from "../../engine/core/domain/channel.ts";
import { accountOf } from "./accounts.ts";

const CONTEXT = {
  publicUrl: "https://relais.example.com",
  webhookUrl: "https://relais.example.com/webhook/messenger",
  now: "2026-11-21T09:00:00.000Z",
};
const PAGE = "100200300400500";
const INSTAGRAM = "17841400000000001";
const APP = "700800900";
const fields = ["messages", "messaging_postbacks", "message_echoes", "message_deliveries", "message_reads"];
const all = [...fields, "message_reactions", "messaging_referrals"];
const token = (more: object) => ({
  data: {
    is_valid: true,
    app_id: APP,
    expires_at: 0,
    scopes: [
      "pages_messaging",
      "pages_manage_metadata",
      "instagram_basic",
      "instagram_manage_messages",
      "whatsapp_business_messaging",
      "whatsapp_business_management",
    ],
    ...more,
  },
});
const callback = (object: string, more: object = {}) => ({
  data: [{ object, callback_url: CONTEXT.webhookUrl, active: true, fields: all.map((name) => ({ name })), ...more }],
});
const refused = (code: number, subcode?: number) => ({
  error: { message: "as Meta words it", code, ...(subcode ? { error_subcode: subcode } : {}) },
});

/** What the probes find when Meta answers this; a path that is not named is answered as by a healthy account. */
function findings(
  type: ChannelType,
  healthy: Readonly<Record<string, object>>,
  ill: Readonly<Record<string, object>> = {},
  config: object = {},
  context = CONTEXT,
): readonly ConnectionFinding[] {
  const channel = channelOf(type);
  const account = accountOf(channel, config);
  const answers = (channel.probe?.(account, context) ?? []).map((call) => {
    const path = new URL(call.url.replace("{base}", "https://graph.example.com")).pathname.replace("/v25.0/", "");
    const body = ill[path] ?? healthy[path];
    if (!body) throw new Error(`nobody answers ${path}`);
    return { call, response: { status: "error" in body ? 400 : 200, headers: {}, body: JSON.stringify(body) } };
  });
  return channel.judge?.(answers, account, context) ?? [];
}
const codes = (found: readonly ConnectionFinding[]) => found.map(({ level, code }) => `${level} ${code}`);
const worst = (found: readonly ConnectionFinding[]) => codes(found)[0];

describe("a Facebook page", () => {
  const healthy = {
    debug_token: token({ granular_scopes: [{ scope: "pages_messaging", target_ids: [PAGE] }] }),
    me: { id: PAGE, name: "La boutique" },
    [`${PAGE}/subscribed_apps`]: { data: [{ id: "1" }, { id: APP, subscribed_fields: all }] },
    [`${APP}/subscriptions`]: callback("page"),
  };
  const of = (ill: Readonly<Record<string, object>> = {}, config = {}) => findings("messenger", healthy, ill, config);

  test("that is well is found well", () => {
    expect(codes(of())).toEqual(["ok tokenValid", "ok pageReached", "ok subscribed", "ok webhookReady"]);
    expect(codes(findings("messenger", { ...healthy, debug_token: token({}) }, {}, { appId: "" }))).toEqual([
      "ok tokenValid",
      "ok pageReached",
      "ok subscribed",
    ]);
  });

  test.each([
    [
      "a token that was revoked",
      { debug_token: token({ is_valid: false, error: { code: 190 } }) },
      "error tokenInvalid",
    ],
    ["a token that has ended", { debug_token: token({ expires_at: 1_760_000_000 }) }, "error tokenInvalid"],
    ["a token that ends in days", { debug_token: token({ expires_at: 1_795_500_000 }) }, "warning tokenEndsSoon"],
    ["a token without permissions", { debug_token: token({ scopes: ["pages_messaging"] }) }, "error permissionMissing"],
    ["a token of another app", { debug_token: token({ app_id: "1" }) }, "error otherApp"],
    [
      "a token for other pages",
      { debug_token: token({ granular_scopes: [{ scope: "pages_messaging", target_ids: ["9"] }] }) },
      "error notGranted",
    ],
    ["an app secret of another app", { debug_token: refused(101) }, "error appSecretWrong"],
    ["a token that Meta refuses", { me: refused(190, 463) }, "error tokenInvalid"],
    ["a token of another page", { me: { id: "9", name: "Une autre" } }, "error pageNotOurs"],
    ["no subscription", { [`${PAGE}/subscribed_apps`]: { data: [{ id: "1" }] } }, "error notSubscribed"],
    [
      "a subscription without messages",
      { [`${PAGE}/subscribed_apps`]: { data: [{ id: APP, subscribed_fields: ["feed"] }] } },
      "error fieldsMissing",
    ],
    [
      "a subscription without echoes",
      {
        [`${PAGE}/subscribed_apps`]: {
          data: [{ id: APP, subscribed_fields: fields.filter((one) => one !== "message_echoes") }],
        },
      },
      "warning fieldsMissing",
    ],
    [
      "a webhook elsewhere",
      { [`${APP}/subscriptions`]: callback("page", { callback_url: "https://old.example.com/hook" }) },
      "error webhookElsewhere",
    ],
    [
      "a webhook that is off",
      { [`${APP}/subscriptions`]: callback("page", { active: false }) },
      "error webhookMissing",
    ],
    ["a webhook for Instagram only", { [`${APP}/subscriptions`]: callback("instagram") }, "error webhookMissing"],
    ["a permission that is missing", { me: refused(10) }, "error permissionMissing"],
    ["an id that is not known", { me: refused(100, 33) }, "error notFound"],
    ["too many calls", { me: refused(613) }, "warning tooManyCalls"],
    ["garbage", { me: { nothing: true } }, "error unexpectedAnswer"],
  ])("with %s is told so first, with what to do", (_, ill, expected) => {
    const found = of(ill as Readonly<Record<string, object>>);
    expect(worst(found)).toBe(expected);
    expect(found[0]?.remedy?.fr.length).toBeGreaterThan(20);
    expect(found[0]?.remedy?.en.length).toBeGreaterThan(20);
  });
});

describe("an Instagram account", () => {
  const healthy = {
    debug_token: token({}),
    [INSTAGRAM]: { id: INSTAGRAM, username: "la.boutique" },
    [PAGE]: { id: PAGE, name: "La boutique", instagram_business_account: { id: INSTAGRAM } },
    [`${PAGE}/subscribed_apps`]: { data: [{ id: APP, subscribed_fields: ["feed"] }] },
    [`${APP}/subscriptions`]: callback("instagram"),
  };

  test("that is well is found well, with fewer questions where less is known", () => {
    expect(codes(findings("instagram", healthy))).toEqual([
      "ok tokenValid",
      "ok accountReached",
      "ok accountLinked",
      "ok subscribed",
      "ok webhookReady",
    ]);
    expect(codes(findings("instagram", healthy, {}, { pageId: "", appId: "" }))).toEqual([
      "ok tokenValid",
      "ok accountReached",
    ]);
  });

  test.each([
    [
      "linked to another page",
      { [PAGE]: { id: PAGE, instagram_business_account: { id: "9" } } },
      "error accountNotLinked",
    ],
    ["linked to no page", { [PAGE]: { id: PAGE } }, "error accountNotLinked"],
    ["unknown to the token", { [INSTAGRAM]: refused(100, 33) }, "error notFound"],
    ["without its permission", { debug_token: token({ scopes: ["pages_messaging"] }) }, "error permissionMissing"],
    ["delivered nowhere", { [`${APP}/subscriptions`]: { data: [] } }, "error webhookMissing"],
  ])("that is %s is told so", (_, ill, expected) => {
    expect(worst(findings("instagram", healthy, ill as Readonly<Record<string, object>>))).toBe(expected);
  });
});

describe("a WhatsApp number", () => {
  const context = { ...CONTEXT, webhookUrl: "https://relais.example.com/webhook/whatsapp" };
  const number = (more: object = {}) => ({
    id: "100200300",
    display_phone_number: "+33 1 99 00 00 01",
    verified_name: "La boutique",
    quality_rating: "GREEN",
    status: "CONNECTED",
    health_status: { can_send_message: "AVAILABLE" },
    webhook_configuration: { application: context.webhookUrl },
    ...more,
  });
  const healthy = {
    debug_token: token({}),
    "100200300": number(),
    "900800700/subscribed_apps": { data: [{ whatsapp_business_api_data: { id: APP, name: "Relais" } }] },
    "900800700/phone_numbers": { data: [{ id: "5" }, { id: "100200300" }] },
  };
  const of = (ill: Readonly<Record<string, object>> = {}, config = {}) =>
    findings("whatsapp", healthy, ill, config, context);

  test("that is well is found well", () => {
    expect(codes(of())).toEqual(["ok tokenValid", "ok numberReached", "ok subscribed", "ok numberOurs"]);
  });

  test("whose business account is not known is checked as far as that goes", () => {
    expect(codes(of({}, { businessAccountId: "" }))).toEqual([
      "warning businessAccountMissing",
      "ok tokenValid",
      "ok numberReached",
    ]);
  });

  test.each([
    ["has no subscription", { "900800700/subscribed_apps": { data: [] } }, "error notSubscribed"],
    ["is another business's", { "900800700/phone_numbers": { data: [{ id: "5" }] } }, "error numberNotOurs"],
    ["is not registered", { "100200300": number({ status: "DISCONNECTED" }) }, "error numberNotConnected"],
    [
      "may not send",
      {
        "100200300": number({
          health_status: {
            can_send_message: "BLOCKED",
            entities: [{ can_send_message: "BLOCKED", errors: [{ error_description: "No payment method." }] }],
          },
        }),
      },
      "error sendingBlocked",
    ],
    [
      "may send less",
      { "100200300": number({ health_status: { can_send_message: "LIMITED" } }) },
      "warning sendingLimited",
    ],
    ["was reported", { "100200300": number({ quality_rating: "RED" }) }, "warning qualityLow"],
    [
      "is delivered elsewhere",
      { "100200300": number({ webhook_configuration: { application: "https://old.example.com/" } }) },
      "error webhookElsewhere",
    ],
    ["has a token that ended", { "100200300": refused(190, 463) }, "error tokenInvalid"],
    [
      "has a token of a person, for an hour",
      { debug_token: token({ expires_at: 1_795_260_000 }) },
      "warning tokenEndsSoon",
    ],
  ])("that %s is told so", (_, ill, expected) => {
    expect(worst(of(ill as Readonly<Record<string, object>>))).toBe(expected);
  });

  test("is told as much as it may know where its token may not inspect itself", () => {
    expect(codes(of({ debug_token: refused(100) }))).toEqual([
      "warning notFound",
      "ok numberReached",
      "ok subscribed",
      "ok numberOurs",
    ]);
  });
});
