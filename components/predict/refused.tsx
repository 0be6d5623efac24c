import { CircleSlash } from "lucide-react";
import { useTranslations } from "use-intl";
import { useFormat } from "@/components/i18n/use-format";
import type { RefusalReason } from "@/lib/prediction/outcome";

/** Gray levels are whole; a limit of colour is a few hundredths. */
const digits: Record<RefusalReason["kind"], number> = {
  colour: 2,
  shape: 1,
  content: 0,
  "unlike-training": 1,
};

/** Why an image gets no probability. There is no number here that could be taken for one. */
export function Refused({ reasons }: { reasons: readonly RefusalReason[] }) {
  const t = useTranslations("predict.refusal");
  const format = useFormat();
  const figure = (kind: RefusalReason["kind"], value: number) => format.number(value, digits[kind]);
  return (
    <section data-refused aria-label={t("title")} className="flex flex-col gap-2">
      <h2 className="flex items-center gap-2.5 text-verdict font-semibold tracking-tight">
        <CircleSlash size={28} aria-hidden="true" className="text-amber" />
        {t("title")}
      </h2>
      <p>{t("text")}</p>
      <ul className="flex list-disc flex-col gap-1 pl-4">
        {reasons.map(({ kind, value, limit }) => (
          <li key={kind} data-reason={kind}>
            {t(kind, { value: figure(kind, value), limit: figure(kind, limit) })}
          </li>
        ))}
      </ul>
      <p className="text-ink-2">{t("look")}</p>
    </section>
  );
}
