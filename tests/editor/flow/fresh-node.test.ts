import { describe, expect, test } from "vitest";
import { fieldsOf } from "../../../editor/flow/form/schema-shape.ts";
import { freshNode } from "../../../editor/flow/fresh-node.ts";
import { nodeTypes } from "../../../engine/core/nodes/registry.ts";

describe.each([...nodeTypes.values()])("a new $type", (type) => {
  test.each([[["fr"]], [["en"]], [["fr", "en"]]])("is complete in %j", (languages) => {
    const parsed = type.schema.safeParse(freshNode(type.type, languages));
    expect(parsed.error?.issues).toBeUndefined();
    if (parsed.success) expect(() => type.exits(parsed.data)).not.toThrow();
  });

  test("has a form whose fields have names in both languages", () => {
    const own = Object.keys(freshNode(type.type, ["fr"])).filter((key) => key !== "type");
    const fields = fieldsOf(type);
    expect(fields.map(({ key }) => key)).toEqual(expect.arrayContaining(own));
    for (const { label } of fields) {
      expect(label.fr).not.toBe("");
      expect(label.en).not.toBe("");
    }
  });
});
