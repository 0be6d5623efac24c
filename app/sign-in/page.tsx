import { SignInPage } from "@/components/accounts/sign-in-page";
import { ServerRecordProvider } from "@/lib/browser/trpc";
import { ownPath } from "@/lib/server/accounts/own-path";
import { readResetMail } from "@/lib/server/accounts/reset-by-mail";
import { readSingleSignOn } from "@/lib/server/accounts/single-sign-on";

interface Props {
  searchParams: Promise<{
    next?: string | string[];
    callbackUrl?: string | string[];
    error?: string | string[];
  }>;
}

export default async function Page({ searchParams }: Props) {
  const { next, error } = await searchParams;
  return (
    <ServerRecordProvider>
      <SignInPage
        next={ownPath(next)}
        failed={error ? String(error) : null}
        singleSignOn={readSingleSignOn()?.name ?? null}
        canReset={readResetMail() !== null}
      />
    </ServerRecordProvider>
  );
}
