import { useMutation } from "@tanstack/react-query";
import { useTranslations } from "use-intl";
import { failureCodeOf } from "@/components/i18n/failure-code-of";
import { FailureLine } from "@/components/i18n/failure-line";
import { type SettingsOverview, useTRPC } from "@/lib/browser/trpc";
import { RadioChoice } from "./radio-choice";
import { FixedLine, SavedLine, SettingsSection } from "./settings-section";
import { useSettingsRefresh } from "./use-settings-refresh";

/** Who may read images. */
export function ReadingAccess({ setting }: { setting: SettingsOverview["readingAccess"] }) {
  const t = useTranslations("settings.reading");
  const trpc = useTRPC();
  const change = useMutation(trpc.settings.changeReadingAccess.mutationOptions(useSettingsRefresh()));
  const isFixed = setting.source === "environment";
  return (
    <SettingsSection title={t("title")}>
      <p className="text-ink-2">{t("what")}</p>
      {change.isError && <FailureLine code={failureCodeOf(change.error)} />}
      <RadioChoice
        name="reading"
        value={change.isPending ? change.variables.value : setting.value}
        options={(["open", "signed-in"] as const).map((value) => ({ value, label: t(value) }))}
        disabled={isFixed || change.isPending}
        onChange={(value) => change.mutate({ value, seen: setting.value })}
      />
      {isFixed && <FixedLine variable={setting.variable} />}
      {change.isSuccess && <SavedLine />}
      <p className="text-small text-ink-2">{t("note")}</p>
    </SettingsSection>
  );
}
