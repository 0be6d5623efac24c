"use client";

import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import { ClearAll } from "./clear-all";
import { KeptData } from "./kept-data";
import { OfflineState } from "./offline-state";
import { Requests } from "./requests";
import { SentByDoctor } from "./sent-by-doctor";

const steps = ["tools", "airplane", "policy"] as const;

/** What this page asked for, what it keeps, and how to check that it sends no image. */
export default function PrivacyPanel() {
  const t = useTranslations("privacy");
  const feedback = useTranslations("feedback");
  return (
    <div className="flex flex-col gap-7">
      <p>{t("lead")}</p>
      <Section title={t("requests.title")}>
        <Requests />
      </Section>
      <Section title={feedback("privacy.title")}>
        <SentByDoctor />
      </Section>
      <Section title={t("kept.title")}>
        <KeptData />
      </Section>
      <Section title={t("offline.title")}>
        <OfflineState />
      </Section>
      <Section title={t("verify.title")}>
        <ol className="flex list-decimal flex-col gap-1.5 pl-5 text-ink-2">
          {steps.map((step) => (
            <li key={step}>{t(`verify.${step}`)}</li>
          ))}
        </ol>
      </Section>
      <Section title={t("clear.title")}>
        <ClearAll />
      </Section>
    </div>
  );
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section>
      <h3 className="mb-2 font-semibold">{title}</h3>
      {children}
    </section>
  );
}
