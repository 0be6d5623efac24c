"use client";

import { Keyboard } from "lucide-react";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { type KeyAction, type KeyGroup, keyRegistry, printedKey } from "@/components/ui/key-registry";
import { PanelDialog } from "@/components/ui/panel-dialog";
import { useKeys } from "@/components/ui/use-keys";

export function KeysButton() {
  const t = useTranslations("keys");
  const [open, setOpen] = useState(false);
  useKeys({ keys: () => setOpen(true) });
  return (
    <>
      <button
        type="button"
        onClick={() => setOpen(true)}
        aria-label={t("title")}
        title={`${t("title")} (?)`}
        className="inline-flex size-9 items-center justify-center rounded-control text-ink-2 hover:bg-float hover:text-ink"
      >
        <Keyboard size={18} aria-hidden="true" />
      </button>
      <PanelDialog open={open} onOpenChange={setOpen} title={t("title")}>
        <CheatSheet />
      </PanelDialog>
    </>
  );
}

const actions = Object.keys(keyRegistry) as KeyAction[];
const groups = [...new Set(actions.map((action): KeyGroup => keyRegistry[action].group))];
const gestures = ["paste", "window", "zoom", "pan", "fit"] as const;

function CheatSheet() {
  const t = useTranslations("keys");
  return (
    <>
      {groups.map((group) => (
        <Group key={group} title={t(`groups.${group}`)}>
          {actions
            .filter((action) => keyRegistry[action].group === group)
            .map((action) => (
              <Row key={action} name={t(`actions.${action}`)} caps={capsOf(action)} />
            ))}
        </Group>
      ))}
      <Group title={t("mouse.title")}>
        {gestures.map((gesture) => (
          <Row key={gesture} name={t(`mouse.${gesture}`)} caps={[t(`mouse.gestures.${gesture}`)]} />
        ))}
      </Group>
    </>
  );
}

function capsOf(action: KeyAction): string[] {
  const keys = keyRegistry[action].keys.map(printedKey);
  return keys.length > 3 ? [`${keys[0]} – ${keys.at(-1)}`] : keys;
}

function Group({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <section className="mb-6">
      <h3 className="mb-1 text-small text-ink-2">{title}</h3>
      <dl>{children}</dl>
    </section>
  );
}

function Row({ name, caps }: { name: string; caps: string[] }) {
  return (
    <div className="flex items-center justify-between gap-4 border-t border-line py-1.5">
      <dt>{name}</dt>
      <dd className="flex shrink-0 gap-1">
        {caps.map((cap) => (
          <kbd
            key={cap}
            className="rounded-[4px] border border-line bg-float px-1.5 py-0.5 font-sans text-small"
          >
            {cap}
          </kbd>
        ))}
      </dd>
    </div>
  );
}
