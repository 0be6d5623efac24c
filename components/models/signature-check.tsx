import { useQuery } from "@tanstack/react-query";
import { ShieldAlert, ShieldCheck } from "lucide-react";
import { useTranslations } from "use-intl";
import { useFailureWords } from "@/components/i18n/use-failure";
import { checkVersion } from "@/lib/browser/predict/check-version";
import { toFailure } from "@/lib/browser/predict/failure";
import type { SignedManifest, TrustedKey } from "@/lib/manifest";

interface SignatureCheckProps {
  signed: SignedManifest;
  trustedKeys: readonly TrustedKey[];
}

/** Whether this browser, which trusts no server in this, would run the version. */
export function SignatureCheck({ signed, trustedKeys }: SignatureCheckProps) {
  const t = useTranslations("models.signature");
  const common = useTranslations("common");
  const words = useFailureWords();
  const check = useQuery({
    queryKey: ["signature", signed.manifest.version, signed.signature.value],
    queryFn: () => checkVersion(signed, trustedKeys),
    retry: false,
  });
  if (check.isPending) return <p className="text-ink-2">{common("loading")}</p>;
  if (check.isError) {
    const { code, message } = toFailure(check.error);
    return (
      <div data-signature={code} className="flex items-start gap-2">
        <ShieldAlert size={18} aria-hidden="true" className="mt-0.5 shrink-0 text-red" />
        <div>
          <p className="font-medium text-red">{words(code).title}</p>
          <p lang="en" className="text-small text-ink-2">
            {message}
          </p>
        </div>
      </div>
    );
  }
  const { keyId, manifestDigest, trustedKeys: keys } = check.data;
  return (
    <div data-signature="valid" className="flex items-start gap-2">
      <ShieldCheck size={18} aria-hidden="true" className="mt-0.5 shrink-0 text-accent" />
      <div className="min-w-0">
        <p className="font-medium">{t("valid")}</p>
        <p className="text-small text-ink-2">{t("checked", { keyId, keys })}</p>
        <p className="font-mono text-small break-all text-ink-2">{manifestDigest}</p>
      </div>
    </div>
  );
}
