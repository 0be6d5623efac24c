import { useMutation } from "@tanstack/react-query";
import { useTranslations } from "use-intl";
import { failureCodeOf } from "@/components/i18n/failure-code-of";
import { FailureLine } from "@/components/i18n/failure-line";
import { useFormat } from "@/components/i18n/use-format";
import { Button } from "@/components/ui/button";
import { type SettingsOverview, useTRPC } from "@/lib/browser/trpc";
import { SettingsSection } from "./settings-section";

type Channel = SettingsOverview["channels"][number];

/** Where the team is told of what happens; secrets stay on the server. */
export function Notifications({ overview }: { overview: SettingsOverview }) {
  const t = useTranslations("settings.notifications");
  const { channels, channelProblems, resetByMail } = overview;
  return (
    <SettingsSection title={t("title")}>
      {channels.length === 0 && <p className="text-ink-2">{t("none")}</p>}
      {channels.length > 0 && (
        <ul className="divide-y divide-line">
          {channels.map((channel) => (
            <ChannelLine key={channel.name} channel={channel} />
          ))}
        </ul>
      )}
      {channelProblems.map((problem) => (
        <p key={problem} lang="en" className="text-small text-amber">
          {problem}
        </p>
      ))}
      <p className="text-small text-ink-2">{resetByMail ? t("mail") : t("noMail")}</p>
    </SettingsSection>
  );
}

function ChannelLine({ channel: { name, to } }: { channel: Channel }) {
  const t = useTranslations("settings.notifications");
  const format = useFormat();
  const trpc = useTRPC();
  const test = useMutation(trpc.settings.testNotification.mutationOptions());
  const result = test.data?.[0];
  const title = t(`channels.${name}`);
  return (
    <li data-channel={name} className="flex flex-col gap-2 py-2">
      <div className="flex items-center gap-3">
        <p className="min-w-0 flex-1">
          {title} <span className="text-small text-ink-2 wrap-anywhere">{to}</span>
        </p>
        <Button
          look="quiet"
          aria-label={t("testNamed", { channel: title })}
          disabled={test.isPending}
          onClick={() => test.mutate({ channel: name })}
        >
          {t("test")}
        </Button>
      </div>
      {test.isError && <FailureLine code={failureCodeOf(test.error)} />}
      {result && (
        <p role="status" className="text-small text-ink-2 wrap-anywhere">
          {result.ok
            ? t("sent", { time: format.duration(result.durationMs) })
            : t("failed", { error: result.error ?? "" })}
        </p>
      )}
    </li>
  );
}
