import { type DestinationStream, pino } from "pino";

const LINE_CHARS = 8000;
const SECRET_KEYS = /(token|secret|password|authorization|api[-_]?key|cookie)/i;

/** What the program says of itself: a sentence, and facts beside it. */
export interface Log {
  info(message: string, facts?: Readonly<Record<string, unknown>>): void;
  warn(message: string, facts?: Readonly<Record<string, unknown>>): void;
  error(message: string, facts?: Readonly<Record<string, unknown>>): void;
  debug(message: string, facts?: Readonly<Record<string, unknown>>): void;
}

/** JSON lines. Secrets are taken out by name and by value; ids are logged, words of contacts never. */
export function createLog(level: string, secretValues: readonly string[], to?: DestinationStream): Log {
  const values = secretValues.filter((value) => value.length >= 8);
  const hide = (line: string): string => {
    let shown = line;
    // Before the cut: half a secret is one too.
    for (const value of values) shown = shown.replaceAll(value, "••••");
    return shown.length > LINE_CHARS ? `${shown.slice(0, LINE_CHARS)}…` : shown;
  };
  const clean = (value: unknown, depth = 0): unknown => {
    if (typeof value === "string") return hide(value);
    if (value === null || typeof value !== "object") return value;
    if (value instanceof Error) return hide(value.stack ?? String(value));
    if (depth > 4) return "…";
    if (Array.isArray(value)) return value.slice(0, 50).map((one) => clean(one, depth + 1));
    return Object.fromEntries(
      Object.entries(value).map(([key, one]) => [
        key,
        SECRET_KEYS.test(key) && typeof one !== "number" ? "••••" : clean(one, depth + 1),
      ]),
    );
  };
  const logger = to ? pino({ level, base: null }, to) : pino({ level, base: null });
  const write =
    (at: "info" | "warn" | "error" | "debug") =>
    (message: string, facts: Readonly<Record<string, unknown>> = {}): void =>
      logger[at](clean(facts), hide(message));
  return { info: write("info"), warn: write("warn"), error: write("error"), debug: write("debug") };
}
