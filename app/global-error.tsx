"use client";

import "./globals.css";

export default function GlobalError({ reset }: { error: Error; reset: () => void }) {
  return (
    <html lang="en">
      <body className="flex min-h-dvh flex-col items-start gap-4 p-8 font-sans">
        <h1 className="text-title font-semibold">Pneumoscope failed</h1>
        <p>The page could not be made. No image was sent anywhere.</p>
        <button type="button" onClick={reset} className="text-accent underline">
          Try again
        </button>
      </body>
    </html>
  );
}
