import fc from "fast-check";
import { expect, test } from "vitest";
import { accentOf, contrast, inkOn, readableOn } from "../../../../engine/core/domain/color.ts";

const aColor = fc.integer({ min: 0, max: 0xffffff }).map((value) => `#${value.toString(16).padStart(6, "0")}`);

test("contrast is that of WCAG", () => {
  expect(contrast("#000000", "#ffffff")).toBeCloseTo(21, 5);
  expect(contrast("#777777", "#ffffff")).toBeCloseTo(4.48, 2);
});

test("whatever colour an owner chooses, what stands on it and what is written in it can be read", () => {
  fc.assert(
    fc.property(aColor, (color) => {
      const { light, dark } = accentOf(color);
      for (const { fill, onFill } of [light, dark]) expect(contrast(fill, onFill)).toBeGreaterThanOrEqual(4.5);
      expect(contrast(light.text, "#ffffff")).toBeGreaterThanOrEqual(4.5);
      expect(contrast(light.text, "#fbfaf7")).toBeGreaterThanOrEqual(4.5);
      expect(contrast(dark.text, "#1c1f25")).toBeGreaterThanOrEqual(4.5);
    }),
  );
});

test("a colour that can be read stays as it is", () => {
  expect(readableOn("#0f7b6c", "#ffffff")).toBe("#0f7b6c");
  expect(inkOn("#0f7b6c")).toBe("#ffffff");
  expect(inkOn("#f2c94c")).toBe("#0b1a17");
});
