import { takesAll, withoutKeys } from "./drop-unique.ts";
import { type Planted, plantedSql } from "./planted.ts";

const insert = plantedSql(
  {
    name: "read, then insert",
    what: "a key is looked for in one transaction and written in the next, without an index",
    faults: { duplicates: 0.6 },
    prepare: withoutKeys,
  },
  takesAll(),
);

/** Two deliveries at the same moment both find nothing. */
export const readThenInsert: Planted = {
  ...insert,
  store: (store, { db }) => ({
    ...store,
    inbox: {
      async accept(delivery) {
        const known = db.prepare("SELECT 1 FROM dedupe_keys WHERE scope = ? AND key = ?");
        const events = delivery.events.filter(({ accountId, dedupeKey }) => !known.get(accountId, dedupeKey));
        return store.inbox.accept({ ...delivery, events });
      },
    },
  }),
};
