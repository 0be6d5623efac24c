import { useMutation } from "@tanstack/react-query";
import { useId } from "react";
import { useTranslations } from "use-intl";
import { failureCodeOf } from "@/components/i18n/failure-code-of";
import { FailureLine } from "@/components/i18n/failure-line";
import { type SettingsOverview, useTRPC } from "@/lib/browser/trpc";
import { FixedLine, SavedLine, SettingsSection } from "./settings-section";
import { useSettingsRefresh } from "./use-settings-refresh";

interface AdminSecondFactorProps {
  setting: SettingsOverview["adminSecondFactor"];
  isOwnOn: boolean;
}

/** Whether administrators must have a second factor. */
export function AdminSecondFactor({ setting, isOwnOn }: AdminSecondFactorProps) {
  const t = useTranslations("settings.factor");
  const trpc = useTRPC();
  const id = useId();
  const change = useMutation(trpc.settings.changeAdminSecondFactor.mutationOptions(useSettingsRefresh()));
  const isFixed = setting.source === "environment";
  return (
    <SettingsSection title={t("title")}>
      {change.isError && <FailureLine code={failureCodeOf(change.error)} />}
      <label htmlFor={id} className="flex min-h-8 items-center gap-2.5">
        <input
          id={id}
          type="checkbox"
          checked={change.isPending ? change.variables.value : setting.value}
          disabled={isFixed || change.isPending}
          onChange={({ target }) => change.mutate({ value: target.checked, seen: setting.value })}
          className="size-4 shrink-0 accent-accent"
        />
        {t("required")}
      </label>
      <p className="text-small text-ink-2">
        {t("what")} {!isOwnOn && !setting.value && t("own")}
      </p>
      {isFixed && <FixedLine variable={setting.variable} />}
      {change.isSuccess && <SavedLine />}
    </SettingsSection>
  );
}
