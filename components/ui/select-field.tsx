import type { ComponentProps } from "react";
import type { Choice } from "./checked-popup";
import { Labelled } from "./labelled";

interface SelectFieldProps extends Omit<ComponentProps<"select">, "id"> {
  label: string;
  choices: readonly Choice[];
  hint?: string | undefined;
}

/** A labelled choice of one. */
export function SelectField({ label, choices, hint, className, ...props }: SelectFieldProps) {
  return (
    <Labelled label={label} hint={hint} className={className}>
      {(field) => (
        <select
          {...field}
          className="min-h-9 min-w-0 rounded-control border border-line-strong bg-ground px-2 text-ink"
          {...props}
        >
          {choices.map(({ value, title }) => (
            <option key={value} value={value}>
              {title}
            </option>
          ))}
        </select>
      )}
    </Labelled>
  );
}
