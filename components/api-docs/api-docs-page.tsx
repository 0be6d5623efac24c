"use client";

import Link from "next/link";
import { useMemo, useState } from "react";
import { useTranslations } from "use-intl";
import { PageColumn } from "@/components/ui/page-column";
import { TextField } from "@/components/ui/text-field";
import { type DocumentedOperation, OperationSection } from "./operation-section";

/** Every operation that scripts may call, made from the router's own schemas. */
export function ApiDocsPage({ operations }: { operations: DocumentedOperation[] }) {
  const t = useTranslations("apiDocs");
  const [text, setText] = useState("");
  const groups = useMemo(() => groupsOf(operations, text), [operations, text]);
  return (
    <PageColumn title={t("title")}>
      <div className="flex max-w-[60rem] flex-col gap-6">
        <div className="flex flex-col gap-2 text-ink-2">
          <p>{t("intro")}</p>
          <p>{t("limits")}</p>
          <p className="flex flex-wrap gap-4">
            <a href="/api/v1/openapi.json" className="text-accent underline underline-offset-4">
              {t("document")}
            </a>
            <Link href="/account" prefetch={false} className="text-accent underline underline-offset-4">
              {t("account")}
            </Link>
          </p>
        </div>
        <TextField
          label={t("filter")}
          type="search"
          value={text}
          maxLength={80}
          onChange={({ target }) => setText(target.value)}
        />
        {groups.length === 0 && <p className="text-ink-2">{t("none")}</p>}
        {groups.map(([router, members]) => (
          <section key={router} aria-labelledby={`api-${router}`} className="flex flex-col gap-3">
            <h2 id={`api-${router}`} className="font-mono font-semibold">
              {router}
            </h2>
            {members.map((operation) => (
              <OperationSection key={operation.name} operation={operation} />
            ))}
          </section>
        ))}
      </div>
    </PageColumn>
  );
}

function groupsOf(operations: DocumentedOperation[], text: string): [string, DocumentedOperation[]][] {
  const wanted = text.trim().toLowerCase();
  const groups = new Map<string, DocumentedOperation[]>();
  for (const operation of operations) {
    const { name, summary } = operation;
    if (!`${name} ${summary ?? ""}`.toLowerCase().includes(wanted)) continue;
    const router = name.split(".")[0] ?? "";
    groups.set(router, [...(groups.get(router) ?? []), operation]);
  }
  return [...groups];
}
