"use client";

import en from "@/messages/en/common.json";
import fr from "@/messages/fr/common.json";
import "./globals.css";

/** Stands in for the whole page, so there is no provider to tell the language: both are shown. */
export default function GlobalError({ reset }: { error: Error; reset: () => void }) {
  return (
    <html lang="en">
      <body className="flex min-h-dvh flex-col gap-8 p-8 font-sans">
        {Object.entries({ en, fr }).map(([locale, words]) => (
          <section key={locale} lang={locale} className="flex flex-col items-start gap-2">
            <h1 className="text-title font-semibold">{words.pageFailed.heading}</h1>
            <p>{words.pageFailed.text}</p>
            <button type="button" onClick={reset} className="text-accent underline">
              {words.tryAgain}
            </button>
          </section>
        ))}
      </body>
    </html>
  );
}
