import { Plus, X } from "lucide-react";
import type { Permission } from "../../engine/core/domain/permission.ts";
import { Button, IconButton } from "../ui/button.tsx";
import { Select } from "../ui/field.tsx";
import { useLanguage, useWords } from "../words/words.ts";
import { accountName, roleName } from "./labels.ts";
import type { Account, Grant, Override, Powers, Role } from "./people.ts";
import { permissionWords } from "./permission-words.ts";
import { teamWords } from "./words.ts";

export interface Choices {
  readonly roles: readonly Role[];
  readonly accounts: readonly Account[];
  readonly permissions: readonly { readonly name: Permission; readonly atAccounts: boolean }[];
}

/** Roles with where they count, and exceptions of one person. */
export function PowersForm({
  powers,
  onChange,
  choices,
}: {
  readonly powers: Powers;
  readonly onChange: (powers: Powers) => void;
  readonly choices: Choices;
}) {
  const t = useWords(teamWords);
  const p = useWords(permissionWords);
  const language = useLanguage();
  const { roles, accounts, permissions } = choices;
  const { grants, overrides } = powers;
  const setGrant = (at: number, grant: Grant): void => onChange({ ...powers, grants: grants.with(at, grant) });
  const setOverride = (at: number, one: Override): void => onChange({ ...powers, overrides: overrides.with(at, one) });
  const atAccounts = (name: string): boolean => permissions.find((one) => one.name === name)?.atAccounts ?? false;
  return (
    <>
      <fieldset className="flex flex-col gap-2">
        <legend className="mb-1.5 text-sm font-medium">{t("rolesOf")}</legend>
        {grants.map((grant, at) => (
          <div
            // biome-ignore lint/suspicious/noArrayIndexKey: lines have no identity but their place
            key={at}
            className="flex items-center gap-2"
          >
            <Select
              aria-label={t("role")}
              value={grant.roleId}
              onChange={({ target }) => setGrant(at, { ...grant, roleId: target.value })}
            >
              {roles.map((role) => (
                <option key={role.id} value={role.id}>
                  {roleName(role, language)}
                </option>
              ))}
              {roles.some(({ id }) => id === grant.roleId) ? null : (
                <option value={grant.roleId}>{t("goneRole")}</option>
              )}
            </Select>
            <Where
              accounts={accounts}
              chosen={grant.accountId}
              onChange={(accountId) => setGrant(at, { ...grant, accountId })}
            />
            <IconButton
              icon={X}
              label={t("removeLine")}
              onClick={() => onChange({ ...powers, grants: grants.toSpliced(at, 1) })}
            />
          </div>
        ))}
        <Button
          size="small"
          icon={Plus}
          className="self-start"
          onClick={() => onChange({ ...powers, grants: [...grants, { roleId: "agent", accountId: null }] })}
        >
          {t("addRole")}
        </Button>
      </fieldset>
      <fieldset className="flex flex-col gap-2">
        <legend className="text-sm font-medium">{t("exceptionsTitle")}</legend>
        <p className="mb-1 text-xs text-muted">{t("exceptionsText")}</p>
        {overrides.map((one, at) => (
          <div
            // biome-ignore lint/suspicious/noArrayIndexKey: lines have no identity but their place
            key={at}
            className="grid grid-cols-[minmax(0,1fr)_auto] gap-2 sm:grid-cols-[8rem_minmax(0,1fr)_minmax(0,1fr)_auto]"
          >
            <Select
              aria-label={t("effect")}
              value={one.effect}
              onChange={({ target }) => setOverride(at, { ...one, effect: target.value === "deny" ? "deny" : "allow" })}
            >
              <option value="allow">{t("allow")}</option>
              <option value="deny">{t("deny")}</option>
            </Select>
            <IconButton
              icon={X}
              label={t("removeLine")}
              className="sm:order-last"
              onClick={() => onChange({ ...powers, overrides: overrides.toSpliced(at, 1) })}
            />
            <Select
              aria-label={t("permission")}
              value={one.permission}
              onChange={({ target }) => {
                const permission = target.value as Permission;
                setOverride(at, { ...one, permission, accountId: atAccounts(permission) ? one.accountId : null });
              }}
              className="max-sm:col-span-2"
            >
              {permissions.map(({ name }) => (
                <option key={name} value={name}>
                  {p(name)}
                </option>
              ))}
            </Select>
            <div className="max-sm:col-span-2">
              <Where
                accounts={atAccounts(one.permission) ? accounts : []}
                chosen={one.accountId}
                onChange={(accountId) => setOverride(at, { ...one, accountId })}
              />
            </div>
          </div>
        ))}
        <Button
          size="small"
          icon={Plus}
          className="self-start"
          onClick={() =>
            onChange({
              ...powers,
              overrides: [...overrides, { permission: "contacts.manage", accountId: null, effect: "deny" }],
            })
          }
        >
          {t("addException")}
        </Button>
      </fieldset>
    </>
  );
}

function Where({
  accounts,
  chosen,
  onChange,
}: {
  readonly accounts: readonly Account[];
  readonly chosen: string | null;
  readonly onChange: (accountId: string | null) => void;
}) {
  const t = useWords(teamWords);
  const language = useLanguage();
  return (
    <Select aria-label={t("where")} value={chosen ?? ""} onChange={({ target }) => onChange(target.value || null)}>
      <option value="">{t("everywhere")}</option>
      {accounts.map((account) => (
        <option key={account.id} value={account.id}>
          {accountName(account, language)}
        </option>
      ))}
      {chosen !== null && !accounts.some(({ id }) => id === chosen) ? (
        <option value={chosen}>{t("goneAccount")}</option>
      ) : null}
    </Select>
  );
}
