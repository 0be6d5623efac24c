import { listingCsv } from "@/lib/dataset/listing-csv";
import { answerRoute } from "@/lib/server/answer-route";
import { attachment } from "@/lib/server/attachment";
import { readListing } from "@/lib/server/dataset-versions/read-listing";
import { requireDatasetVersion } from "@/lib/server/dataset-versions/record";
import { requireCaller } from "@/lib/server/trpc/require-caller";

export const dynamic = "force-dynamic";

/** Every image of a version with its patient's key: for who may see the images too. */
export const GET = answerRoute<{ digest: string }>(async (request, params) => {
  const { database, store } = await requireCaller(request, "doctor", "admin");
  const { digest } = await requireDatasetVersion((await database()).db, params.digest);
  const csv = listingCsv(await readListing(store, digest));
  return attachment(csv, `listing-${digest.slice(7, 19)}.csv`, "text/csv; charset=utf-8");
});
