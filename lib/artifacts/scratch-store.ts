import type { ArtifactStore } from "./store";

/** Reads from a store and writes elsewhere: what a trial makes is not kept with what a deployment needs. */
export function scratchStore(base: ArtifactStore, scratch: ArtifactStore): ArtifactStore {
  const holder = async (digest: Parameters<ArtifactStore["get"]>[0]) =>
    (await scratch.stat(digest)) ? scratch : base;
  return {
    put: (bytes) => scratch.put(bytes),
    stat: async (digest) => (await holder(digest)).stat(digest),
    renew: async (digest) => (await holder(digest)).renew(digest),
    storedAt: async (digest) => (await holder(digest)).storedAt(digest),
    get: async (digest) => (await holder(digest)).get(digest),
    stream: async (digest, range) => (await holder(digest)).stream(digest, range),
    remove: (digest) => scratch.remove(digest),
    readPointer: (name) => base.readPointer(name),
    writePointer: (name, text) => scratch.writePointer(name, text),
    pointersBelow: (folder) => base.pointersBelow(folder),
    removePointer: (name) => scratch.removePointer(name),
  };
}
