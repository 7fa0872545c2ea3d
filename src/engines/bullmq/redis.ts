import type { Redis } from "ioredis";
import { InputError } from "../../inputError.ts";

/** Where Redis is, and how people are told: without user and password. */
export interface RedisAddress {
  readonly url: string;
  readonly shown: string;
}

/** `redis://[user:password@]host[:port][/database]`, or rediss:// for TLS. Throws an InputError, which never repeats the password. */
export function redisAddress(text: string): RedisAddress {
  let url: URL | undefined;
  try {
    url = new URL(text);
  } catch {}
  if (!url || !["redis:", "rediss:"].includes(url.protocol) || url.hostname === "") {
    throw new InputError(
      "--redis: expected redis://[user:password@]host[:port] or, for TLS, rediss://…, got something else; check the address",
    );
  }
  return { url: text, shown: `${url.protocol}//${url.hostname}:${url.port || "6379"}` };
}

/** A connection that waits through outages, telling `note` of the first sign of each. Throws an InputError where there is no server to begin with. */
export async function connectRedis(
  { url, shown }: RedisAddress,
  note: (line: string) => void,
): Promise<Redis> {
  const { Redis } = await loaded(() => import("ioredis"));
  const redis = new Redis(url, {
    lazyConnect: true,
    // as BullMQ needs it of workers: a command waits for the connection to come back
    maxRetriesPerRequest: null,
    connectTimeout: 5000,
    retryStrategy: (times) => (isUp ? Math.min(100 * 2 ** times, 2000) : null),
  });
  let isUp = false;
  let isOut = false;
  let latest: Error | undefined;
  redis.on("error", (error: Error) => {
    latest = error;
    if (!isUp || isOut) return;
    isOut = true;
    note(`lost ${shown} (${reason(error)}); trying again until it is back`);
  });
  redis.on("ready", () => {
    if (isOut) note(`${shown} is back`);
    isOut = false;
  });
  try {
    await redis.connect();
    await redis.ping();
  } catch (error) {
    redis.disconnect();
    throw new InputError(
      `${shown}: expected a Redis server that lets us in, got ${reason(latest ?? (error as Error))}; check address, user and password`,
    );
  }
  isUp = true;
  return redis;
}

/** The optional packages. Throws an InputError where they were not installed. */
export async function loaded<T>(load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ERR_MODULE_NOT_FOUND") throw error;
    throw new InputError(
      "bullmq: expected the packages bullmq and ioredis, got neither; npm install bullmq ioredis",
    );
  }
}

function reason(error: Error): string {
  const { code } = error as NodeJS.ErrnoException;
  return code ?? error.message.split("\n")[0];
}
