import { useLocale } from "use-intl";
import { type Format, formatOf } from "@/components/ui/format";

/** Figures, sizes, durations and dates in the reader's language. */
export function useFormat(): Format {
  return formatOf(useLocale());
}
