import type { Metadata, Viewport } from "next";
import { cookies, headers } from "next/headers";
import type { ReactNode } from "react";
import { LanguageProvider } from "@/components/i18n/language-provider";
import { chooseLocale, type Locale, localeCookie } from "@/components/i18n/locales";
import { UpdateNotice } from "@/components/privacy/update-notice";
import { SiteHeader } from "@/components/site-header";
import { SkipLink } from "@/components/skip-link";
import { headerRole } from "@/lib/server/accounts/request-caller";
import { loadManifestTexts, loadMessages } from "@/messages/load";
import "./globals.css";

async function readersLocale(): Promise<Locale> {
  const [cookieJar, headerList] = await Promise.all([cookies(), headers()]);
  return chooseLocale(cookieJar.get(localeCookie)?.value, headerList.get("accept-language"));
}

/** The tab's title is in the pages, which follow a change of language. */
export async function generateMetadata(): Promise<Metadata> {
  const { common } = await loadMessages(await readersLocale());
  return {
    applicationName: "Pneumoscope",
    description: common.description,
    icons: { icon: { url: "/icon.svg", type: "image/svg+xml" }, apple: "/icons/apple-180.png" },
    appleWebApp: { capable: true, title: "Pneumoscope", statusBarStyle: "black" },
    robots: { index: false },
  };
}

export const viewport: Viewport = {
  width: "device-width",
  initialScale: 1,
  themeColor: [{ color: "#0b0c0e" }],
};

export default async function RootLayout({ children }: { children: ReactNode }) {
  const theme = (await cookies()).get("theme")?.value === "light" ? "light" : "dark";
  const locale = await readersLocale();
  return (
    <html lang={locale} data-theme={theme}>
      <body className="flex min-h-dvh flex-col lg:h-dvh">
        <LanguageProvider
          locale={locale}
          messages={await loadMessages(locale)}
          manifestTexts={await loadManifestTexts(locale)}
        >
          <SkipLink />
          <SiteHeader role={await headerRole()} />
          <UpdateNotice />
          {children}
        </LanguageProvider>
      </body>
    </html>
  );
}
