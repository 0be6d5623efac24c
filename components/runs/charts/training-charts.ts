import type { useTranslations } from "use-intl";
import type { Axis, Chart, Mark } from "@/components/charts/chart";
import type { RunChartsData } from "@/lib/browser/trpc";

export type RunChartsWords = ReturnType<typeof useTranslations<"runCharts">>;
type Epoch = RunChartsData["epochs"][number];

/** Per-epoch curves of a run, its lowest validation loss marked. */
export function trainingCharts(epochs: readonly Epoch[], t: RunChartsWords): Chart[] {
  const x: Axis = { name: t("epoch"), digits: 0 };
  const marks = bestEpoch(epochs, t("best"));
  const curve = (name: string, of: (epoch: Epoch) => number | null) => ({
    name,
    points: epochs.map((epoch) => ({ x: epoch.epoch, y: of(epoch) })),
  });
  const known = (of: (epoch: Epoch) => number | null) => epochs.some((epoch) => of(epoch) !== null);
  return [
    {
      kind: "xy",
      title: t("loss"),
      x,
      y: { name: t("lossAxis"), digits: 4 },
      series: [
        curve(t("trainLoss"), (one) => one.trainLoss),
        curve(t("validationLoss"), (one) => one.validationLoss),
      ],
      marks,
    },
    {
      kind: "xy",
      title: t("auc"),
      x,
      y: { name: t("aucAxis"), digits: 4 },
      series: known((one) => one.auc) ? [curve(t("aucAxis"), (one) => one.auc)] : [],
      marks,
    },
    {
      kind: "xy",
      title: t("learningRate"),
      x,
      y: { name: t("learningRateAxis"), figures: "exponent" },
      series: [curve(t("learningRateAxis"), (one) => one.learningRate)],
    },
    {
      kind: "xy",
      title: t("speed"),
      x,
      y: { name: t("speedAxis"), unit: t("perSecond"), digits: 1, min: 0 },
      series: known((one) => one.imagesPerSecond)
        ? [curve(t("speedAxis"), (one) => one.imagesPerSecond)]
        : [],
    },
  ];
}

function bestEpoch(epochs: readonly Epoch[], name: string): Mark[] {
  if (epochs.length < 2) return [];
  const best = epochs.reduce((a, b) => (b.validationLoss < a.validationLoss ? b : a));
  return [{ name, x: best.epoch }];
}
