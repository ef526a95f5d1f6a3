import { useId } from "react";
import { Switch } from "../ui/switch.tsx";

/** A switch with its words at the left. */
export function SwitchField({
  label,
  help,
  error,
  checked,
  isDisabled,
  onChange,
}: {
  readonly label: string;
  readonly help?: string | undefined;
  readonly error?: string | undefined;
  readonly checked: boolean;
  readonly isDisabled: boolean;
  readonly onChange: (checked: boolean) => void;
}) {
  const id = useId();
  const said = error ?? help;
  return (
    <div className="flex items-start justify-between gap-4">
      <div>
        <label htmlFor={id} className="text-sm font-medium">
          {label}
        </label>
        {said ? <p className={`mt-0.5 text-xs ${error ? "text-problem" : "text-muted"}`}>{said}</p> : null}
      </div>
      <Switch id={id} checked={checked} onChange={onChange} disabled={isDisabled} />
    </div>
  );
}
