import { useEffect, useState } from "react";
import { useTranslations } from "use-intl";
import { useFormat } from "@/components/i18n/use-format";
import { type KeptData as Kept, readKeptData } from "@/lib/browser/privacy/kept-data";

export function KeptData() {
  const t = useTranslations("privacy.kept");
  const format = useFormat();
  const [kept, setKept] = useState<Kept | null>(null);
  useEffect(() => void readKeptData().then(setKept), []);
  if (!kept) return <p className="text-ink-2">{t("reading")}</p>;

  const { model, manifestBytes, files, settings, usage } = kept;
  const rows: [string, string][] = [
    [
      model ? t("model", { version: model.version }) : t("noModel"),
      model ? format.bytes(model.sizeBytes) : "–",
    ],
    [t("manifest"), manifestBytes === null ? "–" : format.bytes(manifestBytes)],
    [
      files && files.count > 0 ? t("files", { count: files.count }) : t("noFiles"),
      files && files.count > 0 ? format.bytes(files.sizeBytes) : "–",
    ],
    [t("settings"), settings.length > 0 ? settings.join(", ") : "–"],
    [t("images"), t("never")],
  ];
  return (
    <>
      <dl className="tabular-nums">
        {rows.map(([name, value]) => (
          <div key={name} className="flex justify-between gap-6 border-t border-line py-1.5 first:border-t-0">
            <dt className="text-ink-2">{name}</dt>
            <dd className="text-right">{value}</dd>
          </div>
        ))}
      </dl>
      {usage && (
        <p className="mt-1 text-small text-ink-2">
          {t("usage", { used: format.bytes(usage.usedBytes), quota: format.bytes(usage.quotaBytes) })}
        </p>
      )}
    </>
  );
}
