import type { LucideIcon } from "lucide-react";
import type { ButtonHTMLAttributes, Ref } from "react";
import { classes } from "./classes.ts";
import { Tooltip } from "./tooltip.tsx";

export type ButtonLook = "primary" | "secondary" | "quiet" | "danger";

const LOOKS: Readonly<Record<ButtonLook, string>> = {
  primary: "bg-brand text-on-brand hover:brightness-110 disabled:opacity-50",
  secondary: "border border-line bg-surface text-ink hover:bg-sunken disabled:opacity-50",
  quiet: "text-ink hover:bg-sunken disabled:opacity-40",
  danger: "bg-problem text-on-problem hover:brightness-110 disabled:opacity-50",
};

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  readonly look?: ButtonLook;
  readonly size?: "small" | "normal";
  readonly icon?: LucideIcon;
  readonly busy?: boolean;
  readonly ref?: Ref<HTMLButtonElement>;
}

/** A button with words. While `busy` it cannot be pressed again. */
export function Button({
  look = "secondary",
  size = "normal",
  icon: Icon,
  busy = false,
  className,
  children,
  disabled,
  ...rest
}: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      disabled={disabled || busy}
      aria-busy={busy || undefined}
      className={classes(
        "inline-flex shrink-0 items-center justify-center gap-2 rounded-md font-medium whitespace-nowrap transition-[filter,background-color] duration-150",
        size === "small" ? "min-h-8 px-2.5 text-xs" : "min-h-9 px-3.5 text-sm pointer-coarse:min-h-11",
        LOOKS[look],
        className,
      )}
    >
      {Icon ? <Icon size={16} strokeWidth={1.75} aria-hidden /> : null}
      {children}
    </button>
  );
}

interface IconButtonProps extends Omit<ButtonProps, "icon" | "children"> {
  readonly icon: LucideIcon;
  /** Said to who cannot see it, and shown on hover. */
  readonly label: string;
  /** The key that does the same. */
  readonly hint?: string;
  readonly pressed?: boolean;
}

/** A button that is only an icon. */
export function IconButton({
  icon: Icon,
  label,
  hint,
  pressed,
  look = "quiet",
  size = "normal",
  className,
  busy = false,
  disabled,
  ...rest
}: IconButtonProps) {
  return (
    <Tooltip text={label} {...(hint === undefined ? {} : { hint })}>
      <button
        type="button"
        {...rest}
        aria-label={label}
        aria-pressed={pressed}
        disabled={disabled || busy}
        className={classes(
          "inline-flex shrink-0 items-center justify-center rounded-md transition-colors duration-150",
          size === "small" ? "size-7" : "size-9 pointer-coarse:size-11",
          LOOKS[look],
          pressed && "bg-brand-soft text-brand",
          className,
        )}
      >
        <Icon size={size === "small" ? 16 : 18} strokeWidth={1.75} aria-hidden />
      </button>
    </Tooltip>
  );
}
