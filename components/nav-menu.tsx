"use client";

import { Popover } from "@base-ui/react/popover";
import { Menu } from "lucide-react";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { isAt, type NavPage } from "./nav-pages";

/** The pages behind one button, which names the page that one is on. */
export function NavMenu({ pages, className }: { pages: NavPage[]; className: string }) {
  const t = useTranslations("common");
  const path = usePathname();
  const [open, setOpen] = useState(false);
  const current = pages.find(({ href }) => isAt(path, href));
  return (
    <Popover.Root open={open} onOpenChange={setOpen}>
      <Popover.Trigger
        aria-label={t("pages")}
        className={`inline-flex min-h-9 min-w-0 items-center gap-2 rounded-control px-2 hover:bg-float data-popup-open:bg-float ${className}`}
      >
        <Menu size={18} aria-hidden="true" className="shrink-0 text-ink-2" />
        {current && <span className="truncate">{t(current.title)}</span>}
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Positioner side="bottom" align="start" sideOffset={6} className="z-20">
          <Popover.Popup
            aria-label={t("pages")}
            className="max-h-(--available-height) min-w-52 overflow-y-auto rounded-panel border border-line bg-raised p-1 outline-none"
          >
            <ul>
              {pages.map(({ href, title }) => (
                <li key={href}>
                  <Link
                    href={href}
                    prefetch={false}
                    aria-current={isAt(path, href) ? "page" : undefined}
                    onClick={() => setOpen(false)}
                    className="flex min-h-11 items-center rounded-control px-3 text-ink-2 hover:bg-float hover:text-ink aria-[current=page]:bg-float aria-[current=page]:font-medium aria-[current=page]:text-ink"
                  >
                    {t(title)}
                  </Link>
                </li>
              ))}
            </ul>
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  );
}
