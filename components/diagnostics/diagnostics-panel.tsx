"use client";

import { Check, Copy } from "lucide-react";
import { useEffect, useState } from "react";
import { useTranslations } from "use-intl";
import { Button } from "@/components/ui/button";
import type { PredictSession } from "@/lib/browser/predict/session";
import { describeDiagnostics } from "./describe-diagnostics";

/** How the model runs here, as text to copy. */
export default function DiagnosticsPanel({ session }: { session: PredictSession }) {
  const t = useTranslations("diagnostics");
  const common = useTranslations("common");
  const [text, setText] = useState<string | null>(null);
  const [copied, setCopied] = useState(false);

  useEffect(() => {
    let wanted = true;
    void collect(session).then((collected) => wanted && setText(collected));
    return () => {
      wanted = false;
    };
  }, [session]);

  const copy = async () => {
    if (text === null) return;
    await navigator.clipboard.writeText(text);
    setCopied(true);
  };

  const Icon = copied ? Check : Copy;
  return (
    <div className="flex flex-col items-start gap-4">
      <p className="text-ink-2">{t("text")}</p>
      <Button look="primary" disabled={text === null} onClick={() => void copy()}>
        <Icon size={16} aria-hidden="true" />
        <span aria-live="polite">{common(copied ? "copied" : "copy")}</span>
      </Button>
      <pre
        lang="en"
        data-diagnostics
        className="w-full font-mono text-small wrap-anywhere whitespace-pre-wrap tabular-nums"
      >
        {text ?? t("collecting")}
      </pre>
    </div>
  );
}

async function collect(session: PredictSession): Promise<string> {
  const running = await session.diagnose();
  const { model, notes, readings } = session.getSnapshot();
  return describeDiagnostics({
    at: new Date().toISOString(),
    browser: {
      userAgent: navigator.userAgent,
      language: navigator.language,
      screen: `${innerWidth} × ${innerHeight} at ${devicePixelRatio}`,
      online: navigator.onLine,
      serviceWorker: Boolean(navigator.serviceWorker?.controller),
    },
    model,
    notes,
    running,
    readings,
  });
}
