import { ChevronRight } from "lucide-react";
import { formatBytes, formatDuration, shortDigest } from "@/components/ui/format";
import type { Reading, ReadPrediction } from "@/lib/browser/predict/reading";
import type { ModelManifest } from "@/lib/manifest";

interface DetailsProps {
  reading: Reading;
  prediction: ReadPrediction;
  manifest: ModelManifest;
}

/** How this result came about, for whoever wants to check it. */
export function Details({ reading, prediction, manifest }: DetailsProps) {
  const { phases, logit, serial } = prediction;
  const { digest, sizeBytes } = reading;
  const side = manifest.preprocessing.size;
  const rows: [string, string, string?][] = [
    ["Decode", formatDuration(phases.decodeMs)],
    [`Resize to ${side} × ${side}`, formatDuration(phases.resizeMs)],
    [
      `Network, ${manifest.views.length} ${manifest.views.length === 1 ? "view" : "views"}`,
      formatDuration(phases.networkMs),
    ],
    ["Logit", logit.toFixed(4), String(logit)],
    ["Temperature", manifest.calibration.temperature.toFixed(3)],
    ...(sizeBytes === null ? [] : ([["File", formatBytes(sizeBytes)]] as [string, string][])),
    ...(digest ? ([["File SHA-256", shortDigest(digest), digest]] as [string, string, string][]) : []),
    ["Model serial", String(serial)],
    ["Weights SHA-256", shortDigest(manifest.weights.digest), manifest.weights.digest],
  ];
  return (
    <details className="group border-t border-line pt-3">
      <summary className="flex items-center gap-1.5 text-small text-ink-2 hover:text-ink">
        <ChevronRight
          size={14}
          aria-hidden="true"
          className="transition-transform duration-(--motion) group-open:rotate-90"
        />
        Details
      </summary>
      <dl className="mt-2 text-small tabular-nums">
        {rows.map(([name, value, full]) => (
          <div key={name} className="flex justify-between gap-4 py-1">
            <dt className="text-ink-2">{name}</dt>
            <dd title={full}>{value}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
