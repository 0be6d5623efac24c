import { writeFileSync } from "node:fs";
import { manifestJsonSchema } from "@/lib/manifest/json-schema";

/** Writes public/models/manifest.schema.json from the schema that the code uses. */
writeFileSync(
  new URL("../public/models/manifest.schema.json", import.meta.url),
  `${JSON.stringify(manifestJsonSchema(), null, 2)}\n`,
);
