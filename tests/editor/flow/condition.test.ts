import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { hasValue, OPERATORS, readCondition, written } from "../../../editor/flow/form/condition.ts";
import { condition, expressionProblem } from "../../../engine/core/run/expression.ts";

const part = fc
  .record({
    subject: fc.constantFrom("total", "contact.firstName", "order.city", "reponse-2"),
    operator: fc.constantFrom(...OPERATORS),
    value: fc.oneof(fc.integer().map(String), fc.constantFrom("Lyon", "l'été", "true", "and", "a or b", "12.5")),
  })
  .map((one) => (hasValue(one.operator) ? one : { ...one, value: "" }));
const built = fc.record({
  join: fc.constantFrom("and" as const, "or" as const),
  parts: fc.array(part, { minLength: 1, maxLength: 4 }),
});

describe("a condition", () => {
  test("that was built is valid Liquid and is read back as it was", () => {
    fc.assert(
      fc.property(built, (one) => {
        const text = written(one);
        expect(expressionProblem(text)).toBeNull();
        const read = readCondition(text);
        expect(read?.parts).toEqual(one.parts);
        if (one.parts.length > 1) expect(read?.join).toBe(one.join);
      }),
    );
  });

  test.each([
    ["total > 100", { total: 120 }, true],
    ["total > 100", { total: 80 }, false],
    ["city == 'Lyon' and total >= 10", { city: "Lyon", total: 10 }, true],
    ["name != blank", { name: "" }, false],
    ["name == blank", {}, true],
    ["text contains 'été'", { text: "en été" }, true],
  ])("%s means what it says", (text, scope, holds) => {
    const read = readCondition(text);
    expect(read).not.toBeNull();
    if (read) expect(condition(written(read), scope)).toBe(holds);
  });

  test.each(["(a > 1 or b > 2) and c", "total | plus: 5 > 3", "a and b or c", "contact", ""])(
    "that says more than the form can show stays a text: %j",
    (text) => expect(readCondition(text)).toBeNull(),
  );
});
