import { FAILPOINTS } from "../../engine/failpoints.ts";
import { openDatabases } from "./databases.ts";
import { openHouse } from "./house.ts";
import { failpointKills, randomKills } from "./kills.ts";
import { type Result, sumOf } from "./result.ts";
import type { Scenario, Setting } from "./scenario.ts";

/** A house is judged and cleared after so many kills: a small database is read quickly, an early fault seen early. */
const KILLS_PER_HOUSE = 50;
/** On average so long after the first answer. */
const MEAN_MS = 1500;

/** `kill -9` at every named place. */
export const failpoints: Scenario = (setting) => {
  const rounds = Math.max(1, Math.ceil(setting.kills / FAILPOINTS.length));
  const points = Array.from({ length: rounds }, () => FAILPOINTS).flat();
  const size = Math.ceil(points.length / Math.max(setting.parallel, Math.ceil(points.length / KILLS_PER_HOUSE)));
  const parts = Array.from({ length: Math.ceil(points.length / size) }, (_, index) =>
    points.slice(index * size, (index + 1) * size),
  );
  return inHouses("failpoints", setting, parts, (house, part, onKill) =>
    failpointKills(house, { points: part, stopping: setting.stopping, onKill }),
  );
};

/** `kill -9` at random times under load. */
export const random: Scenario = (setting) => {
  const size = Math.min(KILLS_PER_HOUSE, Math.ceil(setting.kills / setting.parallel));
  const parts = Array.from({ length: Math.ceil(setting.kills / size) }, (_, index) =>
    Math.min(size, setting.kills - index * size),
  );
  return inHouses("random", setting, parts, (house, kills, onKill) =>
    randomKills(house, { kills, meanMs: MEAN_MS, stopping: setting.stopping, onKill }),
  );
};

/** Does parts of a scenario, each in a house of its own, some side by side. */
async function inHouses<Part>(
  name: string,
  setting: Setting,
  parts: readonly Part[],
  run: (house: Awaited<ReturnType<typeof openHouse>>, part: Part, onKill: () => void) => Promise<Result>,
): Promise<readonly Result[]> {
  const databases = await openDatabases(setting.db);
  const results: Result[] = [];
  const waiting = [...parts.entries()];
  let kills = 0;
  const onKill = (): void => {
    kills++;
    const wrong = results.reduce((sum, { violations }) => sum + violations.length, 0);
    setting.progress(
      `${name} (${setting.db}): ${kills} kills, ${results.length}/${parts.length} judged, ${wrong} wrong`,
    );
  };
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next && !setting.stopping(); next = waiting.shift()) {
      const [index, part] = next;
      const databaseUrl = await databases.make();
      const house = await openHouse({
        seed: setting.seed * 1000 + index,
        perSecond: setting.perSecond / setting.parallel,
        evidence: setting.evidence,
        ...(databaseUrl ? { databaseUrl } : {}),
        ...(name === "failpoints" ? { talks: { order: 4, question: 2, patience: 3, person: 3 } } : {}),
      });
      try {
        const result = await run(house, part, onKill);
        results.push(result);
        if (result.violations.length > 0) house.keep(`${name}, seed ${setting.seed}, part ${index}`);
      } finally {
        await house.close();
        if (databaseUrl) await databases.drop(databaseUrl);
      }
    }
  };
  try {
    await Promise.all(Array.from({ length: setting.parallel }, work));
  } finally {
    await databases.close();
  }
  const how = setting.evidence ? "" : ", no reports";
  return [sumOf(`${name} (${setting.db}${how})`, results)];
}
