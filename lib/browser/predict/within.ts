import { PneumoscopeError } from "@/lib/errors";

/** Waits for a promise, but not for ever. The late result is ignored. @throws BACKEND_UNAVAILABLE */
export async function within<T>(limitMs: number, what: string, promise: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () =>
        reject(new PneumoscopeError("BACKEND_UNAVAILABLE", `${what} took longer than ${limitMs / 1000} s.`)),
      limitMs,
    );
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
