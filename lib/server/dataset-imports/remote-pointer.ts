import path from "node:path";
import { PneumoscopeError } from "@/lib/errors";
import { isRemoteUrl } from "@/lib/node/data-remotes/open-remote";
import { kindOfSource } from "@/lib/server/dataset-versions/import-source";
import type { ServerEnv } from "@/lib/server/env";

/** A name, never an address: what can be reached from here is decided by who configures the server. */
export const pointerNameRule = /^[\w-][\w.-]{0,99}$/;

export interface ConfiguredRemotes {
  /** DATA_REMOTE; null where it is not set. */
  remote: string | null;
  /** RETRAIN_DATA, where it is a `.dvc` file. */
  retrainPointer: string | null;
}

export function configuredRemotes({ dataRemote, retrainData }: ServerEnv): ConfiguredRemotes {
  return {
    remote: dataRemote ?? null,
    retrainPointer: kindOfSource(retrainData) === "pointer" ? retrainData : null,
  };
}

/**
 * The `.dvc` file of that name in the configured remote, or the configured one.
 * @throws CONFIG_INVALID where nothing is configured or the name is none
 */
export function configuredPointer(env: ServerEnv, named: { remoteName: string } | "RETRAIN_DATA"): string {
  const { remote, retrainPointer } = configuredRemotes(env);
  if (named === "RETRAIN_DATA") {
    if (retrainPointer) return retrainPointer;
    throw new PneumoscopeError("CONFIG_INVALID", "RETRAIN_DATA names no .dvc file.");
  }
  if (!remote) throw new PneumoscopeError("CONFIG_INVALID", "No remote is configured. Set DATA_REMOTE.");
  const name = named.remoteName.replace(/\.dvc$/i, "");
  if (!pointerNameRule.test(name))
    throw new PneumoscopeError("CONFIG_INVALID", `“${named.remoteName}” is not the name of a .dvc file.`);
  const file = `${name}.dvc`;
  return isRemoteUrl(remote) ? `${remote.replace(/\/+$/, "")}/${file}` : path.join(remote, file);
}
