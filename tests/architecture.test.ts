import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize, relative } from "node:path";
import { describe, expect, test } from "vitest";

const ROOT = new URL("..", import.meta.url).pathname;
const FOLDERS = ["engine", "channels", "editor", "tests"];

interface Source {
  readonly path: string;
  readonly text: string;
  /** Files of ours by their path, packages and builtins by their name. */
  readonly imports: readonly string[];
}

function files(folder: string): readonly string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === "dist" || entry.name === "node_modules" ? [] : files(path);
    return /\.tsx?$/.test(entry.name) ? [path] : [];
  });
}

const sources: readonly Source[] = FOLDERS.flatMap(files).map((path) => {
  const text = readFileSync(join(ROOT, path), "utf8");
  const named = [
    ...text.matchAll(
      /(?:^|\n)\s*(?:import|export)\b[^;'"]*?from\s*["']([^"']+)["']|(?:^|\n)import\s*["']([^"']+)["']|import\(\s*["']([^"']+)["']\s*\)/g,
    ),
  ];
  const imports = named
    .map((match) => match[1] ?? match[2] ?? match[3] ?? "")
    .map((name) => (name.startsWith(".") ? normalize(join(dirname(path), name)) : name));
  return { path, text, imports };
});

const under = (path: string, folder: string): boolean => path === folder || path.startsWith(`${folder}/`);
const ours = (name: string): boolean => FOLDERS.some((folder) => under(name, folder));

interface Rule {
  readonly sentence: string;
  readonly from: (path: string) => boolean;
  readonly may: (name: string, path: string) => boolean;
}

/** What turns one text into another, and nothing else. */
const CHANNEL_PACKAGES = new Set(["zod", "node:crypto", "html-to-text", "sanitize-html"]);
const CORE_PACKAGES = new Set(["zod", "yaml", "xstate", "liquidjs"]);
const SHELL = ["engine/server", "engine/worker", "engine/effects", "engine/store", "engine/assistant", "engine/mail"];
const RULES: readonly Rule[] = [
  {
    sentence: "engine/core is pure: it imports zod, yaml, xstate, liquidjs and itself",
    from: (path) => under(path, "engine/core"),
    may: (name) => (ours(name) ? under(name, "engine/core") : CORE_PACKAGES.has(name)),
  },
  {
    sentence: "inside the core, domain knows only domain",
    from: (path) => under(path, "engine/core/domain"),
    may: (name) => !ours(name) || under(name, "engine/core/domain"),
  },
  {
    sentence:
      "channels import engine/core/domain, channels/shared, zod, node:crypto and packages without side effects, and no other channel",
    from: (path) => under(path, "channels") && path !== "channels/registry.ts",
    may: (name, path) => {
      if (!ours(name)) return CHANNEL_PACKAGES.has(name);
      const own = path.split("/").slice(0, 2).join("/");
      return under(name, "engine/core/domain") || under(name, "channels/shared") || under(name, own);
    },
  },
  {
    sentence: "server, worker, effects, store, assistant and mail know the core and ports.ts, and not each other",
    from: (path) => SHELL.some((folder) => under(path, folder)),
    may: (name, path) => {
      if (!ours(name)) return true;
      const own = SHELL.find((folder) => under(path, folder)) ?? "";
      return (
        under(name, own) || under(name, "engine/core") || name === "engine/ports.ts" || name === "engine/catalogue.ts"
      );
    },
  },
  {
    sentence: "only main.ts, its thread and the command line know the list of channels",
    from: (path) =>
      !under(path, "tests") &&
      path !== "engine/main.ts" &&
      path !== "engine/receive-thread.ts" &&
      !under(path, "engine/cli"),
    may: (name) => name !== "channels/registry.ts",
  },
  {
    sentence: "the editor imports the core and, in api.ts, types of the server's answers",
    from: (path) => under(path, "editor"),
    may: (name, path) =>
      !under(name, "engine") ||
      under(name, "engine/core") ||
      (path === "editor/api.ts" && under(name, "engine/server")),
  },
  { sentence: "nothing imports tests", from: (path) => !under(path, "tests"), may: (name) => !under(name, "tests") },
];

describe("the dependency rule", () => {
  test.each(RULES)("$sentence", ({ from, may }) => {
    const seen = sources.filter(({ path }) => from(path));
    expect(seen.length).toBeGreaterThan(0);
    const broken = seen.flatMap(({ path, imports }) =>
      imports.filter((name) => !may(name, path)).map((name) => `${path} imports ${relative(".", name) || name}`),
    );
    expect(broken).toEqual([]);
  });

  test("what the editor takes from the server is types only", () => {
    const text = sources.find(({ path }) => path === "editor/api.ts")?.text ?? "";
    const taken = [...text.matchAll(/^(?:import|export)[^;]*engine\/server[^;]*;/gm)].map(([line]) => line);
    expect(taken.length).toBeGreaterThan(0);
    expect(taken.filter((line) => !/^(import|export) type /.test(line))).toEqual([]);
  });

  test("the core takes time, chance and settings as arguments", () => {
    const broken = sources
      .filter(({ path }) => under(path, "engine/core") || under(path, "channels"))
      .filter(({ text }) =>
        /\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(|\bprocess\.|\bsetTimeout\(|\bfetch\(/.test(
          text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, ""),
        ),
      )
      .map(({ path }) => path);
    expect(broken).toEqual([]);
  });

  test("the environment is read in one place", () => {
    const broken = sources
      .filter(
        ({ path }) =>
          under(path, "engine") &&
          path !== "engine/config.ts" &&
          path !== "engine/cli.ts" &&
          !under(path, "engine/cli"),
      )
      .filter(({ text }) => /process\.env/.test(text))
      .map(({ path }) => path);
    expect(broken).toEqual([]);
  });

  test("requests leave by the guarded fetch", () => {
    const allowed = new Set(["engine/http.ts", "engine/assistant/network.ts"]);
    const broken = sources
      .filter(({ path }) => under(path, "engine") && !allowed.has(path))
      .filter(
        ({ text, imports }) =>
          /(?<![.\w])fetch\(/.test(text) || imports.some((name) => name === "undici" || name === "axios"),
      )
      .map(({ path }) => path);
    expect(broken).toEqual([]);
  });
});

test("whoever may see some accounts is never taken for somebody who may see the workspace", () => {
  // Only what tells accounts of a scope apart looks into it; everything else hands it on to the store whole.
  const allowed = new Set(["engine/server/accounts-of.ts", "engine/server/accounts.ts"]);
  const broken = sources
    .filter(({ path }) => under(path, "engine/server") && !allowed.has(path))
    .filter(({ text }) => /\bscope\.workspaceId\b|scopeOf\([^)]*\)\.workspaceId|scope: \{ workspaceId/.test(text))
    .map(({ path }) => path);
  expect(broken).toEqual([]);
});

describe("the house", () => {
  test("no file has a name that says nothing", () => {
    const broken = sources
      .map(({ path }) => path)
      .filter((path) => /(^|\/)(utils?|helpers?|common|misc|managers?|services?|handlers?)(\.tsx?$|\/)/.test(path));
    expect(broken).toEqual([]);
  });

  test("nothing is exported by default, except to tools", () => {
    const broken = sources
      .filter(({ path, text }) => !path.endsWith(".config.ts") && /(^|\n)export default/.test(text))
      .map(({ path }) => path);
    expect(broken).toEqual([]);
  });

  test("every setting is listed in .env.example, and nothing else is", () => {
    const config = readFileSync(join(ROOT, "engine/config.ts"), "utf8");
    const read = new Set([...config.matchAll(/(?:get|need)\("([A-Z_]+)"\)/g)].map((match) => match[1]));
    const listed = new Set(
      [...readFileSync(join(ROOT, ".env.example"), "utf8").matchAll(/^([A-Z_]+)=/gm)].map((match) => match[1]),
    );
    expect([...read].sort()).toEqual([...listed].sort());
  });
});
