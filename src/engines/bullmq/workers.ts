import type { Redis } from "ioredis";
import { queueName, versionOf } from "./queue.ts";
import type { RedisAddress } from "./redis.ts";

/** Why nothing happens where no worker of this version is connected, and what to do. */
export async function describeWorkers(
  redis: Redis,
  version: string,
  { shown }: RedisAddress,
): Promise<string> {
  const others = [...new Set(await versionsConnected(redis))].filter((other) => other !== version);
  const there =
    others.length > 0
      ? `only workers of version ${others.join(", ")}, whose numbers may differ`
      : "no worker";
  return `waiting: ${there} at ${shown}; start some of version ${version} by noisegeo worker --redis`;
}

/** From the names that BullMQ's workers give their connections, where the server lists them. */
async function versionsConnected(redis: Redis): Promise<string[]> {
  const list = await redis.client("LIST").catch(() => "");
  return [...String(list).matchAll(/ name=bull:([A-Za-z\d+/=]+)/g)].flatMap(([, encoded]) => {
    const queue = Buffer.from(encoded, "base64").toString();
    const version = versionOf(queue);
    return version !== undefined && queueName(version) === queue ? [version] : [];
  });
}
