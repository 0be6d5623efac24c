import { TriangleAlert } from "lucide-react";
import { useTranslations } from "use-intl";
import type { Caution } from "@/lib/prediction/outcome";

interface CautionsProps {
  cautions: readonly Caution[];
  /** Whom the model was trained on, where it says so. */
  ages: readonly [number, number] | null;
}

/** What the model was not made for, said before any number. */
export function Cautions({ cautions, ages }: CautionsProps) {
  const t = useTranslations("predict.cautions");
  if (cautions.length === 0) return null;
  return (
    <section
      data-cautions
      aria-label={t("title")}
      className="rounded-control border border-amber/40 bg-amber-wash px-3 py-2.5"
    >
      <h2 className="flex items-center gap-2 font-semibold">
        <TriangleAlert size={16} aria-hidden="true" className="shrink-0 text-amber" />
        {t("title")}
      </h2>
      <ul className="mt-1 flex flex-col gap-1">
        {cautions.map(({ kind, value }) => (
          <li key={kind}>{t(kind, { value, range: ages ? `${ages[0]}–${ages[1]}` : "none" })}</li>
        ))}
      </ul>
    </section>
  );
}
