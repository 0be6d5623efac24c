"use client";

import Link from "next/link";
import { usePathname } from "next/navigation";
import { useTranslations } from "use-intl";

const links = [
  { href: "/", title: "read" },
  { href: "/activity", title: "activity" },
  { href: "/account", title: "account" },
] as const;

export function NavLinks() {
  const t = useTranslations("common");
  const path = usePathname();
  return (
    <nav aria-label={t("pages")} className="flex gap-1">
      {links.map(({ href, title }) => (
        <Link
          key={href}
          href={href}
          // Nothing is asked of the server while an image is on screen unless a person asks.
          prefetch={false}
          aria-current={path === href ? "page" : undefined}
          className="rounded-control px-2.5 py-1.5 text-ink-2 transition-colors duration-(--motion) hover:text-ink aria-[current=page]:bg-float aria-[current=page]:text-ink"
        >
          {t(title)}
        </Link>
      ))}
    </nav>
  );
}
