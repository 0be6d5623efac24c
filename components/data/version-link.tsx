import Link from "next/link";
import type { ReactNode } from "react";
import { shortDigest } from "@/components/ui/format";

export function versionHref(digest: string): string {
  return `/data/${shortDigest(digest)}`;
}

export function VersionLink({ digest, children }: { digest: string; children: ReactNode }) {
  return (
    <Link
      href={versionHref(digest)}
      prefetch={false}
      className="font-medium text-accent underline-offset-4 hover:underline"
    >
      {children}
    </Link>
  );
}
