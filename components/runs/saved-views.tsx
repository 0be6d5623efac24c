import { Popover } from "@base-ui/react/popover";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { ChevronDown, Pencil, Trash2 } from "lucide-react";
import { type FormEvent, useState } from "react";
import { useTranslations } from "use-intl";
import { failureCodeOf } from "@/components/i18n/failure-code-of";
import { FailureLine } from "@/components/i18n/failure-line";
import { Button } from "@/components/ui/button";
import { TextField } from "@/components/ui/text-field";
import { type SavedViewRow, useTRPC } from "@/lib/browser/trpc";

interface SavedViewsProps {
  /** What the address holds now. */
  query: string;
  onShow(params: URLSearchParams): void;
}

/** The reader's own views: open, save, rename, delete. */
export function SavedViews({ query, onShow }: SavedViewsProps) {
  const t = useTranslations("runs.views");
  return (
    <Popover.Root>
      <Popover.Trigger className="inline-flex min-h-9 items-center gap-1.5 rounded-control border border-line px-3 hover:border-line-strong">
        {t("title")}
        <ChevronDown size={14} aria-hidden="true" className="text-ink-2" />
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Positioner side="bottom" align="start" sideOffset={4} className="z-10">
          <Popover.Popup
            aria-label={t("title")}
            className="w-80 max-w-[calc(100vw-1rem)] rounded-panel border border-line bg-raised p-3 outline-none"
          >
            <Views query={query} onShow={onShow} />
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  );
}

function Views({ query, onShow }: SavedViewsProps) {
  const t = useTranslations("runs.views");
  const trpc = useTRPC();
  const queries = useQueryClient();
  const views = useQuery(trpc.runs.views.queryOptions());
  const done = {
    onSettled: () => queries.invalidateQueries({ queryKey: trpc.runs.views.queryKey() }),
  };
  const save = useMutation(trpc.runs.saveView.mutationOptions(done));
  const rename = useMutation(trpc.runs.renameView.mutationOptions(done));
  const remove = useMutation(trpc.runs.deleteView.mutationOptions(done));
  const failed = [save, rename, remove].find(({ isError }) => isError);

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = event.currentTarget;
    const name = String(new FormData(form).get("name"));
    save.mutate({ name, query }, { onSuccess: () => form.reset() });
  }

  return (
    <div className="flex flex-col gap-3">
      {failed && <FailureLine code={failureCodeOf(failed.error)} />}
      {views.data?.length === 0 && <p className="text-ink-2">{t("none")}</p>}
      <ul className="flex flex-col">
        {views.data?.map((view) => (
          <View
            key={view.id}
            view={view}
            onShow={() => onShow(new URLSearchParams(view.query))}
            onRename={(name) => rename.mutate({ id: view.id, name })}
            onDelete={() => remove.mutate({ id: view.id })}
          />
        ))}
      </ul>
      <form onSubmit={submit} className="flex items-end gap-2 border-t border-line pt-3">
        <TextField label={t("name")} name="name" required maxLength={60} className="min-w-0 flex-1" />
        <Button type="submit" disabled={save.isPending} title={t("save")}>
          {t("saveName")}
        </Button>
      </form>
      <p className="text-small text-ink-2">{t("explains")}</p>
    </div>
  );
}

interface ViewProps {
  view: SavedViewRow;
  onShow(): void;
  onRename(name: string): void;
  onDelete(): void;
}

function View({ view, onShow, onRename, onDelete }: ViewProps) {
  const t = useTranslations("runs.views");
  const [renaming, setRenaming] = useState(false);

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    onRename(String(new FormData(event.currentTarget).get("name")));
    setRenaming(false);
  }

  if (renaming)
    return (
      <li>
        <form onSubmit={submit} className="flex items-end gap-2 py-1">
          <TextField
            label={t("name")}
            name="name"
            defaultValue={view.name}
            required
            maxLength={60}
            className="min-w-0 flex-1"
          />
          <Button type="submit">{t("saveName")}</Button>
        </form>
      </li>
    );
  return (
    <li className="flex items-center gap-1">
      <button
        type="button"
        onClick={onShow}
        className="min-h-9 min-w-0 flex-1 truncate rounded-control px-2 text-left hover:bg-float"
      >
        {view.name}
      </button>
      <Button
        look="quiet"
        className="px-2"
        aria-label={`${t("rename")} ${view.name}`}
        onClick={() => setRenaming(true)}
      >
        <Pencil size={15} aria-hidden="true" />
      </Button>
      <Button look="quiet" className="px-2" aria-label={`${t("delete")} ${view.name}`} onClick={onDelete}>
        <Trash2 size={15} aria-hidden="true" />
      </Button>
    </li>
  );
}
