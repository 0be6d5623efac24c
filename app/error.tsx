"use client";

import { useTranslations } from "use-intl";
import { Button } from "@/components/ui/button";
import { MessagePage } from "@/components/ui/message-page";

export default function ErrorPage({
  error,
  reset,
}: {
  error: Error & { digest?: string };
  reset: () => void;
}) {
  const t = useTranslations("common");
  const reference = error.digest ? ` ${t("pageFailed.reference", { digest: error.digest })}` : "";
  return (
    <MessagePage title={t("pageFailed.heading")} text={`${t("pageFailed.text")}${reference}`}>
      <Button onClick={reset}>{t("tryAgain")}</Button>
    </MessagePage>
  );
}
