import { queryOptions } from "@tanstack/react-query";
import { askJson } from "../api.ts";

export interface NodeFigures {
  readonly node: string;
  readonly entered: number;
  readonly exits: Readonly<Record<string, number>>;
  readonly elsewhere: number;
  readonly medianMs: number | null;
  readonly live: number;
}
export interface Figures {
  readonly live: number;
  readonly nodes: readonly NodeFigures[];
}
export interface Talk {
  readonly id: string;
  readonly channel: string;
  readonly contact: { readonly id: string; readonly name: string };
  readonly at: string | null;
}
export interface Way {
  readonly contact: { readonly name: string };
  readonly channel: string;
  readonly steps: readonly {
    readonly version: number;
    readonly event: string;
    readonly at: string;
    readonly path: readonly { readonly flow: string; readonly node: string; readonly exit?: string }[];
  }[];
}

const DAY_MS = 86_400_000;

/** The figures of the last `days` days, today included; counted again every few seconds while one looks. */
export const figuresQuery = (id: string, days: number, channel: string) => {
  const day = (ago: number): string => new Date(Date.now() - ago * DAY_MS).toISOString().slice(0, 10);
  const only = channel === "" ? "" : `&channel=${channel}`;
  const path = `/api/flows/${encodeURIComponent(id)}/figures?from=${day(days - 1)}&to=${day(0)}${only}`;
  return queryOptions({
    queryKey: ["flows", "figures", id, days, channel],
    queryFn: () => askJson<Figures>(path),
    refetchInterval: 10_000,
  });
};

export const talksQuery = (id: string, node: string) =>
  queryOptions({
    queryKey: ["conversations", "at", id, node],
    queryFn: async () =>
      (
        await askJson<{ readonly items: readonly Talk[] }>(
          `/api/flows/${encodeURIComponent(id)}/talks?node=${encodeURIComponent(node)}`,
        )
      ).items,
  });

export const wayQuery = (conversation: string) =>
  queryOptions({
    queryKey: ["conversations", "path", conversation],
    queryFn: () => askJson<Way>(`/api/conversations/${encodeURIComponent(conversation)}/path`),
  });

/** `45 s`, `3 min`, `2 h`, `4 j`. */
export function lengthOfTime(ms: number, language: "fr" | "en"): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 90) return `${seconds} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  if (seconds < 129_600) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86_400)} ${language === "fr" ? "j" : "d"}`;
}
