import { KeysButton } from "./keys-button";
import { LanguageButton } from "./language-button";
import { NavLinks } from "./nav-links";
import type { NavRole } from "./nav-pages";
import { PrivacyButton } from "./privacy/privacy-button";
import { ThemeButton } from "./theme-button";

export function SiteHeader({ role }: { role: NavRole }) {
  return (
    <header className="flex h-12 shrink-0 items-center gap-4 border-b border-line bg-ground px-3 max-sm:gap-1 max-sm:px-2 lg:px-4">
      <span className="text-body font-semibold tracking-tight max-sm:hidden">Pneumoscope</span>
      <NavLinks role={role} />
      <div className="ml-auto flex items-center">
        <PrivacyButton />
        <KeysButton />
        <LanguageButton />
        <ThemeButton />
      </div>
    </header>
  );
}
