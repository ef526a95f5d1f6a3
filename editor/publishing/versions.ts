import { queryOptions } from "@tanstack/react-query";
import type { ExampleLine } from "../../engine/core/domain/diagnostic.ts";
import type { Bilingual } from "../../engine/core/domain/language.ts";
import type { FlowDifference } from "../../engine/core/flow/difference.ts";
import { ApiError, askJson } from "../api.ts";

export interface Version {
  readonly id: string;
  readonly number: number;
  readonly note: string;
  readonly by: string;
  readonly createdAt: string;
  readonly isCurrent: boolean;
  readonly liveRuns: number;
}
export interface Difference extends FlowDifference {
  readonly words: Bilingual;
  readonly samples: { readonly before: Sample | null; readonly after: Sample | null };
}
export interface Sample {
  readonly chat: readonly ExampleLine[];
  readonly path: readonly string[];
}
export interface LiveTalks {
  readonly total: number;
  readonly movable: number;
  readonly nodes: readonly {
    readonly node: string;
    readonly count: number;
    readonly movable: number;
    readonly reasons: readonly Bilingual[];
  }[];
}
export type LiveChoice = "finish" | "move" | "restart";

const path = (id: string, rest: string): string => `/api/flows/${encodeURIComponent(id)}/${rest}`;

export const versionsQuery = (id: string) =>
  queryOptions({
    queryKey: ["flows", "versions", id],
    queryFn: async () => (await askJson<{ readonly items: readonly Version[] }>(path(id, "versions"))).items,
  });

/** What changes from one state to another: `draft`, `published`, or a number. */
export const differenceQuery = (id: string, from: string, to: string) =>
  queryOptions({
    queryKey: ["flows", "difference", id, from, to],
    queryFn: () => askJson<Difference>(path(id, `difference?from=${from}&to=${to}`)),
  });

export const liveTalksQuery = (id: string) =>
  queryOptions({
    queryKey: ["flows", "live-runs", id],
    queryFn: () => askJson<LiveTalks>(path(id, "live-runs")),
  });

/** Null: the draft has errors. */
export async function publish(id: string, note: string, live: LiveChoice): Promise<number | null> {
  try {
    const done = await askJson<{ readonly version: number }>(path(id, "publish"), {
      method: "POST",
      body: { note, live },
    });
    return done.version;
  } catch (error) {
    if (error instanceof ApiError && error.status === 422) return null;
    throw error;
  }
}

export async function rollback(id: string, number: number, replaceDraft: boolean): Promise<number> {
  const done = await askJson<{ readonly version: number }>(path(id, "rollback"), {
    method: "POST",
    body: { number, replaceDraft },
  });
  return done.version;
}
