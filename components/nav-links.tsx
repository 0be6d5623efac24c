"use client";

import { UserRound } from "lucide-react";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { useTranslations } from "use-intl";
import { NavMenu } from "./nav-menu";
import { isAt, type NavRole, pagesFor } from "./nav-pages";

const look =
  "inline-flex items-center rounded-control px-2.5 py-1.5 whitespace-nowrap text-ink-2 transition-colors duration-(--motion) hover:text-ink aria-[current=page]:bg-float aria-[current=page]:text-ink";

/** The way to every page: in a row where there is room, else the pages of the control room in a menu. */
export function NavLinks({ role }: { role: NavRole }) {
  const t = useTranslations("common");
  const path = usePathname();
  const pages = pagesFor(role);
  const hasMenu = role !== null;
  return (
    <nav aria-label={t("pages")} className="flex min-w-0 gap-1 max-sm:gap-0">
      {hasMenu && <NavMenu pages={pages} className="xl:hidden" />}
      {pages.map(({ href, title }) => (
        <Link
          key={href}
          href={href}
          // Nothing is asked of the server while an image is on screen unless a person asks.
          prefetch={false}
          aria-current={isAt(path, href) ? "page" : undefined}
          className={`${look} max-sm:px-1.5 ${hasMenu ? "max-xl:hidden" : ""}`}
        >
          {t(title)}
        </Link>
      ))}
      <Link
        href="/account"
        prefetch={false}
        aria-current={isAt(path, "/account") ? "page" : undefined}
        className={`${look} max-sm:px-1.5`}
      >
        <UserRound size={18} aria-hidden="true" className={hasMenu ? "xl:hidden" : "sm:hidden"} />
        <span className={hasMenu ? "max-xl:sr-only" : "max-sm:sr-only"}>{t("account")}</span>
      </Link>
    </nav>
  );
}
