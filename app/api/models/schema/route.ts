import { manifestJsonSchema } from "@/lib/manifest/json-schema";

export function GET(): Response {
  return Response.json(manifestJsonSchema(), { headers: { "content-type": "application/schema+json" } });
}
