import { type ComponentProps, useId } from "react";
import type { Choice } from "./checked-popup";

interface SelectFieldProps extends Omit<ComponentProps<"select">, "id"> {
  label: string;
  choices: readonly Choice[];
  hint?: string | undefined;
}

/** A labelled choice of one. */
export function SelectField({ label, choices, hint, className = "", ...props }: SelectFieldProps) {
  const id = useId();
  return (
    <div className={`flex flex-col gap-1 ${className}`}>
      <label htmlFor={id} className="text-small text-ink-2">
        {label}
      </label>
      <select
        id={id}
        aria-describedby={hint ? `${id}-hint` : undefined}
        className="min-h-9 min-w-0 rounded-control border border-line-strong bg-ground px-2 text-ink"
        {...props}
      >
        {choices.map(({ value, title }) => (
          <option key={value} value={value}>
            {title}
          </option>
        ))}
      </select>
      {hint && (
        <p id={`${id}-hint`} className="text-small text-ink-2">
          {hint}
        </p>
      )}
    </div>
  );
}
