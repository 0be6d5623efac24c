import type { Metadata, Viewport } from "next";
import { cookies, headers } from "next/headers";
import type { ReactNode } from "react";
import { LanguageProvider } from "@/components/i18n/language-provider";
import { chooseLocale, localeCookie } from "@/components/i18n/locales";
import { SiteHeader } from "@/components/site-header";
import { loadMessages } from "@/messages/load";
import "./globals.css";

export const metadata: Metadata = {
  description: "Reads chest X-rays inside the browser. For research use; not a medical device.",
  robots: { index: false },
};

export const viewport: Viewport = {
  width: "device-width",
  initialScale: 1,
  themeColor: [{ color: "#0b0c0e" }],
};

export default async function RootLayout({ children }: { children: ReactNode }) {
  const [cookieJar, headerList] = await Promise.all([cookies(), headers()]);
  const theme = cookieJar.get("theme")?.value === "light" ? "light" : "dark";
  const locale = chooseLocale(cookieJar.get(localeCookie)?.value, headerList.get("accept-language"));
  return (
    <html lang={locale} data-theme={theme}>
      <body className="flex min-h-dvh flex-col lg:h-dvh">
        <LanguageProvider locale={locale} messages={await loadMessages(locale)}>
          <SiteHeader />
          {children}
        </LanguageProvider>
      </body>
    </html>
  );
}
