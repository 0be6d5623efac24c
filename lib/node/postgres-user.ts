import type { SpawnOptions } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import path from "node:path";
import { PneumoscopeError } from "@/lib/errors";

/** How to start a PostgreSQL program: as ourselves, or, since it refuses to run as root, as somebody else. */
export interface PostgresCommand {
  command: string;
  args: string[];
  options: Pick<SpawnOptions, "uid" | "gid">;
}

export interface PostgresUser {
  uid: number;
  gid: number;
}

/** The account for the server when we are root: “postgres” where there is one, else “nobody”. Null when not root. */
export function postgresUser(): PostgresUser | null {
  if (process.getuid?.() !== 0) return null;
  const lines = readFileSync("/etc/passwd", "utf8").split("\n");
  for (const name of ["postgres", "nobody"]) {
    const fields = lines.find((line) => line.startsWith(`${name}:`))?.split(":");
    if (fields?.[2] && fields[3]) return { uid: Number(fields[2]), gid: Number(fields[3]) };
  }
  throw new PneumoscopeError(
    "DATABASE_UNAVAILABLE",
    "PostgreSQL does not run as root, and this system has no user named postgres or nobody. " +
      "Start as another user, or set DATABASE_URL.",
  );
}

/**
 * The command line for a PostgreSQL program that must reach `folder`. As root, below a folder that others may not
 * enter (/root, a private temporary folder), the program keeps the one capability that lets it pass.
 */
export function postgresCommand(
  program: string,
  args: string[],
  folder: string,
  user: PostgresUser | null,
): PostgresCommand {
  if (!user) return { command: program, args, options: {} };
  if (canEnter(path.dirname(program), user) && canEnter(path.dirname(folder), user)) {
    return { command: program, args, options: user };
  }
  const privileges = [
    `--reuid=${user.uid}`,
    `--regid=${user.gid}`,
    "--clear-groups",
    "--inh-caps=+dac_override",
    "--ambient-caps=+dac_override",
  ];
  return { command: "setpriv", args: [...privileges, "--", program, ...args], options: {} };
}

function canEnter(folder: string, user: PostgresUser): boolean {
  for (let current = path.resolve(folder); ; current = path.dirname(current)) {
    const { mode, uid, gid } = statSync(current);
    const needed = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001;
    if ((mode & needed) === 0) return false;
    if (current === path.dirname(current)) return true;
  }
}
