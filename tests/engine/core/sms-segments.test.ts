import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { smsSize } from "../../../engine/core/domain/sms-segments.ts";

describe("the size of a text message", () => {
  test.each([
    ["", "GSM-7", 0, 1, 160],
    ["Bonjour, été à Évry : 5 % £ Ç", "GSM-7", 29, 1, 131],
    ["ça", "UCS-2", 2, 1, 68],
    ["À bientôt", "UCS-2", 9, 1, 61],
    ["l’été", "UCS-2", 5, 1, 65],
    ["5 €", "GSM-7", 4, 1, 156],
    ["[x]", "GSM-7", 5, 1, 155],
    ["👍", "UCS-2", 2, 1, 68],
    ["a".repeat(160), "GSM-7", 160, 1, 0],
    ["a".repeat(161), "GSM-7", 161, 2, 145],
    ["a".repeat(306), "GSM-7", 306, 2, 0],
    ["a".repeat(307), "GSM-7", 307, 3, 152],
    ["ê".repeat(70), "UCS-2", 70, 1, 0],
    ["ê".repeat(71), "UCS-2", 71, 2, 63],
    ["ê".repeat(134), "UCS-2", 134, 2, 0],
    // An escape and its character stay together: the first part holds 152 septets.
    [`${"a".repeat(152)}€${"a".repeat(10)}`, "GSM-7", 164, 2, 141],
    // So does a pair of surrogates.
    [`${"ê".repeat(66)}👍${"ê".repeat(10)}`, "UCS-2", 78, 2, 55],
  ] as const)("%j", (text, encoding, units, segments, remaining) => {
    expect(smsSize(text)).toEqual({ encoding, units, segments, remaining });
  });

  test("is never smaller than its units, nor larger than one character lost in each part", () => {
    const characters = fc.constantFrom(..."aé€[ê👍 ’\n");
    fc.assert(
      fc.property(fc.array(characters, { maxLength: 900 }), (list) => {
        const { encoding, units, segments, remaining } = smsSize(list.join(""));
        const [alone, part] = encoding === "GSM-7" ? [160, 153] : [70, 67];
        if (units <= alone) {
          expect([segments, remaining]).toEqual([1, alone - units]);
          return;
        }
        expect(segments).toBeGreaterThanOrEqual(Math.ceil(units / part));
        expect(segments).toBeLessThanOrEqual(Math.ceil(units / (part - 1)));
        expect(remaining).toBeGreaterThanOrEqual(0);
        expect(remaining).toBeLessThan(part);
      }),
    );
  });

  test("a longest message of Twilio's has at most eleven parts of GSM-7 and twenty-four of UCS-2", () => {
    expect(smsSize("a".repeat(1600)).segments).toBe(11);
    expect(smsSize("ê".repeat(1600)).segments).toBe(24);
  });
});
