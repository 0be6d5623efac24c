import type { Metadata, Viewport } from "next";
import { cookies } from "next/headers";
import type { ReactNode } from "react";
import { SiteHeader } from "@/components/site-header";
import "./globals.css";

export const metadata: Metadata = {
  title: { default: "Pneumoscope", template: "%s · Pneumoscope" },
  description: "Reads chest X-rays inside the browser. For research use; not a medical device.",
  robots: { index: false },
};

export const viewport: Viewport = {
  width: "device-width",
  initialScale: 1,
  themeColor: [{ color: "#0b0c0e" }],
};

export default async function RootLayout({ children }: { children: ReactNode }) {
  const theme = (await cookies()).get("theme")?.value === "light" ? "light" : "dark";
  return (
    <html lang="en" data-theme={theme}>
      <body className="flex min-h-dvh flex-col lg:h-dvh">
        <SiteHeader />
        {children}
      </body>
    </html>
  );
}
