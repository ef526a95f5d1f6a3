import { useState } from "react";
import { stringify } from "yaml";
import { applyEdits } from "../../engine/core/flow/edit.ts";
import { chosen, type FlowConflict } from "../../engine/core/flow/merge.ts";
import { Button } from "../ui/button.tsx";
import { classes } from "../ui/classes.ts";
import { Dialog } from "../ui/dialog.tsx";
import { catalogue, useWords } from "../words/words.ts";
import { useFlow, useFlowPart } from "./flow-context.ts";

const conflictWords = catalogue("flow.conflict", {
  fr: {
    title: "Quelqu'un d'autre a modifié ce scénario",
    text: "Vos changements et les siens touchent les mêmes blocs. Choisissez, pour chacun, la version à garder ; tout le reste est déjà réuni.",
    whole: "L'un des deux textes ne peut pas être lu : choisissez celui à garder en entier.",
    mine: "Ma version",
    theirs: "L'autre version",
    gone: "Supprimé",
    keep: "Garder ce choix",
    allMine: "Tout garder de moi",
    allTheirs: "Tout prendre de l'autre",
  },
  en: {
    title: "Somebody else changed this flow",
    text: "Your changes and theirs touch the same blocks. Choose for each which version to keep; all the rest is joined already.",
    whole: "One of the two texts cannot be read: choose which one to keep as a whole.",
    mine: "My version",
    theirs: "The other version",
    gone: "Deleted",
    keep: "Keep this choice",
    allMine: "Keep all of mine",
    allTheirs: "Take all of theirs",
  },
});

type Whose = "mine" | "theirs";

/** Two people changed the same blocks: both versions side by side, and a person decides. */
export function ConflictDialog() {
  const conflict = useFlowPart((state) => state.conflict);
  return conflict ? <Decide key={conflict.etag} /> : null;
}

function Decide() {
  const t = useWords(conflictWords);
  const { session } = useFlow();
  const conflict = useFlowPart((state) => state.conflict);
  const [choices, setChoices] = useState<Readonly<Record<string, Whose>>>({});
  if (!conflict) return null;
  const { merge, theirs } = conflict;
  const decide = (whose: (one: FlowConflict) => Whose): void => {
    if (!merge) return;
    const edits = [...merge.edits, ...merge.conflicts.map((one) => chosen(one, whose(one)))];
    session.decide(applyEdits(theirs, edits).source);
  };
  const nameOf = ({ path }: FlowConflict): string => path.join(".");
  return (
    <Dialog
      open
      onClose={() => {}}
      title={t("title")}
      description={t(merge ? "text" : "whole")}
      width="wide"
      actions={
        <>
          <Button onClick={() => (merge ? decide(() => "theirs") : session.decide(theirs))}>{t("allTheirs")}</Button>
          <Button onClick={() => (merge ? decide(() => "mine") : session.decide(session.state().source))}>
            {t("allMine")}
          </Button>
          {merge ? (
            <Button look="primary" onClick={() => decide((one) => choices[nameOf(one)] ?? "mine")}>
              {t("keep")}
            </Button>
          ) : null}
        </>
      }
    >
      <div className="flex flex-col gap-4">
        {merge?.conflicts.map((one) => {
          const name = nameOf(one);
          const whose = choices[name] ?? "mine";
          return (
            <fieldset key={name} className="rounded-md border border-line p-3">
              <legend className="px-1 font-mono text-xs">{one.path[one.path.length - 1]}</legend>
              <div className="grid gap-3 sm:grid-cols-2">
                {(["mine", "theirs"] as const).map((side) => (
                  <label
                    key={side}
                    className={classes(
                      "flex cursor-pointer flex-col gap-2 rounded-md border-2 p-2",
                      whose === side ? "border-brand" : "border-line",
                    )}
                  >
                    <span className="flex items-center gap-2 text-sm font-medium">
                      <input
                        type="radio"
                        name={name}
                        checked={whose === side}
                        onChange={() => setChoices({ ...choices, [name]: side })}
                      />
                      {t(side)}
                    </span>
                    <pre className="max-h-52 overflow-auto rounded-sm bg-sunken p-2 font-mono text-xs whitespace-pre-wrap">
                      {one[side] === undefined ? t("gone") : stringify(one[side], { lineWidth: 0 })}
                    </pre>
                  </label>
                ))}
              </div>
            </fieldset>
          );
        })}
      </div>
    </Dialog>
  );
}
