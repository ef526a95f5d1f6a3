import { type DestinationStream, pino } from "pino";

const LINE_CHARS = 8000;
const SECRET_KEYS = /(token|secret|password|authorization|api[-_]?key|cookie)/i;

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
    let shown = line.length > LINE_CHARS ? `${line.slice(0, LINE_CHARS)}…` : line;
    for (const value of values) shown = shown.replaceAll(value, "••••");
    return shown;
  };
  const clean = (value: unknown, depth = 0): unknown => {
    if (typeof value === "string") return hide(value);
    if (value === null || typeof value !== "object") return value;
    if (depth > 4) return "…";
    if (Array.isArray(value)) return value.slice(0, 50).map((one) => clean(one, depth + 1));
    return Object.fromEntries(
      Object.entries(value).map(([key, one]) => [key, SECRET_KEYS.test(key) ? "••••" : clean(one, depth + 1)]),
    );
  };
  const logger = to ? pino({ level, base: null }, to) : pino({ level, base: null });
  const write =
    (at: "info" | "warn" | "error" | "debug") =>
    (message: string, facts: Readonly<Record<string, unknown>> = {}): void =>
      logger[at](clean(facts), hide(message));
  return { info: write("info"), warn: write("warn"), error: write("error"), debug: write("debug") };
}
