import { useId } from "react";

export interface Option<T extends string> {
  value: T;
  title: string;
  about?: string;
  disabled?: boolean;
}

/** One of several, each with a line that says what it is. */
export function Choices<T extends string>(props: {
  legend: string;
  name: string;
  value: T;
  onChange(value: T): void;
  options: Option<NoInfer<T>>[];
}) {
  const id = useId();
  return (
    <fieldset className="flex flex-col gap-1.5">
      <legend className="mb-1.5 font-semibold">{props.legend}</legend>
      {props.options.map(({ value, title, about, disabled }) => (
        <label
          key={value}
          className="flex cursor-pointer items-start gap-3 rounded-control border border-line px-3 py-2 has-checked:border-accent has-checked:bg-float has-disabled:cursor-default has-disabled:opacity-50"
        >
          <input
            type="radio"
            name={`${id}${props.name}`}
            value={value}
            checked={props.value === value}
            disabled={disabled}
            onChange={() => props.onChange(value)}
            className="mt-1 accent-accent"
          />
          <span>
            {title}
            {about && <span className="block text-small text-ink-2">{about}</span>}
          </span>
        </label>
      ))}
    </fieldset>
  );
}

export function Check(props: {
  title: string;
  about?: string;
  checked: boolean;
  onChange(on: boolean): void;
}) {
  return (
    <label className="flex cursor-pointer items-start gap-3 px-3">
      <input
        type="checkbox"
        checked={props.checked}
        onChange={(event) => props.onChange(event.target.checked)}
        className="mt-1 accent-accent"
      />
      <span>
        {props.title}
        {props.about && <span className="block text-small text-ink-2">{props.about}</span>}
      </span>
    </label>
  );
}
