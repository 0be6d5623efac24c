import { writeFileSync } from "node:fs";
import { readingsJsonSchema } from "@/lib/report/list-json";

/** Writes public/models/readings.schema.json from the schema that the code uses. */
writeFileSync(
  new URL("../public/models/readings.schema.json", import.meta.url),
  `${JSON.stringify(readingsJsonSchema(), null, 2)}\n`,
);
