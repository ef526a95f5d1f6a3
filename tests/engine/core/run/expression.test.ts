import { describe, expect, test } from "vitest";
import {
  condition,
  evaluate,
  expressionProblem,
  renderText,
  templateProblem,
  variablesOf,
} from "../../../../engine/core/run/expression.ts";

const SCOPE = { contact: { firstName: "Léa" }, total: 1250, language: "fr", workspace: { currency: "EUR" } };

describe("texts with placeholders", () => {
  test.each([
    ["Bonjour {{ contact.firstName }} !", "Bonjour Léa !"],
    ["{{ total | money }}", "12,50 €"],
    ["{{ missing }}", ""],
    ["{{ contact.constructor }}{{ contact.__proto__ }}", ""],
    ["{% if total > 1000 %}cher{% endif %}", "cher"],
  ])("%s", (text, expected) => expect(renderText(text, SCOPE)).toBe(expected));

  test.each(["{% include '.env' %}", "{% render 'package.json' %}", "{% layout 'x' %}"])("%s reads no file", (text) => {
    expect(templateProblem(text)).not.toBeNull();
    expect(renderText(`a${text}b`, SCOPE)).toBe("ab");
  });

  test.each([
    "{% for i in (1..1000000000) %}x{% endfor %}",
    "{% for a in (1..9999) %}{% for b in (1..9999) %}x{% endfor %}{% endfor %}",
  ])("%s ends", (text) => {
    expect(renderText(text, SCOPE).length).toBeLessThan(70_000);
  });

  test("what a visitor wrote is never read as a template", () => {
    expect(renderText("{{ said }}", { ...SCOPE, said: "{{ contact.firstName }} {% include 'x' %}" })).toBe(
      "{{ contact.firstName }} {% include 'x' %}",
    );
  });

  test("names the variables that it reads", () => {
    expect(variablesOf("{{ order.number }} {% if a %}{{ b | plus: c }}{% endif %}")).toEqual(["order", "a", "b", "c"]);
    expect(variablesOf("{% assign own = total %}{{ own }}{% for one in list %}{{ one.x }}{% endfor %}")).toEqual([
      "total",
      "list",
    ]);
  });
});

describe("expressions", () => {
  test("give plain values", () => {
    expect(evaluate("total | divided_by: 10", SCOPE)).toBe(125);
    expect(evaluate("nothing.at.all", SCOPE)).toBeNull();
    expect(condition("total > 1000 and contact.firstName == 'Léa'", SCOPE)).toBe(true);
    expect(condition("total >", SCOPE)).toBe(false);
  });
  test.each([
    ["a and b or c", false],
    ["(a and b) or c", true],
    ["a | nofilter", false],
    ["{{ a }}", false],
    ["", false],
    ["a > 1", true],
  ])("%j is fine: %s", (text, fine) => expect(expressionProblem(text) === null).toBe(fine));
});
