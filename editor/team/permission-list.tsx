import type { Permission } from "../../engine/core/domain/permission.ts";
import { useWords } from "../words/words.ts";
import { permissionWords } from "./permission-words.ts";

/** Permissions to tick, in plain words. */
export function PermissionList({
  label,
  all,
  chosen,
  onChange,
}: {
  readonly label: string;
  readonly all: readonly Permission[];
  readonly chosen: readonly Permission[];
  readonly onChange: (chosen: readonly Permission[]) => void;
}) {
  const t = useWords(permissionWords);
  return (
    <fieldset>
      <legend className="mb-1.5 text-sm font-medium">{label}</legend>
      <div className="grid gap-x-4 sm:grid-cols-2">
        {all.map((permission) => (
          <label key={permission} className="flex min-h-9 items-center gap-2.5 text-sm pointer-coarse:min-h-11">
            <input
              type="checkbox"
              className="size-4 shrink-0 accent-brand"
              checked={chosen.includes(permission)}
              onChange={({ target }) =>
                onChange(target.checked ? [...chosen, permission] : chosen.filter((one) => one !== permission))
              }
            />
            {t(permission)}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
