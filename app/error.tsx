"use client";

import { Button } from "@/components/ui/button";
import { MessagePage } from "@/components/ui/message-page";

export default function ErrorPage({
  error,
  reset,
}: {
  error: Error & { digest?: string };
  reset: () => void;
}) {
  const reference = error.digest ? ` The server's log has the details under ${error.digest}.` : "";
  return (
    <MessagePage
      title="The page failed"
      text={`Something went wrong while this page was made. No image was sent anywhere.${reference}`}
    >
      <Button onClick={reset}>Try again</Button>
    </MessagePage>
  );
}
