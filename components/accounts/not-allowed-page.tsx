"use client";

import { useTranslations } from "use-intl";
import { PageColumn } from "@/components/ui/page-column";
import { FailureLine } from "./failure-line";

export function NotAllowedPage() {
  const t = useTranslations("errors");
  return (
    <PageColumn title={t("NOT_ALLOWED.title")} narrow>
      <FailureLine code="NOT_ALLOWED" />
    </PageColumn>
  );
}
