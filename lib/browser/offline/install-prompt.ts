interface InstallPromptEvent extends Event {
  prompt(): Promise<unknown>;
}

let offered: InstallPromptEvent | null = null;
const listeners = new Set<() => void>();

function set(event: InstallPromptEvent | null): void {
  offered = event;
  for (const listener of listeners) listener();
}

/** Keeps the browser's offer to install, which comes once and early. */
export function watchInstallPrompt(): void {
  if (typeof window === "undefined") return;
  window.addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault();
    set(event as InstallPromptEvent);
  });
  window.addEventListener("appinstalled", () => set(null));
}

export function subscribeInstall(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export const canInstall = (): boolean => offered !== null;

export async function install(): Promise<void> {
  const event = offered;
  set(null);
  await event?.prompt();
  // An installed product should not lose its model to a full disk.
  await navigator.storage?.persist?.();
}
