"use client";

import Link from "next/link";
import { useTranslations } from "use-intl";
import { MessagePage } from "@/components/ui/message-page";
import { PageTitle } from "@/components/ui/page-title";

export function NotFoundPage() {
  const t = useTranslations("common.notFound");
  return (
    <MessagePage title={t("heading")} text={t("text")}>
      <PageTitle>{t("title")}</PageTitle>
      <Link href="/" className="text-accent underline underline-offset-4">
        {t("action")}
      </Link>
    </MessagePage>
  );
}
