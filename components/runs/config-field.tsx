import { useId } from "react";
import { useTranslations } from "use-intl";
import { useFormat } from "@/components/i18n/use-format";
import { SelectField } from "@/components/ui/select-field";
import { TextField } from "@/components/ui/text-field";
import type { Bounds, ConfigField as Field } from "@/lib/training/config-fields";
import { useShownValue } from "./shown-value";

interface ConfigFieldProps {
  field: Field;
  value: unknown;
  /** What the preset has, where the value differs from it. */
  presetValue: unknown;
  differs: boolean;
  invalid: boolean;
  onChange(value: unknown): void;
}

/** One value of the configuration, as its schema describes it. */
export function ConfigField({ field, value, presetValue, differs, invalid, onChange }: ConfigFieldProps) {
  const t = useTranslations("runs");
  const boundsText = useBoundsText();
  const shown = useShownValue();
  const label = t(`config.${field.key}`);
  const preset = differs ? t("start.presetHas", { value: shown(presetValue) }) : "";
  const mark = differs ? "border-l-2 border-accent pl-2" : "";
  switch (field.kind) {
    case "number":
      return (
        <TextField
          label={label}
          type="number"
          step={field.isInteger ? 1 : "any"}
          min={field.bounds.least ?? undefined}
          max={field.bounds.most ?? undefined}
          value={Number.isNaN(value) ? "" : String(value)}
          aria-invalid={invalid}
          hint={[boundsText(field.bounds), preset].filter(Boolean).join(" · ")}
          onChange={(event) => onChange(event.currentTarget.valueAsNumber)}
          className={mark}
        />
      );
    case "flag":
      return <Flag label={label} hint={preset} mark={mark} value={value === true} onChange={onChange} />;
    case "choice":
      return (
        <SelectField
          label={label}
          choices={field.options.map((option) => ({ value: option, title: option }))}
          value={String(value)}
          hint={preset}
          onChange={(event) => onChange(event.currentTarget.value)}
          className={mark}
        />
      );
    case "choices": {
      const chosen = Array.isArray(value) ? value : [];
      return (
        <fieldset className={`flex flex-col gap-1 ${mark}`} aria-invalid={invalid}>
          <legend className="text-small text-ink-2">{label}</legend>
          {field.options.map((option) => (
            <label key={option} className="inline-flex min-h-6 items-center gap-2">
              <input
                type="checkbox"
                className="size-4 accent-(--accent)"
                checked={chosen.includes(option)}
                onChange={(event) =>
                  onChange(
                    field.options.filter((one) =>
                      one === option ? event.currentTarget.checked : chosen.includes(one),
                    ),
                  )
                }
              />
              {option}
            </label>
          ))}
          {preset && <p className="text-small text-ink-2">{preset}</p>}
        </fieldset>
      );
    }
  }
}

interface FlagProps {
  label: string;
  hint: string;
  mark: string;
  value: boolean;
  onChange(value: boolean): void;
}

function Flag({ label, hint, mark, value, onChange }: FlagProps) {
  const id = useId();
  return (
    <div className={`flex flex-col justify-center gap-1 ${mark}`}>
      <label className="inline-flex min-h-9 items-center gap-2">
        <input
          type="checkbox"
          className="size-4 accent-(--accent)"
          checked={value}
          aria-describedby={hint ? id : undefined}
          onChange={(event) => onChange(event.currentTarget.checked)}
        />
        {label}
      </label>
      {hint && (
        <p id={id} className="text-small text-ink-2">
          {hint}
        </p>
      )}
    </div>
  );
}

function useBoundsText() {
  const t = useTranslations("runs.start");
  const format = useFormat();
  const number = (value: number) => format.number(value, String(value).split(".")[1]?.length ?? 0);
  return ({ least, most, leastExcluded, mostExcluded }: Bounds) => {
    if (least === null && most === null) return "";
    const parts: string[] = [];
    if (least !== null && most !== null && !leastExcluded && !mostExcluded)
      return t("between", { least: number(least), most: number(most) });
    if (least !== null) parts.push(t(leastExcluded ? "above" : "atLeast", { least: number(least) }));
    if (most !== null) parts.push(mostExcluded ? t("below", { most: number(most) }) : `≤ ${number(most)}`);
    return parts.join(", ");
  };
}
