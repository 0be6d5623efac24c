import { Trash2 } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useTranslations } from "use-intl";
import { Button } from "@/components/ui/button";
import { predictSession } from "@/lib/browser/predict/session";
import { clearAll } from "@/lib/browser/privacy/clear-all";

type Step = "idle" | "asking" | "clearing" | "done" | "failed";

export function ClearAll() {
  const t = useTranslations("privacy.clear");
  const common = useTranslations("common");
  const [step, setStep] = useState<Step>("idle");
  const cancel = useRef<HTMLButtonElement>(null);
  const outcome = useRef<HTMLParagraphElement>(null);
  useEffect(() => {
    if (step === "asking") cancel.current?.focus();
    if (step === "done" || step === "failed") outcome.current?.focus();
  }, [step]);

  async function clear(): Promise<void> {
    setStep("clearing");
    predictSession().clear();
    // Nor can it be brought back.
    predictSession().forgetRemoved();
    await clearAll().then(
      () => setStep("done"),
      () => setStep("failed"),
    );
  }

  if (step === "done" || step === "failed")
    return (
      <div className="flex flex-col items-start gap-3">
        <p ref={outcome} role="status" tabIndex={-1} className="outline-none">
          {t(step)}
        </p>
        <Button onClick={() => location.reload()}>{t("reload")}</Button>
      </div>
    );
  return (
    <div className="flex flex-col items-start gap-3">
      <p className="text-ink-2">{t("text")}</p>
      {step === "idle" ? (
        <Button onClick={() => setStep("asking")}>
          <Trash2 size={16} aria-hidden="true" />
          {t("ask")}
        </Button>
      ) : (
        <fieldset className="flex flex-wrap items-center gap-2" disabled={step === "clearing"}>
          <legend className="mb-2">{t("sure")}</legend>
          <Button className="border-red text-red" onClick={() => void clear()}>
            {t("confirm")}
          </Button>
          <Button ref={cancel} look="quiet" onClick={() => setStep("idle")}>
            {common("cancel")}
          </Button>
        </fieldset>
      )}
    </div>
  );
}
