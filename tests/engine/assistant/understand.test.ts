import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createAssistant } from "../../../engine/assistant/assistant.ts";
import { openaiProvider } from "../../../engine/assistant/openai.ts";
import { createHttp } from "../../../engine/http.ts";
import type { UnderstandQuestion } from "../../../engine/ports.ts";
import { createBreaker } from "../../../engine/worker/breaker.ts";
import { fakeClock } from "../../support/fake-clock.ts";
import { type FakeModel, startFakeOpenai } from "../../support/fake-models.ts";

const never = new AbortController().signal;
const question = (text: string, language = "fr"): UnderstandQuestion => ({
  type: "understand",
  key: "sort#1",
  question: text,
  language,
  intents: [
    {
      id: "delivery",
      label: "Livraison / Delivery",
      examples: ["où est mon colis", "je n'ai rien reçu", "where is my parcel", "when will it arrive"],
    },
    {
      id: "refund",
      label: "Remboursement / Refund",
      examples: ["je veux être remboursé", "rendez-moi mon argent", "I want my money back"],
    },
    {
      id: "booking",
      label: "Réservation / Booking",
      examples: ["réserver une table", "avez-vous de la place ce soir", "book a table"],
    },
  ],
  fields: [
    { name: "people", expect: "number" },
    { name: "day", expect: "date" },
    { name: "hour", expect: "time" },
    { name: "phone", expect: "phone" },
    { name: "email", expect: "email" },
    { name: "room", expect: "choice", choices: ["Terrasse", "Salle"] },
    { name: "orderNumber", expect: "text" },
  ],
  now: "2026-03-02T09:00:00.000Z",
  country: "FR",
});

describe("without a model, the most alike example decides", () => {
  const assistant = createAssistant([]);
  test.each([
    ["Bonjour, où est mon colis svp ?", "fr", "delivery"],
    ["je n'ai toujours pas reçu mon colis", "fr", "delivery"],
    ["Hi, where's my parcel?", "en", "delivery"],
    ["je voudrais être remboursée", "fr", "refund"],
    ["remboursement", "fr", "refund"],
    ["I want a refund", "en", "refund"],
    ["Réserver une table pour 4 personnes", "fr", "booking"],
    ["could I book a table tonight?", "en", "booking"],
    ["Quelle est la capitale de la Mongolie ?", "fr", null],
    ["bonjour", "fr", null],
    ["👍", "fr", null],
    ["remboursement de la livraison", "fr", null],
  ])("« %s » (%s) is about %s", async (text, language, intent) => {
    const outcome = await assistant.understand(question(text, language), never);
    expect(outcome).toMatchObject({ understood: { intent, provider: "builtin" }, usage: null });
  });

  test("values are kept as a question would keep them, and only what was said", async () => {
    const text = "Réserver en terrasse pour 4 personnes le 14/03 à 20h30, 06 39 98 00 01, lea@example.com";
    const outcome = await assistant.understand(question(text), never);
    expect("understood" in outcome && outcome.understood.fields).toEqual({
      people: 4,
      day: "2026-03-14",
      hour: "20:30",
      phone: "+33639980001",
      email: "lea@example.com",
      room: "Terrasse",
    });
    const little = await assistant.understand(question("une table demain"), never);
    expect("understood" in little && little.understood.fields).toEqual({ day: "2026-03-03" });
  });

  test("a wish for a person is seen", async () => {
    expect(await assistant.understand(question("je veux parler à un humain"), never)).toMatchObject({
      understood: { wantsPerson: true },
    });
  });
});

describe("with a model", () => {
  let openai: FakeModel;
  beforeEach(async () => {
    openai = await startFakeOpenai("key-one");
  });
  afterEach(() => openai.close());
  const http = createHttp({ allowPrivate: ["127.0.0.1/32"] });
  const provider = () => openaiProvider({ apiKey: "key-one", model: "model-a", baseUrl: `${openai.url}/v1` }, http);
  const said = (more: object = {}) => ({
    type: "json" as const,
    value: {
      intent: "booking",
      fields: { people: "4", day: "2026-03-14", hour: "", phone: "", email: "", room: "salle", orderNumber: "A-12" },
      wantsPerson: false,
      ...more,
    },
  });

  test("what it says counts as far as it holds", async () => {
    openai.next(said());
    expect(await createAssistant([provider()]).understand(question("x"), never)).toMatchObject({
      understood: {
        intent: "booking",
        fields: { people: 4, day: "2026-03-14", room: "Salle", orderNumber: "A-12" },
        provider: "openai",
      },
      usage: { inputTokens: 100 },
    });
    openai.next(said({ intent: "pay me", fields: { people: "many", day: "someday", email: "nobody" } }));
    expect(await createAssistant([provider()]).understand(question("x"), never)).toMatchObject({
      understood: { intent: null, fields: {} },
    });
    const [asked] = openai.asked();
    expect(asked).toMatchObject({
      response_format: { json_schema: { name: "understood", strict: true } },
    });
  });

  test("when it refuses, speaks without form or is down, likeness decides", async () => {
    const assistant = createAssistant([provider()]);
    for (const next of [
      [{ type: "refusal" as const }],
      [
        { type: "text" as const, text: "Bonjour" },
        { type: "text" as const, text: "Encore" },
      ],
      [{ type: "status" as const, httpStatus: 500 }],
    ]) {
      openai.next(...next);
      expect(await assistant.understand(question("où est mon colis"), never)).toMatchObject({
        understood: { intent: "delivery", provider: "builtin" },
      });
    }
  });

  test("one that fails again and again is left alone for a while, then tried once", async () => {
    const clock = fakeClock();
    const assistant = createAssistant([provider()], { breaker: createBreaker(), clock });
    for (let index = 0; index < 5; index++) {
      openai.next({ type: "status", httpStatus: 500 });
      await assistant.understand(question("où est mon colis"), never);
    }
    const before = openai.asked().length;
    await assistant.understand(question("où est mon colis"), never);
    expect(openai.asked()).toHaveLength(before);
    clock.advance(31_000);
    openai.next(said());
    expect(await assistant.understand(question("x"), never)).toMatchObject({ understood: { provider: "openai" } });
  });
});
