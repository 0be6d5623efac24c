import { Layers } from "lucide-react";
import { useTranslations } from "use-intl";
import { Button } from "@/components/ui/button";
import type { ReadyModel } from "@/lib/browser/predict/messages";
import type { Reading } from "@/lib/browser/predict/reading";

interface VersionLineProps {
  readings: readonly Reading[];
  model: ReadyModel;
  onReadAgain(): void;
}

/** A list read by two versions says so: their probabilities may not be compared, and those of a revoked one not used. */
export function VersionLine({ readings, model, onReadAgain }: VersionLineProps) {
  const t = useTranslations("worklist");
  const { version } = model.manifest;
  const others = readings.filter(
    ({ readBy, step }) =>
      readBy && (step === "done" || step === "refused") && readBy.manifestDigest !== model.manifestDigest,
  );
  if (others.length === 0) return null;
  const revoked = others.filter((reading) => reading.revoked);
  const [first] = revoked;
  const said = first ? revoked : others;
  const versions = [...new Set(said.map(({ readBy }) => readBy?.modelVersion))].join(", ");
  return (
    <div
      data-note="versions"
      className="mb-2 flex flex-wrap items-center gap-2 border-y border-line bg-amber-wash px-3 py-2 text-small"
    >
      <p className="flex min-w-0 flex-1 items-start gap-2">
        <Layers size={16} aria-hidden="true" className="mt-px shrink-0 text-amber" />
        {t(first ? "revokedVersion" : "otherVersion", { count: said.length, versions, version })}
      </p>
      <Button className="min-h-8 px-2 text-small" onClick={onReadAgain}>
        {t("readAgain", { version })}
      </Button>
    </div>
  );
}
