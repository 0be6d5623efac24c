import Link from "next/link";
import { MessagePage } from "@/components/ui/message-page";

export const metadata = { title: "Not found" };

export default function NotFound() {
  return (
    <MessagePage title="There is no such page" text="The address may be mistyped, or the page was moved.">
      <Link href="/" className="text-accent underline underline-offset-4">
        Read an image
      </Link>
    </MessagePage>
  );
}
