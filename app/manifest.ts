import type { MetadataRoute } from "next";
import { headers } from "next/headers";
import { chooseLocale } from "@/components/i18n/locales";
import { loadMessages } from "@/messages/load";

/** What an installed copy is called and looks like. */
export default async function manifest(): Promise<MetadataRoute.Manifest> {
  const locale = chooseLocale(undefined, (await headers()).get("accept-language"));
  const { common } = await loadMessages(locale);
  return {
    id: "/",
    name: "Pneumoscope",
    short_name: "Pneumoscope",
    description: common.description,
    lang: locale,
    start_url: "/",
    scope: "/",
    display: "standalone",
    background_color: "#0b0c0e",
    theme_color: "#0b0c0e",
    categories: ["medical"],
    icons: [
      { src: "/icons/icon-192.png", sizes: "192x192", type: "image/png", purpose: "any" },
      { src: "/icons/icon-512.png", sizes: "512x512", type: "image/png", purpose: "any" },
      { src: "/icons/maskable-512.png", sizes: "512x512", type: "image/png", purpose: "maskable" },
      { src: "/icon.svg", sizes: "any", type: "image/svg+xml", purpose: "any" },
    ],
  };
}
