import { Plus, Trash2 } from "lucide-react";
import { inLanguage, type LocalizedText } from "../../../engine/core/domain/language.ts";
import { addLanguage, addTrigger, removeTrigger } from "../../../engine/core/flow/commands.ts";
import { Button, IconButton } from "../../ui/button.tsx";
import { Field, Input, Select } from "../../ui/field.tsx";
import { Menu, MenuItem } from "../../ui/menu.tsx";
import { useLanguage, useWords } from "../../words/words.ts";
import { type TriggerLike, triggerWords } from "../canvas/start-card.tsx";
import { useFlow, useFlowPart } from "../flow-context.ts";
import { flowWords } from "../words.ts";

const NEW_TRIGGERS = [
  { on: "message" },
  { on: "keyword", keywords: ["bonjour"] },
  { on: "referral" },
  { on: "api" },
] as const;

const words = (text: string): readonly string[] =>
  text
    .split(",")
    .map((word) => word.trim())
    .filter(Boolean);

/** What is true of the whole flow: its name, its languages, what starts it, words that always work. */
export function FlowForm() {
  const t = useWords(flowWords);
  const language = useLanguage();
  const { session, mayEdit } = useFlow();
  const drawing = useFlowPart((state) => state.drawing);
  const isReadable = useFlowPart((state) => state.isReadable);
  if (!drawing) return null;
  const isDisabled = !mayEdit || !isReadable;
  const name = drawing.value.name as LocalizedText | undefined;
  const triggers = (drawing.sketch.triggers ?? []) as readonly TriggerLike[];
  const interrupts = (drawing.sketch.interrupts ?? []) as readonly { keywords?: readonly string[]; to: string }[];
  return (
    <div className="flex flex-col gap-5 p-4">
      <h2 className="font-semibold">{t("flowSettings")}</h2>
      <Field label={t("flowName")}>
        {(control) => (
          <Input
            {...control}
            disabled={isDisabled}
            value={name === undefined ? "" : inLanguage(name, language)}
            onChange={({ target }) =>
              session.edit(
                [
                  {
                    type: "set",
                    path: name !== null && typeof name === "object" ? ["name", language] : ["name"],
                    value: target.value,
                  },
                ],
                "flow.name",
              )
            }
          />
        )}
      </Field>
      <fieldset className="flex flex-col gap-2">
        <legend className="mb-1 text-sm font-medium">{t("languages")}</legend>
        <p className="text-xs text-muted">{t("languagesHelp")}</p>
        <p>{drawing.languages.map((one) => t(one === "fr" ? "french" : "english")).join(", ")}</p>
        {isDisabled || drawing.languages.length > 1 ? null : (
          <Button
            look="quiet"
            size="small"
            icon={Plus}
            className="self-start"
            onClick={() => session.edit(addLanguage(drawing.sketch, drawing.languages.includes("fr") ? "en" : "fr"))}
          >
            {t("addLanguage")}
          </Button>
        )}
      </fieldset>
      <fieldset className="flex flex-col gap-2">
        <legend className="mb-1 text-sm font-medium">{t("triggers")}</legend>
        {triggers.map((trigger, index) => (
          <div
            key={JSON.stringify(trigger)}
            className="flex items-center gap-2 rounded-md border border-line bg-paper px-3 py-1"
          >
            {trigger.on === "keyword" ? (
              <Input
                aria-label={t("keywords")}
                defaultValue={(trigger.keywords ?? []).join(", ")}
                disabled={isDisabled}
                onBlur={({ target }) => {
                  const next = words(target.value);
                  if (next.length > 0 && next.join() !== (trigger.keywords ?? []).join())
                    session.edit([{ type: "set", path: ["triggers", index, "keywords"], value: next }]);
                }}
              />
            ) : (
              <span className="flex-1 py-1.5">{triggerWords(trigger, t)}</span>
            )}
            {isDisabled ? null : (
              <IconButton
                icon={Trash2}
                size="small"
                label={t("remove")}
                onClick={() => session.edit(removeTrigger(index))}
              />
            )}
          </div>
        ))}
        {isDisabled ? null : (
          <Menu
            align="start"
            trigger={
              <Button look="quiet" size="small" icon={Plus} className="self-start">
                {t("addTrigger")}
              </Button>
            }
          >
            {NEW_TRIGGERS.map((trigger) => (
              <MenuItem key={trigger.on} onSelect={() => session.edit(addTrigger(drawing.sketch, trigger))}>
                {triggerWords(trigger, t)}
              </MenuItem>
            ))}
          </Menu>
        )}
      </fieldset>
      <fieldset className="flex flex-col gap-2">
        <legend className="mb-1 text-sm font-medium">{t("interrupts")}</legend>
        {interrupts.map(({ keywords = [], to }, index) => (
          <div key={`${to}-${keywords.join()}`} className="flex items-center gap-2">
            <Input
              aria-label={t("keywords")}
              defaultValue={keywords.join(", ")}
              disabled={isDisabled}
              onBlur={({ target }) => {
                const next = words(target.value);
                if (next.length > 0 && next.join() !== keywords.join())
                  session.edit([{ type: "set", path: ["interrupts", index, "keywords"], value: next }]);
              }}
            />
            <Select
              aria-label={t("connectTo")}
              value={to}
              disabled={isDisabled}
              onChange={({ target }) =>
                session.edit([{ type: "set", path: ["interrupts", index, "to"], value: target.value }])
              }
              className="max-w-32"
            >
              {[...drawing.nodes.keys()].map((id) => (
                <option key={id} value={id}>
                  {id}
                </option>
              ))}
            </Select>
            {isDisabled ? null : (
              <IconButton
                icon={Trash2}
                size="small"
                label={t("remove")}
                onClick={() =>
                  session.edit([
                    { type: "remove", path: interrupts.length > 1 ? ["interrupts", index] : ["interrupts"] },
                  ])
                }
              />
            )}
          </div>
        ))}
        {isDisabled ? null : (
          <Button
            look="quiet"
            size="small"
            icon={Plus}
            className="self-start"
            onClick={() =>
              session.edit([
                interrupts.length === 0
                  ? { type: "set", path: ["interrupts"], value: [{ keywords: ["menu"], to: drawing.start }] }
                  : {
                      type: "set",
                      path: ["interrupts", interrupts.length],
                      value: { keywords: [`menu-${interrupts.length + 1}`], to: drawing.start },
                    },
              ])
            }
          >
            {t("addInterrupt")}
          </Button>
        )}
      </fieldset>
    </div>
  );
}
