import { useRouter, useSearchParams } from "next/navigation";

/** The page's query, and how a part of it is changed; null takes a part out. The address holds what is shown. */
export function useQueryChange() {
  const router = useRouter();
  const search = useSearchParams();
  function change(parts: Record<string, string | null>) {
    const wanted = new URLSearchParams(search);
    for (const [name, value] of Object.entries(parts)) {
      if (value) wanted.set(name, value);
      else wanted.delete(name);
    }
    const text = wanted.toString();
    router.replace(text ? `?${text}` : window.location.pathname, { scroll: false });
  }
  return { search, change };
}

/** A page's number in the address, from 1. */
export function pageOf(search: URLSearchParams): number {
  const page = Number(search.get("page") ?? 1);
  return Number.isSafeInteger(page) && page > 0 && page <= 10_000 ? page : 1;
}
