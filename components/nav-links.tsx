"use client";

import Link from "next/link";
import { usePathname } from "next/navigation";

const links = [
  { href: "/", title: "Read" },
  { href: "/activity", title: "Activity" },
];

export function NavLinks() {
  const path = usePathname();
  return (
    <nav aria-label="Pages" className="flex gap-1">
      {links.map(({ href, title }) => (
        <Link
          key={href}
          href={href}
          // Nothing is asked of the server while an image is on screen unless a person asks.
          prefetch={false}
          aria-current={path === href ? "page" : undefined}
          className="rounded-control px-2.5 py-1.5 text-ink-2 transition-colors duration-(--motion) hover:text-ink aria-[current=page]:bg-float aria-[current=page]:text-ink"
        >
          {title}
        </Link>
      ))}
    </nav>
  );
}
