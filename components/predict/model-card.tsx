import {
  formatBytes,
  formatIndex,
  formatInstant,
  formatInterval,
  formatPercent,
} from "@/components/ui/format";
import { PanelDialog } from "@/components/ui/panel-dialog";
import type { ModelManifest } from "@/lib/manifest";

interface ModelCardProps {
  open: boolean;
  onOpenChange(open: boolean): void;
  manifest: ModelManifest;
}

/** What the signed manifest says of the model. */
export function ModelCard({ open, onOpenChange, manifest }: ModelCardProps) {
  const { metrics, dataset, trainingData, threshold, trainingRun, weights } = manifest;
  const figures: [string, string][] = [
    ["AUC", formatIndex(metrics.auc)],
    ["Sensitivity", formatInterval(metrics.sensitivity, 1)],
    ["Specificity", formatInterval(metrics.specificity, 1)],
    ["Accuracy", formatInterval(metrics.accuracy, 1)],
    ["Precision", formatInterval(metrics.precision, 1)],
    ["F1", formatIndex(metrics.f1)],
    ["Calibration error (ECE)", formatIndex(metrics.ece)],
  ];
  return (
    <PanelDialog open={open} onOpenChange={onOpenChange} title={`Model ${manifest.version}`}>
      <div className="flex flex-col gap-6">
        <Section title="Figures">
          <p className="mb-2 text-ink-2">
            On {count(dataset.heldOutImages, "image", "images")} of{" "}
            {count(dataset.heldOutPatients, "patient", "patients")} whom training did not see, with 95 %
            intervals.
          </p>
          <Rows rows={figures} tabular />
        </Section>
        <Section title="Known limits">
          <ul className="flex list-disc flex-col gap-1 pl-4">
            {trainingData.limits.map((limit) => (
              <li key={limit}>{limit}</li>
            ))}
          </ul>
        </Section>
        <Section title="Training data">
          <p>{trainingData.statement}</p>
          <Rows
            rows={[
              ["Images", count(dataset.images, "image", "images")],
              ["Patients", count(dataset.patients, "patient", "patients")],
              ["Licence", trainingData.licence],
              ["Source", trainingData.source],
            ]}
          />
          <p className="mt-2 text-small text-ink-2">{trainingData.attribution}</p>
        </Section>
        <Section title="Threshold">
          <p>
            {formatPercent(threshold.probability, 1)}, for a sensitivity of{" "}
            {formatPercent(threshold.targetSensitivity, 1)}. Chosen on {threshold.chosenOn}.
          </p>
        </Section>
        <Section title="Record">
          <Rows
            rows={[
              ["Serial", String(manifest.serial)],
              ["Made", formatInstant(manifest.createdAt)],
              ["Training run", trainingRun.id],
              ["Preset and engine", `${trainingRun.preset}, ${trainingRun.engine}`],
              ["Weights", `${formatBytes(weights.sizeBytes)}, ${weights.format}`],
              ...(manifest.previousVersion
                ? [["Before it", manifest.previousVersion] as [string, string]]
                : []),
              ...(manifest.restoresVersion
                ? [["Restores", manifest.restoresVersion] as [string, string]]
                : []),
            ]}
          />
          <p className="mt-2 font-mono text-small break-all text-ink-2">{weights.digest}</p>
        </Section>
      </div>
    </PanelDialog>
  );
}

function Section({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <section>
      <h3 className="mb-1.5 font-semibold">{title}</h3>
      {children}
    </section>
  );
}

function Rows({ rows, tabular = false }: { rows: [string, string][]; tabular?: boolean }) {
  return (
    <dl className={tabular ? "tabular-nums" : undefined}>
      {rows.map(([name, value]) => (
        <div key={name} className="flex justify-between gap-6 border-t border-line py-1.5">
          <dt className="shrink-0 text-ink-2">{name}</dt>
          <dd className="min-w-0 text-right wrap-anywhere">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function count(n: number, one: string, many: string): string {
  return `${n.toLocaleString("en-GB").replaceAll(",", "\u202f")} ${n === 1 ? one : many}`;
}
