import { type ReactNode, useId } from "react";

interface LabelledProps {
  label: string;
  hint?: string | undefined;
  className?: string | undefined;
  children(field: { id: string; "aria-describedby": string | undefined }): ReactNode;
}

/** A field below its label, with what there is to say about it. */
export function Labelled({ label, hint, className = "", children }: LabelledProps) {
  const id = useId();
  const hintId = `${id}-hint`;
  return (
    <div className={`flex flex-col gap-1 ${className}`}>
      <label htmlFor={id} className="text-small text-ink-2">
        {label}
      </label>
      {children({ id, "aria-describedby": hint ? hintId : undefined })}
      {hint && (
        <p id={hintId} className="text-small text-ink-2">
          {hint}
        </p>
      )}
    </div>
  );
}
