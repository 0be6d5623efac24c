import { useTranslations } from "use-intl";
import { Disclosure } from "@/components/ui/disclosure";

export interface DocumentedOperation {
  name: string;
  method: "GET" | "POST";
  path: string;
  callers: "everyone" | readonly ("viewer" | "doctor" | "admin")[];
  scope: string;
  summary: string | null;
  fields: { name: string; type: string; isRequired: boolean; limits: string }[];
  example: string;
}

/** One operation: what it does, for whom, what it takes, and how to call it. */
export function OperationSection({ operation }: { operation: DocumentedOperation }) {
  const t = useTranslations("apiDocs");
  const { name, method, path, callers, scope, summary, fields, example } = operation;
  const who = callers === "everyone" ? t("everyone") : callers.map((role) => t(`roles.${role}`)).join(", ");
  return (
    <article
      data-operation={name}
      className="flex flex-col gap-2 rounded-panel border border-line bg-raised px-4 py-3"
    >
      <h3 className="font-mono wrap-anywhere">
        <span className={method === "GET" ? "text-ink-2" : "font-semibold text-accent"}>{method}</span> {path}
      </h3>
      {summary && <p lang="en">{summary}</p>}
      <p className="text-small text-ink-2">
        {t("callers", { who })}
        {callers !== "everyone" && ` · ${t("scope", { scope })}`}
      </p>
      {fields.length === 0 ? (
        <p className="text-small text-ink-2">{t("nothing")}</p>
      ) : (
        <Fields operation={operation} />
      )}
      <Disclosure title={t("example")}>
        <pre className="overflow-x-auto rounded-control border border-line bg-ground p-3 font-mono text-small whitespace-pre-wrap wrap-anywhere">
          {example}
        </pre>
      </Disclosure>
    </article>
  );
}

function Fields({ operation: { name, fields } }: { operation: DocumentedOperation }) {
  const t = useTranslations("apiDocs");
  return (
    <div className="overflow-x-auto">
      <table className="w-full text-small">
        <caption className="sr-only">{name}</caption>
        <thead className="text-left text-ink-2">
          <tr>
            {(["name", "type", "needed", "limits"] as const).map((head) => (
              <th key={head} scope="col" className="py-1 pr-4 font-normal">
                {t(`heads.${head}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody className="align-top font-mono">
          {fields.map((field) => (
            <tr key={field.name} className="border-t border-line">
              <th scope="row" className="py-1 pr-4 text-left font-normal">
                {field.name}
              </th>
              <td className="py-1 pr-4 text-ink-2 wrap-anywhere">{field.type}</td>
              <td className="py-1 pr-4 font-sans text-ink-2">{field.isRequired ? t("yes") : t("no")}</td>
              <td className="py-1 text-ink-2">{field.limits}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
