import { redirect } from "next/navigation";

/** Where the list of runs was before it had a page of its own. */
export default function Page() {
  redirect("/runs");
}
