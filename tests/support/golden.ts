import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";

/** A case that lives in a JSON file: what is given, and what came of it when somebody last looked. */
export interface GoldenCase<Given> {
  readonly name: string;
  readonly path: string;
  readonly given: Given;
}

interface Kept {
  readonly given: unknown;
  readonly expected?: unknown;
}

/** The cases of a folder by name; a folder that is missing has none. */
export function goldenCases<Given>(folder: string): readonly GoldenCase<Given>[] {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).filter((name) => name.endsWith(".json"));
  return names.sort().map((name) => {
    const path = join(folder, name);
    // Written by us, read back by the one test that knows its shape.
    return { name: name.replace(/\.json$/, ""), path, given: (read(path) as { given: Given }).given };
  });
}

/** Compares with the file. `UPDATE_GOLDEN=1` writes what came instead: format it (`biome check --write tests/channels`) and read the diff. */
export function expectGolden({ path }: { readonly path: string }, actual: unknown): void {
  const kept = read(path);
  const plain: unknown = JSON.parse(JSON.stringify(actual));
  if (process.env.UPDATE_GOLDEN === "1") {
    writeFileSync(path, `${JSON.stringify({ given: kept.given, expected: plain }, null, 2)}\n`);
    return;
  }
  expect(kept, `${path} has no expected value: run with UPDATE_GOLDEN=1`).toHaveProperty("expected");
  expect(plain).toEqual(kept.expected);
}

function read(path: string): Kept {
  return JSON.parse(readFileSync(path, "utf8")) as Kept;
}
