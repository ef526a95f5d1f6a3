import type { OpeningHours, Workspace } from "../domain/workspace.ts";

const DAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"] as const;
/** Shops that are closed longer than this have no next opening worth waiting for. */
const LOOK_AHEAD_DAYS = 60;
const MINUTE_MS = 60_000;

const formats = new Map<string, Intl.DateTimeFormat>();

interface LocalTime {
  readonly year: string;
  readonly month: string;
  readonly day: string;
  readonly weekday: (typeof DAYS)[number];
  readonly minutes: number;
}

/** Whether the workspace is open at this moment, by its own time zone, hours and holidays. No hours at all: always open. */
export function isOpen(workspace: Pick<Workspace, "hours" | "timeZone">, now: string): boolean {
  const { hours, timeZone } = workspace;
  if (hasNoHours(hours)) return true;
  const local = localTime(Date.parse(now), timeZone);
  return slotsOf(hours, local).some(([from, to]) => local.minutes >= from && local.minutes < to);
}

/** When it opens next (ISO 8601 UTC), `now` when it is open, null when it does not open within two months. */
export function nextOpening(workspace: Pick<Workspace, "hours" | "timeZone">, now: string): string | null {
  if (isOpen(workspace, now)) return now;
  const { hours, timeZone } = workspace;
  const start = Math.floor(Date.parse(now) / MINUTE_MS) * MINUTE_MS;
  for (let day = 0; day <= LOOK_AHEAD_DAYS; day++) {
    const at = start + day * 24 * 60 * MINUTE_MS;
    const local = localTime(at, timeZone);
    const later = slotsOf(hours, local).filter(([from]) => day > 0 || from > local.minutes);
    const first = later.map(([from]) => from).sort((a, b) => a - b)[0];
    if (first === undefined) continue;
    const guess = at + (first - local.minutes) * MINUTE_MS;
    // Over a change of the clocks the guess is an hour off: correct it by what the wall shows then.
    return new Date(guess + (first - localTime(guess, timeZone).minutes) * MINUTE_MS).toISOString();
  }
  return null;
}

function hasNoHours(hours: OpeningHours): boolean {
  return DAYS.every((day) => hours[day].length === 0);
}

function slotsOf(hours: OpeningHours, local: LocalTime): readonly (readonly [number, number])[] {
  const date = `${local.year}-${local.month}-${local.day}`;
  if (hours.holidays.includes(date) || hours.holidays.includes(date.slice(5))) return [];
  return hours[local.weekday].flatMap((slot) => {
    const match = /^(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})$/.exec(slot.replace(/\s/g, ""));
    if (!match) return [];
    const [, fromHour, fromMinute, toHour, toMinute] = match.map(Number);
    return [[(fromHour ?? 0) * 60 + (fromMinute ?? 0), (toHour ?? 0) * 60 + (toMinute ?? 0)] as const];
  });
}

function localTime(at: number, timeZone: string): LocalTime {
  let format = formats.get(timeZone);
  if (!format) {
    format = new Intl.DateTimeFormat("en-GB", {
      timeZone,
      weekday: "short",
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
      hourCycle: "h23",
    });
    formats.set(timeZone, format);
  }
  const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]));
  const weekday = (parts.weekday ?? "Mon").slice(0, 3).toLowerCase() as LocalTime["weekday"];
  return {
    year: parts.year ?? "",
    month: parts.month ?? "",
    day: parts.day ?? "",
    weekday,
    minutes: Number(parts.hour) * 60 + Number(parts.minute),
  };
}
