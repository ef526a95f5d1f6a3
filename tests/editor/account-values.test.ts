import { expect, test } from "vitest";
import { channelOf } from "../../channels/registry.ts";
import { entryTitle, freshEntry, sentValues, shapeOf, startingValues } from "../../editor/settings/account-values.ts";
import { accountForm, accountJsonSchema, accountProblems } from "../../engine/core/domain/account-form.ts";
import type { ChannelType } from "../../engine/core/domain/channel.ts";

function offerOf(type: ChannelType) {
  const { account, label, capabilities } = channelOf(type);
  const [fields, schema] = [accountForm(account), accountJsonSchema(account)];
  return { type, label, capabilities, fields, account: schema, webhookUrl: null, canTest: true, accounts: [] };
}
const form = offerOf("form");
const question = form.account.properties?.fields?.items ?? {};

test("a secret is sent only when one was typed", () => {
  const sms = offerOf("sms");
  const values = startingValues(sms, { accountSid: "AC1", from: "+33199000001" });
  expect(values).not.toHaveProperty("authToken");
  expect(sentValues(sms, { ...values, authToken: "" })).not.toHaveProperty("authToken");
  expect(sentValues(sms, { ...values, authToken: "typed" })).toMatchObject({ accountSid: "AC1", authToken: "typed" });
});

test("every part of every account is drawn as what it is", () => {
  const kinds = (type: ChannelType) =>
    Object.fromEntries(
      Object.entries(offerOf(type).account.properties ?? {}).map(([name, one]) => [name, shapeOf(one).kind]),
    );
  expect(kinds("form")).toMatchObject({
    title: "localized",
    fields: "list",
    answerBy: "list",
    allowedOrigins: "lines",
  });
  expect(kinds("email")).toMatchObject({ password: "secret", imapPort: "number", imapSecurity: "select" });
  expect(kinds("sms")).toMatchObject({ mms: "switch", from: "text" });
});

test("a new question has a technical name that no other has, and is called by its words", () => {
  expect(freshEntry(question, [{ id: "q2" }])).toEqual({ kind: "text", label: "", id: "q3" });
  expect(entryTitle(question, { label: { fr: "Votre ville", en: "Your town" } }, "en")).toBe("Your town");
});

test("empty parts of entries are left out, and words in one language are said to everybody", () => {
  const fields = [{ id: "q1", kind: "text", label: { fr: "Ville", en: "" }, help: { fr: "", en: "" }, to: "" }];
  const sent = sentValues(form, { fields, title: { fr: "", en: "Hello" }, intro: { fr: "", en: "" } });
  expect(sent).toEqual({ fields: [{ id: "q1", kind: "text", label: "Ville" }], title: "Hello", intro: "" });
});

test("what is wrong inside a list is told at its place, and for the list", () => {
  const { account } = channelOf("form");
  const { error } = account.safeParse({ fields: [{ id: "q1", kind: "text" }] });
  const problems = accountProblems(account, error ?? { issues: [] });
  expect(Object.keys(problems)).toEqual(expect.arrayContaining(["fields", "fields.0.label"]));
});

test("a number that has neither sender nor service is told so at the number", () => {
  const { account } = channelOf("sms");
  const { error } = account.safeParse({ accountSid: `AC${"0".repeat(32)}`, authToken: "t" });
  expect(accountProblems(account, error ?? { issues: [] }).from?.en).toMatch(/messaging service/);
});
