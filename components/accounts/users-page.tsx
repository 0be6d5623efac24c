"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslations } from "use-intl";
import { failureCodeOf } from "@/components/i18n/failure-code-of";
import { FailureLine } from "@/components/i18n/failure-line";
import { useFormat } from "@/components/i18n/use-format";
import { Button } from "@/components/ui/button";
import { PageColumn } from "@/components/ui/page-column";
import { QueryState } from "@/components/ui/query-state";
import { Cell, Table } from "@/components/ui/table";
import { TextField } from "@/components/ui/text-field";
import { type UserRow, useTRPC } from "@/lib/browser/trpc";

const roles = ["viewer", "doctor", "admin"] as const;
const heads = ["name", "email", "role", "since", "actions"] as const;

/** Who may sign in, and as what. */
export function UsersPage({ ownId }: { ownId: string }) {
  const t = useTranslations("accounts");
  const trpc = useTRPC();
  const queries = useQueryClient();
  const [link, setLink] = useState<{ address: string; email: string } | null>(null);
  const users = useQuery(trpc.accounts.list.queryOptions());
  const refresh = { onSettled: () => queries.invalidateQueries({ queryKey: trpc.accounts.list.queryKey() }) };
  const changeRole = useMutation(trpc.accounts.changeRole.mutationOptions(refresh));
  const setActive = useMutation(trpc.accounts.setActive.mutationOptions(refresh));
  const clearFactor = useMutation(trpc.accounts.clearSecondFactor.mutationOptions(refresh));
  const reset = useMutation(trpc.accounts.resetPassword.mutationOptions());
  const failed = [changeRole, setActive, clearFactor, reset].find(({ isError }) => isError);
  const showLink = (email: string, secret: string) =>
    setLink({ email, address: `${location.origin}/link#${secret}` });

  return (
    <PageColumn title={t("people")}>
      <Invite onInvited={showLink} />
      {link && (
        <section role="status" className="flex flex-col gap-2 rounded-panel border border-line bg-raised p-4">
          <p>{t("linkFor", { email: link.email })}</p>
          <code data-link className="font-mono text-small wrap-anywhere">
            {link.address}
          </code>
          <Button className="self-start" onClick={() => void navigator.clipboard.writeText(link.address)}>
            {t("copyLink")}
          </Button>
        </section>
      )}
      {failed && <FailureLine code={failureCodeOf(failed.error)} />}
      <QueryState query={users} empty={t("nobody")}>
        {(rows) => (
          <Table caption={t("people")} heads={heads.map((head) => t(`heads.${head}`))}>
            {rows.map((user) => (
              <UserLine
                key={user.id}
                user={user}
                isOwn={user.id === ownId}
                onRole={(role) => changeRole.mutate({ userId: user.id, role })}
                onActive={(active) => setActive.mutate({ userId: user.id, active })}
                onClearFactor={() => clearFactor.mutate({ userId: user.id })}
                onReset={() =>
                  reset.mutate(
                    { userId: user.id },
                    { onSuccess: ({ secret }) => showLink(user.email, secret) },
                  )
                }
              />
            ))}
          </Table>
        )}
      </QueryState>
    </PageColumn>
  );
}

function Invite({ onInvited }: { onInvited(email: string, secret: string): void }) {
  const t = useTranslations("accounts");
  const trpc = useTRPC();
  const invite = useMutation(trpc.accounts.invite.mutationOptions());

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = event.currentTarget;
    const fields = new FormData(form);
    const email = String(fields.get("email"));
    const role = roles.find((name) => name === fields.get("role")) ?? "viewer";
    invite.mutate(
      { email, role },
      {
        onSuccess: ({ secret }) => {
          onInvited(email, secret);
          form.reset();
        },
      },
    );
  }

  return (
    <form onSubmit={submit} className="flex flex-wrap items-end gap-3">
      <TextField label={t("email")} name="email" type="email" required className="min-w-64 max-sm:w-full" />
      <RoleSelect name="role" defaultValue="doctor" />
      <Button type="submit" look="primary" disabled={invite.isPending}>
        {t("invite")}
      </Button>
      {invite.isError && <FailureLine code={failureCodeOf(invite.error)} />}
    </form>
  );
}

function RoleSelect(props: {
  name?: string;
  defaultValue?: string;
  value?: string;
  label?: string;
  onChange?(role: UserRow["role"]): void;
}) {
  const t = useTranslations("accounts");
  const { onChange, label, ...rest } = props;
  return (
    <select
      aria-label={label ?? t("heads.role")}
      className="min-h-9 rounded-control border border-line-strong bg-ground px-2"
      onChange={
        onChange && ((event) => onChange(roles.find((role) => role === event.target.value) ?? "viewer"))
      }
      {...rest}
    >
      {roles.map((role) => (
        <option key={role} value={role}>
          {t(`roles.${role}`)}
        </option>
      ))}
    </select>
  );
}

interface UserLineProps {
  user: UserRow;
  isOwn: boolean;
  onRole(role: UserRow["role"]): void;
  onActive(active: boolean): void;
  onClearFactor(): void;
  onReset(): void;
}

function UserLine({ user, isOwn, onRole, onActive, onClearFactor, onReset }: UserLineProps) {
  const t = useTranslations("accounts");
  const format = useFormat();
  const isActive = user.deactivatedAt === null;
  return (
    <tr data-user={user.email}>
      <Cell className="font-medium">
        {user.name}
        {isOwn && <span className="text-ink-2"> · {t("you")}</span>}
      </Cell>
      <Cell>{user.email}</Cell>
      <Cell>
        <RoleSelect value={user.role} label={t("roleOf", { name: user.name })} onChange={onRole} />
      </Cell>
      <Cell className="whitespace-nowrap text-ink-2">
        {isActive ? format.date(user.createdAt) : t("deactivated")}
        {user.hasSecondFactor && ` · ${t("withSecondFactor")}`}
      </Cell>
      <Cell>
        <div className="flex flex-wrap gap-1">
          <Button look="quiet" onClick={onReset}>
            {t("newPasswordLink")}
          </Button>
          {user.hasSecondFactor && !isOwn && (
            <Button look="quiet" onClick={onClearFactor}>
              {t("removeSecondFactor")}
            </Button>
          )}
          <Button look="quiet" onClick={() => onActive(!isActive)}>
            {isActive ? t("deactivate") : t("reactivate")}
          </Button>
        </div>
      </Cell>
    </tr>
  );
}
