import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { type KeyboardEvent, useRef, useState } from "react";
import { useTranslations } from "use-intl";
import { Pager } from "@/components/runs/pager";
import { shortDigest } from "@/components/ui/format";
import { PanelDialog } from "@/components/ui/panel-dialog";
import { QueryState } from "@/components/ui/query-state";
import { useTRPC } from "@/lib/browser/trpc";
import { classNames } from "@/lib/dataset/listing";
import { splitSchema } from "@/lib/training/job";
import { targetOfKey } from "./grid-keys";
import { Thumbnail } from "./thumbnail";
import { pageOf, useQueryChange } from "./use-query-change";

const pageSize = 48;

/** A version's images, for who may see them. */
export function ImagesView({ digest, maySee }: { digest: string; maySee: boolean }) {
  const t = useTranslations("data.images");
  if (!maySee)
    return (
      <p data-images="hidden" className="rounded-panel border border-dashed border-line px-4 py-6 text-ink-2">
        {t("notAllowed")}
      </p>
    );
  return <Images digest={digest} />;
}

function Images({ digest }: { digest: string }) {
  const t = useTranslations("data.images");
  const trpc = useTRPC();
  const { search, change } = useQueryChange();
  const label = (classNames as readonly (string | null)[]).indexOf(search.get("class"));
  const split = splitSchema.options.find((name) => name === search.get("split"));
  const page = pageOf(search);
  const images = useQuery(
    trpc.data.images.queryOptions(
      {
        version: digest.slice("sha256:".length),
        ...(label === 0 || label === 1 ? { label } : {}),
        ...(split && { split }),
        offset: (page - 1) * pageSize,
        limit: pageSize,
      },
      { placeholderData: keepPreviousData },
    ),
  );
  const total = images.data?.total ?? 0;
  const turnTo = (next: number) => {
    if (next >= 1 && (next - 1) * pageSize < total) change({ page: next === 1 ? null : String(next) });
  };
  return (
    <section className="flex flex-col gap-3">
      <div className="flex flex-wrap gap-2">
        <Choice
          label={t("class")}
          any={t("anyClass")}
          value={search.get("class")}
          options={classNames}
          words="classes"
          onChange={(next) => change({ class: next, page: null })}
        />
        <Choice
          label={t("split")}
          any={t("anySplit")}
          value={split ?? null}
          options={splitSchema.options}
          words="report.parts"
          onChange={(next) => change({ split: next, page: null })}
        />
        <Pager page={page} pageSize={pageSize} total={total} onChange={turnTo} />
      </div>
      <QueryState query={{ ...images, data: images.data?.rows }} empty={t("none")}>
        {(rows) => <Grid key={page} version={digest} rows={rows} onTurn={(by) => turnTo(page + by)} />}
      </QueryState>
      <p className="text-small text-ink-2 max-md:hidden">{t("keys")}</p>
    </section>
  );
}

interface ChoiceProps<Option extends string> {
  label: string;
  any: string;
  value: string | null;
  options: readonly Option[];
  words: "classes" | "report.parts";
  onChange(next: string | null): void;
}

function Choice<Option extends "NORMAL" | "PNEUMONIA" | "train" | "validation" | "test">({
  label,
  any,
  value,
  options,
  words,
  onChange,
}: ChoiceProps<Option>) {
  const t = useTranslations("data");
  return (
    <select
      aria-label={label}
      value={value ?? ""}
      onChange={(event) => onChange(event.currentTarget.value || null)}
      className="min-h-9 rounded-control border border-line-strong bg-ground px-2"
    >
      <option value="">{any}</option>
      {options.map((option) => (
        <option key={option} value={option}>
          {words === "classes"
            ? t(`classes.${option as "NORMAL" | "PNEUMONIA"}`)
            : t(`report.parts.${option as "train" | "validation" | "test"}`)}
        </option>
      ))}
    </select>
  );
}

interface GridImage {
  index: number;
  digest: string;
  label: 0 | 1;
  split: "train" | "validation" | "test";
}

interface GridProps {
  version: string;
  rows: readonly GridImage[];
  onTurn(by: 1 | -1): void;
}

function Grid({ version, rows, onTurn }: GridProps) {
  const t = useTranslations("data");
  const list = useRef<HTMLUListElement>(null);
  const [active, setActive] = useState(0);
  const [opened, setOpened] = useState<GridImage | null>(null);
  const wordsOf = (image: GridImage) =>
    [
      t(`classes.${classNames[image.label]}`),
      t(`report.parts.${image.split}`),
      shortDigest(image.digest),
    ].join(", ");

  function onKeyDown(event: KeyboardEvent) {
    if (event.key === "PageDown" || event.key === "PageUp") onTurn(event.key === "PageDown" ? 1 : -1);
    else {
      const buttons = [...(list.current?.querySelectorAll("button") ?? [])];
      const top = buttons[0]?.offsetTop;
      const columns = Math.max(1, buttons.filter((button) => button.offsetTop === top).length);
      const target = targetOfKey(event.key, { at: active, count: buttons.length, columns });
      if (target === null) return;
      setActive(target);
      buttons[target]?.focus();
    }
    event.preventDefault();
  }

  return (
    <>
      <ul
        ref={list}
        aria-label={t("images.list")}
        className="grid grid-cols-[repeat(auto-fill,minmax(8.5rem,1fr))] gap-2"
      >
        {rows.map((image, at) => (
          <li key={image.index}>
            <button
              type="button"
              data-image={image.digest}
              tabIndex={at === Math.min(active, rows.length - 1) ? 0 : -1}
              onKeyDown={onKeyDown}
              onFocus={() => setActive(at)}
              onClick={() => setOpened(image)}
              className="flex w-full flex-col gap-1 rounded-control border border-line bg-raised p-1 text-left hover:border-line-strong"
            >
              <Thumbnail version={version} image={image.digest} alt={wordsOf(image)} />
              <span aria-hidden="true" className="px-1 text-small text-ink-2">
                {t(`classes.${classNames[image.label]}`)} · {t(`report.parts.${image.split}`)}
              </span>
            </button>
          </li>
        ))}
      </ul>
      <PanelDialog
        open={opened !== null}
        onOpenChange={(open) => !open && setOpened(null)}
        title={opened ? t("images.enlarged", { digest: shortDigest(opened.digest) }) : ""}
      >
        {opened && (
          <div className="flex flex-col gap-3">
            <Thumbnail version={version} image={opened.digest} alt={wordsOf(opened)} large />
            <p>{wordsOf(opened)}</p>
            <p className="font-mono text-small wrap-anywhere text-ink-2">{opened.digest}</p>
          </div>
        )}
      </PanelDialog>
    </>
  );
}
