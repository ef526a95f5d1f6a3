import { Braces } from "lucide-react";
import { IconButton } from "../../ui/button.tsx";
import { Menu, MenuItem, MenuTitle } from "../../ui/menu.tsx";
import { useWords } from "../../words/words.ts";
import { useFlowPart } from "../flow-context.ts";
import { variablesOf } from "./variables.ts";
import { formWords } from "./words.ts";

const GROUPS = ["flowGroup", "contactGroup", "workspaceGroup"] as const;

/** What can be named at this place: values of this flow, of the customer, of the business. */
export function VariablePicker({ onPick }: { readonly onPick: (name: string) => void }) {
  const t = useWords(formWords);
  const known = useFlowPart(variablesOf);
  return (
    <Menu trigger={<IconButton icon={Braces} size="small" label={t("insertVariable")} />}>
      {GROUPS.map((group) => {
        const own = known.filter((variable) => variable.group === group);
        return own.length === 0 ? null : (
          <div key={group}>
            <MenuTitle>{t(group)}</MenuTitle>
            {own.map(({ name }) => (
              <MenuItem key={name} onSelect={() => onPick(name)}>
                <span className="font-mono text-xs">{name}</span>
              </MenuItem>
            ))}
          </div>
        );
      })}
    </Menu>
  );
}
