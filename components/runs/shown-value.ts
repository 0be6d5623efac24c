import { useTranslations } from "use-intl";

/** How a value of the configuration is written: flags as yes and no, lists by commas, numbers as the file has them. */
export function useShownValue(): (value: unknown) => string {
  const t = useTranslations("runs.run");
  return (value) => {
    if (typeof value === "boolean") return t(value ? "yes" : "no");
    if (Array.isArray(value)) return value.join(", ");
    return value === undefined || value === null ? "–" : String(value);
  };
}
