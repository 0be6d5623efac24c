import { useTranslations } from "use-intl";
import { TextField } from "@/components/ui/text-field";

/** The six digits of an authenticator. */
export function CodeField({ autoFocus = false }: { autoFocus?: boolean }) {
  const t = useTranslations("accounts");
  return (
    <TextField
      label={t("code")}
      name="code"
      inputMode="numeric"
      pattern="[0-9]{6}"
      autoComplete="one-time-code"
      autoFocus={autoFocus}
      required
    />
  );
}
