import { useTranslations } from "use-intl";
import { useFormat } from "@/components/i18n/use-format";
import { Disclosure } from "@/components/ui/disclosure";
import { FactRows } from "@/components/ui/fact-rows";
import { shortDigest } from "@/components/ui/format";
import type { Reading, ReadPrediction } from "@/lib/browser/predict/reading";
import type { ModelManifest } from "@/lib/manifest";

interface DetailsProps {
  reading: Reading;
  prediction: ReadPrediction;
  manifest: ModelManifest;
}

/** How this result came about, for whoever wants to check it. */
export function Details({ reading, prediction, manifest }: DetailsProps) {
  const t = useTranslations("predict.details");
  const format = useFormat();
  const { phases, logit, serial } = prediction;
  const { digest, sizeBytes } = reading;
  const side = manifest.preprocessing.size;
  return (
    <Disclosure title={t("title")}>
      <FactRows
        rows={[
          [t("decode"), format.duration(phases.decodeMs)],
          [t("resize", { side }), format.duration(phases.resizeMs)],
          [t("network", { views: manifest.views.length }), format.duration(phases.networkMs)],
          [t("logit"), format.number(logit, 4), String(logit)],
          [t("temperature"), format.number(manifest.calibration.temperature, 3)],
          [t("file"), sizeBytes === null ? null : format.bytes(sizeBytes)],
          [t("fileDigest"), digest && shortDigest(digest), digest ?? undefined],
          [t("serial"), String(serial)],
          [t("weightsDigest"), shortDigest(manifest.weights.digest), manifest.weights.digest],
        ]}
      />
    </Disclosure>
  );
}
