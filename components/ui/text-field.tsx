import type { ComponentProps } from "react";
import { Labelled } from "./labelled";

interface TextFieldProps extends Omit<ComponentProps<"input">, "id"> {
  label: string;
  hint?: string;
}

/** A labelled line of text. */
export function TextField({ label, hint, className, ...props }: TextFieldProps) {
  return (
    <Labelled label={label} hint={hint} className={className}>
      {(field) => (
        <input
          {...field}
          className="min-h-9 rounded-control border border-line-strong bg-ground px-3 text-body text-ink"
          {...props}
        />
      )}
    </Labelled>
  );
}
