import { expect, test } from "vitest";
import { medianMs, passesOf, placeAfter } from "../../../../engine/core/run/passes.ts";

const step = (node: string, exit?: string) => ({ flow: "talk", node, ...(exit === undefined ? {} : { exit }) });
const told = (passes: readonly { node: string; kind: string; name: string }[]) =>
  passes.map(({ node, kind, name }) => `${node} ${kind} ${name}`.trim());

test("a node is entered once, however often its question is put again, and left once", () => {
  const first = passesOf(null, [step("hello", "next"), step("size")], 0);
  expect(told(first.passes)).toEqual(["hello enter", "hello exit next", "size enter"]);
  const again = passesOf(first.place, [step("size")], 1000);
  expect(again).toEqual({ passes: [], place: { flow: "talk", node: "size", since: 0 } });
  const left = passesOf(again.place, [step("size", "s"), step("name")], 25_000);
  expect(told(left.passes)).toEqual(["size exit s", "size time 3", "name enter"]);
  expect(left.place).toEqual({ flow: "talk", node: "name", since: 25_000 });
});

test("a word that works anywhere, a jump or a new start leaves a node otherwise", () => {
  const { passes } = passesOf({ flow: "talk", node: "name", since: 0 }, [step("advisor")], 4000);
  expect(told(passes)).toEqual(["name exit *", "name time 0", "advisor enter"]);
});

test("a node that leads back to itself is entered again", () => {
  const { passes, place } = passesOf(
    { flow: "talk", node: "size", since: 0 },
    [step("size", "other"), step("size")],
    9000,
  );
  expect(told(passes)).toEqual(["size exit other", "size time 1", "size enter"]);
  expect(place?.since).toBe(9000);
});

test("where a conversation waits is known from its last steps; an ignored event changes nothing", () => {
  const steps = [
    { path: [], at: 3000 },
    { path: [step("size")], at: 2000 },
    { path: [step("hello", "next"), step("size")], at: 1000 },
  ];
  expect(placeAfter(steps)).toEqual({ flow: "talk", node: "size", since: 1000 });
  expect(placeAfter([])).toBeNull();
});

test("the median lies in the class that holds the middle", () => {
  expect(medianMs([])).toBeNull();
  expect(medianMs([{ timeClass: 0, count: 10 }])).toBe(2500);
  expect(
    medianMs([
      { timeClass: 5, count: 1 },
      { timeClass: 0, count: 9 },
    ]),
  ).toBeLessThan(5000);
  const late = medianMs([{ timeClass: 18, count: 3 }]);
  expect(late).toBeGreaterThan(604_800_000);
});
