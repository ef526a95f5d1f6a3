/** What somebody may do. Roles are sets of these. */
export const PERMISSIONS = [
  "accounts.view",
  "accounts.manage",
  "accounts.assign",
  "conversations.view",
  "messages.view",
  "messages.send",
  "contacts.view",
  "contacts.manage",
  "flows.view",
  "flows.edit",
  "flows.publish",
  "playbook.edit",
  "catalogue.edit",
  "templates.manage",
  "insights.view",
  "users.manage",
  "roles.manage",
  "settings.manage",
] as const;
export type Permission = (typeof PERMISSIONS)[number];

/** Those that can be given for one channel account; the others are about the whole workspace. */
export const ACCOUNT_PERMISSIONS = [
  "accounts.view",
  "accounts.manage",
  "accounts.assign",
  "conversations.view",
  "messages.view",
  "messages.send",
  "contacts.view",
  "contacts.manage",
  "templates.manage",
  "insights.view",
] as const satisfies readonly Permission[];

const OF_ACCOUNTS: ReadonlySet<Permission> = new Set(ACCOUNT_PERMISSIONS);

/** Whether a permission can be given for one channel account. */
export function isAccountPermission(permission: Permission): boolean {
  return OF_ACCOUNTS.has(permission);
}
