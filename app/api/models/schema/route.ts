import { manifestJsonSchema } from "@/lib/manifest";

export function GET(): Response {
  return Response.json(manifestJsonSchema(), { headers: { "content-type": "application/schema+json" } });
}
