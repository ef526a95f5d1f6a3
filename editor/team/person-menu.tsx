import { useQueryClient } from "@tanstack/react-query";
import { Ellipsis, Link, LogOut, Pencil, ShieldOff, UserCheck, UserMinus, UserX } from "lucide-react";
import { useState } from "react";
import { askJson } from "../api.ts";
import { useSession } from "../session/session.ts";
import { IconButton } from "../ui/button.tsx";
import { Menu, MenuItem, MenuLine } from "../ui/menu.tsx";
import { toast } from "../ui/toast.tsx";
import { useWords } from "../words/words.ts";
import { EditPerson } from "./edit-person.tsx";
import { LinkDialog } from "./link-dialog.tsx";
import { type OneTimeLink, type Person, teamSentence } from "./people.ts";
import type { Choices } from "./powers-form.tsx";
import { RemovePerson } from "./remove-person.tsx";
import { teamWords } from "./words.ts";

/** What can be done about one of the team. */
export function PersonMenu({ person, choices }: { readonly person: Person; readonly choices: Choices }) {
  const t = useWords(teamWords);
  const queries = useQueryClient();
  const isOneself = useSession()?.user?.id === person.id;
  const [open, setOpen] = useState<"edit" | "remove" | OneTimeLink>();
  const { id, name, status } = person;
  const act = async (run: () => Promise<string | null>): Promise<void> => {
    try {
      const text = await run();
      await queries.invalidateQueries({ queryKey: ["team"] });
      if (text !== null) toast({ text });
    } catch (error) {
      toast({ text: teamSentence(error), tone: "problem" });
    }
  };
  const makeLink = () =>
    act(async () => {
      setOpen(await askJson<OneTimeLink>(`/api/users/${id}/link`, { method: "POST", body: {} }));
      return null;
    });
  const signOut = () =>
    act(async () => {
      const { ended } = await askJson<{ readonly ended: number }>(`/api/users/${id}/sessions`, { method: "DELETE" });
      return t("signedOut", { name, count: ended });
    });
  const takeFactor = () =>
    act(async () => {
      await askJson(`/api/users/${id}/two-factor`, { method: "DELETE" });
      return t("twoFactorOff", { name });
    });
  const setStatus = (next: "active" | "disabled") =>
    act(async () => {
      await askJson(`/api/users/${id}`, { method: "PUT", body: { status: next } });
      return t(next === "active" ? "enabledNow" : "disabledNow", { name });
    });
  return (
    <>
      <Menu trigger={<IconButton icon={Ellipsis} label={t("actions", { name })} />}>
        <MenuItem icon={Pencil} onSelect={() => setOpen("edit")}>
          {t("edit")}
        </MenuItem>
        {status === "disabled" ? null : (
          <MenuItem icon={Link} onSelect={() => void makeLink()}>
            {t(status === "invited" ? "newInvitation" : "newPassword")}
          </MenuItem>
        )}
        {status === "active" ? (
          <MenuItem icon={LogOut} onSelect={() => void signOut()}>
            {t("signOutAll")}
          </MenuItem>
        ) : null}
        {person.hasTwoFactor && !isOneself ? (
          <MenuItem icon={ShieldOff} onSelect={() => void takeFactor()}>
            {t("resetTwoFactor")}
          </MenuItem>
        ) : null}
        {isOneself ? null : (
          <>
            <MenuLine />
            {status === "disabled" ? (
              <MenuItem icon={UserCheck} onSelect={() => void setStatus("active")}>
                {t("enable")}
              </MenuItem>
            ) : status === "active" ? (
              <MenuItem icon={UserX} onSelect={() => void setStatus("disabled")}>
                {t("disable")}
              </MenuItem>
            ) : null}
            <MenuItem icon={UserMinus} danger onSelect={() => setOpen("remove")}>
              {t("remove")}
            </MenuItem>
          </>
        )}
      </Menu>
      {open === "edit" ? (
        <EditPerson person={person} choices={choices} onClose={() => setOpen(undefined)} />
      ) : open === "remove" ? (
        <RemovePerson person={person} onClose={() => setOpen(undefined)} />
      ) : open ? (
        <LinkDialog name={name} link={open} onClose={() => setOpen(undefined)} />
      ) : null}
    </>
  );
}
