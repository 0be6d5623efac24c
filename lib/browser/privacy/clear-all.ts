import { forgetDesk } from "@/lib/browser/in-use/desk-storage";
import { forgetStored } from "@/lib/browser/predict/storage";

/**
 * Removes everything this address keeps in the browser: the product's files, the model, the settings, feedback that
 * waits to be sent. What the open
 * page holds in memory stays until it is closed.
 */
export async function clearAll(): Promise<void> {
  for (const registration of (await navigator.serviceWorker?.getRegistrations()) ?? [])
    await registration.unregister();
  if (typeof caches !== "undefined") for (const name of await caches.keys()) await caches.delete(name);
  await forgetStored();
  await forgetDesk();
  localStorage.clear();
  sessionStorage.clear();
  for (const entry of document.cookie.split("; ").filter(Boolean)) {
    // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is not in every supported browser.
    document.cookie = `${entry.split("=", 1)[0]}=; path=/; max-age=0; samesite=strict`;
  }
}
