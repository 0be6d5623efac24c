import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { failureCodeOf } from "@/components/i18n/failure-code-of";
import { FailureLine } from "@/components/i18n/failure-line";
import { Button } from "@/components/ui/button";
import { Disclosure } from "@/components/ui/disclosure";
import { type SettingsOverview, useTRPC } from "@/lib/browser/trpc";
import { RadioChoice } from "./radio-choice";
import { SavedLine, SettingsSection } from "./settings-section";
import { useSettingsRefresh } from "./use-settings-refresh";

type Policy = SettingsOverview["policy"];

/** Who decides about a model that passes: the policy alone, or one or two administrators. */
export function Promotion({ policy: inForce }: { policy: Policy }) {
  const t = useTranslations("settings.promotion");
  const { policy, digest, file } = inForce;
  return (
    <SettingsSection title={t("title")}>
      <p className="text-ink-2">{t("what")}</p>
      {file !== null && <p className="text-small text-ink-2">{t("file")}</p>}
      <PolicyForm key={digest} policy={inForce} />
      <p className="text-small text-ink-2 wrap-anywhere">
        {t("digest")}{" "}
        <code data-policy-digest className="font-mono">
          {digest}
        </code>
      </p>
      <Disclosure title={t("document")}>
        <section
          aria-label={t("document")}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
          tabIndex={0}
          className="max-h-96 overflow-auto rounded-control border border-line bg-ground p-3"
        >
          <pre className="font-mono text-small">{JSON.stringify(policy, null, 2)}</pre>
        </section>
      </Disclosure>
    </SettingsSection>
  );
}

function PolicyForm({ policy: { policy, digest, file } }: { policy: Policy }) {
  const t = useTranslations("settings.promotion");
  const save = useTranslations("settings");
  const trpc = useTRPC();
  const [mode, setMode] = useState(policy.mode);
  const [approvals, setApprovals] = useState<1 | 2>(policy.review?.approvals === 2 ? 2 : 1);
  const change = useMutation(trpc.settings.changePolicy.mutationOptions(useSettingsRefresh()));
  const modes = (["automatic", "review", "plain-accuracy"] as const).filter(
    (name) => name !== "plain-accuracy" || policy.mode === name,
  );
  const isFixed = file !== null;
  return (
    <>
      {change.isError && <FailureLine code={failureCodeOf(change.error)} />}
      <fieldset className="flex flex-col gap-1">
        <legend className="mb-1 text-small text-ink-2">{t("mode")}</legend>
        <RadioChoice<(typeof modes)[number]>
          name="mode"
          value={mode}
          options={modes.map((value) => ({ value, label: t(value) }))}
          disabled={isFixed}
          onChange={setMode}
        />
      </fieldset>
      {mode === "review" && (
        <label className="flex items-center gap-3">
          <span>{t("approvals")}</span>
          <select
            value={approvals}
            disabled={isFixed}
            onChange={({ target }) => setApprovals(target.value === "2" ? 2 : 1)}
            className="min-h-9 rounded-control border border-line-strong bg-ground px-2 tabular-nums"
          >
            <option>1</option>
            <option>2</option>
          </select>
        </label>
      )}
      {!isFixed && (
        <>
          <p className="text-small text-ink-2">{t("next")}</p>
          <Button
            className="self-start"
            disabled={change.isPending || mode === "plain-accuracy"}
            onClick={() =>
              mode !== "plain-accuracy" && change.mutate({ mode, approvals, seenDigest: digest })
            }
          >
            {save("save")}
          </Button>
        </>
      )}
      {change.isSuccess && <SavedLine />}
    </>
  );
}
