import { Download } from "lucide-react";
import { useTranslations } from "use-intl";
import { saveFile } from "@/lib/browser/report/save-file";
import type { SignedManifest } from "@/lib/manifest";

const formats = ["safetensors", "onnx", "tfjs"] as const;
const look =
  "inline-flex min-h-9 items-center gap-2 rounded-control border border-line bg-float px-3 font-medium hover:border-line-strong";

/** The weights for other software, and the manifest that says how to use them. */
export function Downloads({ signed }: { signed: SignedManifest }) {
  const t = useTranslations("models.downloads");
  const { version } = signed.manifest;
  return (
    <div className="flex flex-col gap-2">
      <div className="flex flex-wrap gap-2">
        {formats.map((format) => (
          <a
            key={format}
            href={`/api/models/exports/${encodeURIComponent(version)}/${format}`}
            download
            data-export={format}
            className={look}
          >
            <Download size={16} aria-hidden="true" />
            {t(`formats.${format}`)}
          </a>
        ))}
        <button
          type="button"
          className={look}
          onClick={() =>
            saveFile(
              new Blob([JSON.stringify(signed, null, 2)], { type: "application/json" }),
              `pneumoscope-${version}-manifest.json`,
            )
          }
        >
          <Download size={16} aria-hidden="true" />
          {t("manifest")}
        </button>
      </div>
      <p className="text-small text-ink-2">{t("explained")}</p>
    </div>
  );
}
