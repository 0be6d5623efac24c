import { useState } from "react";
import { useTranslations } from "use-intl";

interface ThumbnailProps {
  /** Digests. */
  version: string;
  image: string;
  alt: string;
  large?: boolean;
}

/** A small image of a version on black, as radiographs are looked at. */
export function Thumbnail({ version, image, alt, large }: ThumbnailProps) {
  const t = useTranslations("data.images");
  const [isBroken, setBroken] = useState(false);
  const [of, which] = [version, image].map((digest) => digest.replace(/^sha256:/, ""));
  return (
    <span
      data-lit="image"
      className="flex aspect-square w-full items-center justify-center overflow-hidden rounded-control bg-stage"
    >
      {isBroken ? (
        <span className="text-small text-[#a6aeb8]">{t("broken")}</span>
      ) : (
        // biome-ignore lint/performance/noImgElement: an image that only its reader may have is not for Next's cache.
        <img
          src={`/api/data/versions/${of}/thumbnails/${which}${large ? "?size=large" : ""}`}
          alt={alt}
          loading="lazy"
          decoding="async"
          onError={() => setBroken(true)}
          className="max-h-full max-w-full object-contain"
        />
      )}
    </span>
  );
}
