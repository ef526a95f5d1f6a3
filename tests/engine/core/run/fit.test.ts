import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { instagram } from "../../../../channels/instagram/index.ts";
import { messenger } from "../../../../channels/messenger/index.ts";
import { channels } from "../../../../channels/registry.ts";
import { sms } from "../../../../channels/sms/index.ts";
import { whatsapp } from "../../../../channels/whatsapp/index.ts";
import type { OutboundContent } from "../../../../engine/core/domain/message.ts";
import { fit } from "../../../../engine/core/run/fit.ts";
import { splitText } from "../../../../engine/core/run/split-text.ts";

const choices = (...labels: readonly string[]): OutboundContent => ({
  type: "choices",
  text: "Que souhaitez-vous ?",
  choices: labels.map((label, index) => ({ id: String(index), label })),
});

describe("what a channel cannot show", () => {
  test("three short choices are buttons on WhatsApp, four are a list, eleven are numbered text", () => {
    expect(fit(choices("A", "B", "C"), whatsapp.capabilities, "fr")).toEqual([choices("A", "B", "C")]);
    expect(fit(choices("A", "B", "C", "D"), whatsapp.capabilities, "fr")).toMatchObject([
      { type: "choices", listLabel: "Voir les choix" },
    ]);
    expect(fit(choices(..."ABCDEFGHIJK"), whatsapp.capabilities, "fr")).toMatchObject([
      { type: "text", text: expect.stringContaining("11. K") },
    ]);
  });

  test("a file that only we have stays a file, with its words before it: the channel says it by a link of its own", () => {
    const file = { kind: "document", path: "ab".repeat(32), mimeType: "application/pdf" } as const;
    expect(fit({ type: "media", media: file, caption: "Votre facture" }, sms.capabilities, "fr")).toEqual([
      { type: "text", text: "Votre facture" },
      { type: "media", media: file },
    ]);
    const linked = { kind: "document", url: "https://shop.example.com/a.pdf" } as const;
    expect(fit({ type: "media", media: linked, caption: "Votre facture" }, sms.capabilities, "fr")).toEqual([
      { type: "text", text: "Votre facture\nhttps://shop.example.com/a.pdf" },
    ]);
  });

  test("a label that is too long for a button makes a list, and goes on in its description", () => {
    const [list] = fit(choices("Un libellé beaucoup trop long", "B"), whatsapp.capabilities, "fr");
    expect(list).toMatchObject({
      type: "choices",
      choices: [{ label: "Un libellé beaucoup…", description: "Un libellé beaucoup trop long" }, { label: "B" }],
    });
  });

  test("where a list is made of cards, the question goes before it and every card has its own button", () => {
    const products: OutboundContent = {
      type: "choices",
      text: "Lequel ?",
      footer: "Prix TTC",
      choices: [{ id: "a", label: "Miel", description: "7,00 €", imageUrl: "https://shop.example.com/a.jpg" }],
    };
    expect(fit(products, messenger.capabilities, "fr")).toEqual([
      { type: "text", text: "Lequel ?\n\nPrix TTC" },
      { type: "choices", text: "", choices: products.choices, listLabel: "Choisir" },
    ]);
    expect(fit(choices(..."ABCDEFGHIJKLM"), messenger.capabilities, "fr")).toEqual([choices(..."ABCDEFGHIJKLM")]);
    expect(fit(choices(..."ABCDEFGHIJKLMN"), messenger.capabilities, "fr")).toMatchObject([
      { type: "text", text: expect.stringContaining("14. N") },
    ]);
  });

  test("where bytes are counted, no part has more of them, and nothing is lost", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 3000 }), (text) => {
        const parts = fit({ type: "text", text }, instagram.capabilities, "fr");
        for (const part of parts)
          expect(Buffer.byteLength("text" in part ? (part.text ?? "") : "")).toBeLessThanOrEqual(1000);
      }),
      { numRuns: 100 },
    );
    expect(splitText("é".repeat(1200), 1000, 1000).join("")).toBe("é".repeat(1200));
    expect(splitText("🙂", 1000, 1)).toEqual(["🙂"]);
  });

  test("on SMS choices are numbered, files and links are addresses", () => {
    expect(fit(choices("Produits", "Conseiller"), sms.capabilities, "fr")).toEqual([
      { type: "text", text: "Que souhaitez-vous ?\n\n1. Produits\n2. Conseiller" },
    ]);
    const media: OutboundContent = {
      type: "media",
      media: { kind: "image", url: "https://example.com/a.jpg" },
      caption: "Notre *savon*",
    };
    expect(fit(media, sms.capabilities, "fr")).toEqual([
      { type: "text", text: "Notre savon\nhttps://example.com/a.jpg" },
    ]);
    const link: OutboundContent = { type: "link", text: "Voir", label: "Le site", url: "https://example.com" };
    expect(fit(link, sms.capabilities, "fr")).toEqual([
      { type: "text", text: "Voir\n\nLe site : https://example.com" },
    ]);
  });

  test("bold is written as WhatsApp reads it", () => {
    expect(fit({ type: "text", text: "un **mot** fort" }, whatsapp.capabilities, "fr")).toEqual([
      { type: "text", text: "un *mot* fort" },
    ]);
  });

  test("no channel ever gets more than it takes, and no choice is lost", () => {
    const label = fc.string({ minLength: 1, maxLength: 90 }).filter((text) => text.trim() !== "");
    const content = fc.oneof(
      fc.record({ type: fc.constant("text" as const), text: fc.string({ maxLength: 9000, unit: "grapheme" }) }),
      fc.record({
        type: fc.constant("choices" as const),
        text: fc.string({ minLength: 1, maxLength: 3000 }),
        choices: fc.array(fc.record({ id: fc.uuid(), label }), { minLength: 1, maxLength: 30 }),
      }),
    );
    fc.assert(
      fc.property(content, fc.constantFrom(...channels), (one, { capabilities }) => {
        const parts = fit(one, capabilities, "fr");
        for (const part of parts) {
          if (part.type === "text") expect(part.text.length).toBeLessThanOrEqual(capabilities.maxTextLength);
          if (part.type !== "choices") continue;
          const limit = part.listLabel === undefined ? capabilities.buttons : capabilities.list;
          expect(part.choices.length).toBeLessThanOrEqual(limit?.max ?? 0);
          for (const choice of part.choices) expect(choice.label.length).toBeLessThanOrEqual(limit?.labelLength ?? 0);
          expect(part.text.length).toBeLessThanOrEqual(limit?.textLength ?? 0);
        }
        if (one.type !== "choices") return;
        const last = parts[parts.length - 1];
        if (last?.type === "choices") expect(last.choices).toHaveLength(one.choices.length);
        else
          expect(parts.map((part) => (part.type === "text" ? part.text : "")).join("\n")).toContain(
            `${one.choices.length}. `,
          );
      }),
      { numRuns: 300 },
    );
  });
});

describe("long text", () => {
  test("is split at sentences, then words, and never inside a character", () => {
    expect(splitText("Une phrase. Une autre phrase. Fin.", 20)).toEqual(["Une phrase.", "Une autre phrase.", "Fin."]);
    expect(splitText("😀😀😀", 4)).toEqual(["😀😀", "😀"]);
  });

  test("holds all its words in their order", () => {
    fc.assert(
      fc.property(
        fc.string({ maxLength: 2000, unit: "grapheme" }),
        fc.integer({ min: 20, max: 300 }),
        (text, length) => {
          const parts = splitText(text, length);
          expect(parts.every((part) => part.length <= length)).toBe(true);
          expect(parts.join("").replace(/\s/g, "")).toBe(text.replace(/\s/g, ""));
        },
      ),
    );
  });
});
