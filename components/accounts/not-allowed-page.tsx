"use client";

import { useTranslations } from "use-intl";
import { FailureLine } from "@/components/i18n/failure-line";
import { PageColumn } from "@/components/ui/page-column";

export function NotAllowedPage() {
  const t = useTranslations("errors");
  return (
    <PageColumn title={t("NOT_ALLOWED.title")} narrow>
      <FailureLine code="NOT_ALLOWED" />
    </PageColumn>
  );
}
