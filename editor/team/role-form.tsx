import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";
import type { Permission } from "../../engine/core/domain/permission.ts";
import { askJson } from "../api.ts";
import { useAct } from "../session/use-act.ts";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Field, Input } from "../ui/field.tsx";
import { toast } from "../ui/toast.tsx";
import { useLanguage, useWords } from "../words/words.ts";
import { roleName, roleText } from "./labels.ts";
import { type Role, teamSentence } from "./people.ts";
import { PermissionList } from "./permission-list.tsx";
import { teamWords } from "./words.ts";

/** A role of the workspace's own: new, or changed for everybody who has it. */
export function RoleForm({
  role,
  all,
  onClose,
}: {
  readonly role?: Role;
  readonly all: readonly Permission[];
  readonly onClose: () => void;
}) {
  const t = useWords(teamWords);
  const language = useLanguage();
  const queries = useQueryClient();
  const form = useId();
  const [name, setName] = useState(role ? roleName(role, language) : "");
  const [description, setDescription] = useState(role ? roleText(role, language) : "");
  const [permissions, setPermissions] = useState<readonly Permission[]>(role?.permissions ?? []);
  const { busy, problem, run } = useAct(teamSentence);
  const done = async (text: string): Promise<void> => {
    await Promise.all([
      queries.invalidateQueries({ queryKey: ["team"] }),
      queries.invalidateQueries({ queryKey: ["session"] }),
    ]);
    toast({ text });
    onClose();
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    void run(async () => {
      const body = { name: name.trim(), description: description.trim(), permissions };
      await askJson(role ? `/api/roles/${role.id}` : "/api/roles", { method: role ? "PUT" : "POST", body });
      await done(t("roleSaved", { name: body.name }));
    });
  };
  const restore = async (known: Role): Promise<void> => {
    const body = {
      name: roleName(known, language),
      description: roleText(known, language),
      permissions: known.permissions,
    };
    try {
      await askJson("/api/roles", { method: "POST", body });
      await queries.invalidateQueries({ queryKey: ["team"] });
    } catch (error) {
      toast({ text: teamSentence(error), tone: "problem" });
    }
  };
  const remove = (known: Role): void =>
    void run(async () => {
      await askJson(`/api/roles/${known.id}`, { method: "DELETE" });
      await queries.invalidateQueries({ queryKey: ["team"] });
      const text = t("roleDeleted", { name: roleName(known, language) });
      toast({ text, action: { label: t("undo"), run: () => void restore(known) } });
      onClose();
    });
  return (
    <Dialog
      open
      onClose={onClose}
      title={role ? t("editRole", { name: roleName(role, language) }) : t("newRole")}
      actions={
        <>
          {role ? (
            <Button look="quiet" className="mr-auto text-problem" busy={busy} onClick={() => remove(role)}>
              {t("deleteRole")}
            </Button>
          ) : null}
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button type="submit" form={form} look="primary" busy={busy}>
            {t("save")}
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit} className="flex flex-col gap-4">
        <Field label={t("name")} error={problem}>
          {(control) => (
            <Input
              {...control}
              required
              maxLength={100}
              value={name}
              onChange={({ target }) => setName(target.value)}
            />
          )}
        </Field>
        <Field label={t("description")}>
          {(control) => (
            <Input
              {...control}
              maxLength={500}
              value={description}
              onChange={({ target }) => setDescription(target.value)}
            />
          )}
        </Field>
        <PermissionList label={t("permissionsTitle")} all={all} chosen={permissions} onChange={setPermissions} />
      </form>
    </Dialog>
  );
}
