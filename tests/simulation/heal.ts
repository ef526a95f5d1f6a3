import { checkQuiet } from "./checks.ts";
import { Broken } from "./failure.ts";
import type { Simulation } from "./simulation.ts";

/** However bad it was, this long after the last fault nothing may be left undone. */
const HEAL_MS = 3 * 3_600_000;
/** Some seeds go on until the longest timers of the flows have fired. */
const TAIL_MS = 50 * 3_600_000;

/** Providers tell the rest, people put right what waits for them, and all that is open must end. */
export async function heal(
  simulation: Simulation,
  until: (deadline: number, enough: () => boolean) => Promise<void>,
): Promise<void> {
  const { scheduler, deliveries, people } = simulation;
  const healedAt = scheduler.now();
  const round = (): void => {
    const sinceHealed = scheduler.now() - healedAt;
    scheduler.after(sinceHealed < 120_000 ? 60_000 : 1_200_000, "operator", () => {
      people.putRight();
      if (scheduler.now() < healedAt + HEAL_MS) round();
    });
  };
  round();
  let looked = 0;
  const done = (): boolean => {
    if (scheduler.now() < healedAt + 130_000 || !deliveries.quiet() || scheduler.steps < looked) return false;
    looked = scheduler.steps + 20;
    return checkQuiet(simulation).length === 0;
  };
  await until(healedAt + HEAL_MS, done);
  if (simulation.random.chance(0.25)) await until(scheduler.now() + TAIL_MS, () => false);
  const left = checkQuiet(simulation);
  if (left.length > 0) throw new Broken("I13", `still open long after the last fault: ${left.slice(0, 5).join("; ")}`);
}

/** The engine's own doctor must find nothing, either. */
export async function examine(simulation: Simulation): Promise<void> {
  const findings = (await simulation.life()?.store.operations.doctor()) ?? [];
  const [first] = findings;
  if (first) throw new Broken(first.invariant, `doctor says: ${first.message} (${first.ids.join(", ")})`);
}
