import { useQueryClient } from "@tanstack/react-query";
import { FileArchive, FolderOpen } from "lucide-react";
import { type FormEvent, useRef, useState } from "react";
import { useTranslations } from "use-intl";
import { useFormat } from "@/components/i18n/use-format";
import { Button } from "@/components/ui/button";
import { TextField } from "@/components/ui/text-field";
import { type ChosenFiles, chosenArchive, chosenFolder } from "@/lib/browser/data/chosen-files";
import { uploadKeeper } from "@/lib/browser/data/upload-keeper";
import { useTRPC, useTRPCClient } from "@/lib/browser/trpc";
import { useUpload } from "./use-upload";

const longestName = 120;

/** Chooses files and what is to become of them; the sending goes on when the form is gone. */
export function UploadForm({ hasCurrent, onStarted }: { hasCurrent: boolean; onStarted(): void }) {
  const t = useTranslations("data.import");
  const format = useFormat();
  const trpc = useTRPC();
  const client = useTRPCClient();
  const queries = useQueryClient();
  const [chosen, setChosen] = useState<ChosenFiles | null>(null);
  const isBusy = useUpload().state === "sending";

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (!chosen || isBusy) return;
    const fields = new FormData(event.currentTarget);
    const name = String(fields.get("name")).trim() || chosen.name;
    const excludedFolders = fields.has("excludeTest") ? ["test"] : [];
    const addTo = fields.has("addTo") ? "current" : undefined;
    void uploadKeeper
      .send(chosen, {
        start: ({ name: called, ...input }) =>
          client.data.startUpload.mutate({ ...input, name: called.slice(0, longestName) }),
        finish: (uploadId) =>
          client.data.importUpload.mutate({ uploadId, name, excludedFolders, ...(addTo && { addTo }) }),
      })
      .finally(() => queries.invalidateQueries({ queryKey: trpc.data.pathKey() }));
    onStarted();
  }

  return (
    <form onSubmit={submit} className="flex flex-col gap-3">
      <FilePickers onChosen={setChosen} />
      {chosen && (
        <>
          <p data-chosen={chosen.kind} className="wrap-anywhere">
            {t("chosen", { name: chosen.name, n: chosen.files.length, size: format.bytes(chosen.sizeBytes) })}
          </p>
          <TextField
            key={chosen.fingerprint}
            label={t("name")}
            name="name"
            required
            maxLength={longestName}
            defaultValue={chosen.name.replace(/\.zip$/i, "").slice(0, longestName)}
          />
          <Tick name="excludeTest" label={t("excludeTest")} hint={t("excludeTestHint")} />
          {hasCurrent && <Tick name="addTo" label={t("addToCurrent")} hint={t("addToCurrentHint")} />}
          {isBusy && <p className="text-amber">{t("busy")}</p>}
          <Button type="submit" look="primary" className="self-start" disabled={isBusy}>
            {t("start")}
          </Button>
        </>
      )}
    </form>
  );
}

function FilePickers({ onChosen }: { onChosen(chosen: ChosenFiles | null): void }) {
  const t = useTranslations("data.import");
  const archive = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement>(null);
  const [isEmpty, setEmpty] = useState(false);
  function take(chosen: ChosenFiles | null) {
    setEmpty(chosen === null);
    onChosen(chosen);
  }
  return (
    <div className="flex flex-wrap gap-2">
      <input
        ref={archive}
        type="file"
        accept=".zip,application/zip"
        hidden
        aria-label={t("chooseArchive")}
        onChange={({ currentTarget: { files } }) => files?.[0] && take(chosenArchive(files[0]))}
      />
      <input
        ref={(input) => {
          folder.current = input;
          if (input) input.webkitdirectory = true;
        }}
        type="file"
        hidden
        aria-label={t("chooseFolder")}
        onChange={({ currentTarget: { files } }) => files && take(chosenFolder([...files]))}
      />
      <Button onClick={() => archive.current?.click()}>
        <FileArchive size={16} aria-hidden="true" />
        {t("chooseArchive")}
      </Button>
      <Button onClick={() => folder.current?.click()}>
        <FolderOpen size={16} aria-hidden="true" />
        {t("chooseFolder")}
      </Button>
      {isEmpty && (
        <p role="alert" className="w-full text-amber">
          {t("emptyFolder")}
        </p>
      )}
    </div>
  );
}

function Tick({ name, label, hint }: { name: string; label: string; hint: string }) {
  return (
    <label className="flex items-start gap-2">
      <input type="checkbox" name={name} className="mt-0.5 size-4 shrink-0 accent-(--accent)" />
      <span>
        {label}
        <span className="block text-small text-ink-2">{hint}</span>
      </span>
    </label>
  );
}
