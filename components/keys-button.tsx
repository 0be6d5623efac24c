"use client";

import { Keyboard } from "lucide-react";
import { useState } from "react";
import { PanelDialog } from "@/components/ui/panel-dialog";
import { useKeys } from "@/components/ui/use-keys";

const groups: { title: string; keys: [keys: string, action: string][] }[] = [
  {
    title: "Image",
    keys: [
      ["O", "Choose an image"],
      ["Ctrl V", "Paste an image"],
      ["S", "Try a synthetic sample"],
      ["Esc", "Clear the image"],
    ],
  },
  {
    title: "View",
    keys: [
      ["Drag", "Window and level"],
      ["Wheel, + and −", "Zoom"],
      ["Shift drag, arrows", "Move a zoomed image"],
      ["I", "Invert"],
      ["R", "Reset the view"],
    ],
  },
  {
    title: "Product",
    keys: [
      ["M", "Model card"],
      ["U", "Use the new model version"],
      ["T", "Dark or light"],
      ["?", "These keys"],
    ],
  },
];

export function KeysButton() {
  const [open, setOpen] = useState(false);
  useKeys({ "?": () => setOpen(true) });
  return (
    <>
      <button
        type="button"
        onClick={() => setOpen(true)}
        aria-label="Keys"
        title="Keys (?)"
        className="inline-flex size-9 items-center justify-center rounded-control text-ink-2 hover:bg-float hover:text-ink"
      >
        <Keyboard size={18} aria-hidden="true" />
      </button>
      <PanelDialog open={open} onOpenChange={setOpen} title="Keys">
        {groups.map(({ title, keys }) => (
          <section key={title} className="mb-6">
            <h3 className="mb-1 text-small text-ink-2">{title}</h3>
            <dl>
              {keys.map(([key, action]) => (
                <div key={key} className="flex justify-between gap-4 border-t border-line py-2">
                  <dt>{action}</dt>
                  <dd>
                    <kbd className="rounded-[4px] border border-line bg-float px-1.5 py-0.5 font-sans text-small">
                      {key}
                    </kbd>
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </PanelDialog>
    </>
  );
}
