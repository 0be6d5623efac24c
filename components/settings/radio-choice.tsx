import { useId } from "react";

interface RadioChoiceProps<Value extends string> {
  name: string;
  value: Value;
  options: readonly { value: Value; label: string }[];
  disabled?: boolean;
  onChange(value: Value): void;
}

/** One of a few, each a sentence. */
export function RadioChoice<Value extends string>(props: RadioChoiceProps<Value>) {
  const { name, value, options, disabled, onChange } = props;
  const id = useId();
  return (
    <div className="flex flex-col gap-1">
      {options.map((option) => (
        <label
          key={option.value}
          htmlFor={`${id}-${option.value}`}
          className="flex min-h-8 items-center gap-2.5 py-0.5"
        >
          <input
            id={`${id}-${option.value}`}
            type="radio"
            name={name}
            checked={option.value === value}
            disabled={disabled}
            onChange={() => onChange(option.value)}
            className="size-4 shrink-0 accent-accent"
          />
          {option.label}
        </label>
      ))}
    </div>
  );
}
