"use client";

import { UserRound } from "lucide-react";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { useTranslations } from "use-intl";

const links = [
  { href: "/", title: "read", Icon: null },
  { href: "/activity", title: "activity", Icon: null },
  { href: "/account", title: "account", Icon: UserRound },
] as const;

export function NavLinks() {
  const t = useTranslations("common");
  const path = usePathname();
  return (
    <nav aria-label={t("pages")} className="flex gap-1">
      {links.map(({ href, title, Icon }) => (
        <Link
          key={href}
          href={href}
          // Nothing is asked of the server while an image is on screen unless a person asks.
          prefetch={false}
          aria-current={path === href ? "page" : undefined}
          className="inline-flex items-center rounded-control px-2.5 py-1.5 max-sm:px-1.5 text-ink-2 transition-colors duration-(--motion) hover:text-ink aria-[current=page]:bg-float aria-[current=page]:text-ink"
        >
          {Icon && <Icon size={18} aria-hidden="true" className="sm:hidden" />}
          <span className={Icon ? "max-sm:sr-only" : ""}>{t(title)}</span>
        </Link>
      ))}
    </nav>
  );
}
