import { plantedSql, rewrite } from "./planted.ts";

/** One query forgets whose rows it may see. */
export const noWorkspace = plantedSql(
  {
    name: "workspace_id missing in one query",
    what: "contacts are found by their address alone: ids are never the same in two workspaces, phone numbers are",
    faults: { contacts: 12 },
  },
  rewrite(
    /FROM contact_identities WHERE workspace_id = \? AND account_id = \? AND kind = \? AND value = \?/,
    "FROM contact_identities WHERE ? <> '' AND ? <> '' AND kind = ? AND value = ?",
  ),
  // The quick look for somebody known finds nobody, so that everybody is looked for there.
  rewrite(/(FROM contact_identities i[\s\S]*)i\.value = \?/, "$1i.value = ? || '?'"),
);
