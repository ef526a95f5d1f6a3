import { Switch as Radix } from "radix-ui";

/** On or off, at once. */
export function Switch({
  id,
  checked,
  onChange,
  label,
  disabled = false,
}: {
  readonly id?: string;
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
  readonly label?: string;
  readonly disabled?: boolean;
}) {
  return (
    <Radix.Root
      {...(id === undefined ? {} : { id })}
      checked={checked}
      onCheckedChange={onChange}
      disabled={disabled}
      aria-label={label}
      className="relative h-6 w-10 shrink-0 rounded-full bg-line-strong transition-colors duration-150 data-[state=checked]:bg-brand disabled:opacity-50"
    >
      <Radix.Thumb className="block size-5 translate-x-0.5 rounded-full bg-surface transition-transform duration-150 data-[state=checked]:translate-x-[18px]" />
    </Radix.Root>
  );
}
