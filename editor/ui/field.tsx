import type { InputHTMLAttributes, ReactNode, Ref, SelectHTMLAttributes, TextareaHTMLAttributes } from "react";
import { useId } from "react";
import { classes } from "./classes.ts";

const BOX =
  "w-full rounded-md border border-line-strong/60 bg-surface px-3 text-sm text-ink transition-colors duration-150 hover:border-line-strong disabled:opacity-60 aria-invalid:border-problem";

export interface FieldProps {
  readonly label: string;
  readonly help?: string | undefined;
  readonly error?: string | undefined;
  /** Right of the label, e.g. a count. */
  readonly aside?: ReactNode;
  readonly hideLabel?: boolean;
  readonly children: (control: {
    readonly id: string;
    readonly "aria-describedby": string | undefined;
    readonly "aria-invalid": true | undefined;
  }) => ReactNode;
}

/** A label, a control, what helps, and what is wrong. */
export function Field({ label, help, error, aside, hideLabel = false, children }: FieldProps) {
  const id = useId();
  const said = error ?? help;
  return (
    <div className="flex flex-col gap-1.5">
      <div className={classes("flex items-baseline justify-between gap-2", hideLabel && !aside && "sr-only")}>
        <label htmlFor={id} className={classes("text-sm font-medium", hideLabel && "sr-only")}>
          {label}
        </label>
        {aside}
      </div>
      {children({
        id,
        "aria-describedby": said ? `${id}-said` : undefined,
        "aria-invalid": error ? true : undefined,
      })}
      {said ? (
        <p
          id={`${id}-said`}
          role={error ? "alert" : undefined}
          className={classes("text-xs", error ? "text-problem" : "text-muted")}
        >
          {said}
        </p>
      ) : null}
    </div>
  );
}

export function Input({
  className,
  ...rest
}: InputHTMLAttributes<HTMLInputElement> & { readonly ref?: Ref<HTMLInputElement> }) {
  return <input {...rest} className={classes(BOX, "h-9 pointer-coarse:h-11", className)} />;
}

/** Grows with what is written in it. */
export function TextArea({
  className,
  ...rest
}: TextareaHTMLAttributes<HTMLTextAreaElement> & { readonly ref?: Ref<HTMLTextAreaElement> }) {
  return (
    <textarea
      rows={2}
      {...rest}
      className={classes(BOX, "field-sizing-content max-h-96 min-h-16 resize-y py-2 leading-5", className)}
    />
  );
}

export function Select({ className, ...rest }: SelectHTMLAttributes<HTMLSelectElement>) {
  return <select {...rest} className={classes(BOX, "h-9 pointer-coarse:h-11", className)} />;
}
