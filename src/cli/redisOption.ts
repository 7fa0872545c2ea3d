import process from "node:process";
import type { RedisAddress } from "../engines/bullmq/redis.ts";
import { InputError } from "../inputError.ts";

/** The address in --redis, or in the variable NOISEGEO_REDIS. Throws an InputError where there is none, or it is wrong. */
export async function requiredRedis(given: string | undefined): Promise<RedisAddress> {
  const text = given ?? process.env.NOISEGEO_REDIS;
  if (!text) {
    throw new InputError(
      "--redis: expected redis://host:port (or the variable NOISEGEO_REDIS), got none; say where the Redis is",
    );
  }
  const { redisAddress } = await import("../engines/bullmq/redis.ts");
  return redisAddress(text);
}
