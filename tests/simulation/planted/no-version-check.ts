import type { Decision, StepInput } from "../../../engine/core/run/decision.ts";
import { type Planted, plantedSql, rewrite } from "./planted.ts";

const unfenced = plantedSql(
  {
    name: "no version check",
    what: "SQLite steps read and write in one transaction, so here a step decides in one and writes in a later one, unfenced",
    faults: { agents: 0.3 },
  },
  rewrite(/(UPDATE conversations SET [\s\S]*WHERE workspace_id = \? AND id = \? AND) version = \?/, "$1 ? IS NOT NULL"),
);

/** A step writes what it decided about a conversation that has moved on meanwhile. */
export const noVersionCheck: Planted = {
  ...unfenced,
  store: (store) => ({
    ...store,
    mailbox: {
      ...store.mailbox,
      async step(ref, decide, claim) {
        let old: StepInput | null = null;
        const looked = await store.mailbox.step(
          ref,
          (input) => {
            old = input;
            return { needs: [] };
          },
          claim,
        );
        if (looked.type !== "needs" || old === null) return looked;
        const decision = decide(old) as Decision;
        return store.mailbox.step(ref, () => decision, claim);
      },
    },
  }),
};
