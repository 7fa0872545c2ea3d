import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { setTimeout } from "node:timers/promises";
import { Redis } from "ioredis";
import { freePort } from "./freePort.ts";

/** Undefined where Redis is on the machine; else why its tests are left out. In CI they may not be. */
export const withoutRedis =
  spawnSync("redis-server", ["--version"]).status === 0
    ? undefined
    : "redis-server is not installed (Debian: apt-get install redis-server)";

export interface RedisServer {
  readonly url: string;
  /** Kills it; `restart` begins without its data. */
  kill(): Promise<void>;
  restart(): Promise<void>;
}

/** A Redis of its own on a free loopback port, without anything on disk. */
export async function startRedis(folder: string, extra: readonly string[] = []): Promise<RedisServer> {
  const port = await freePort();
  const words = ["--port", `${port}`, "--bind", "127.0.0.1", "--save", "", "--dir", folder, ...extra];
  const password = extra.includes("--requirepass") ? extra[extra.indexOf("--requirepass") + 1] : undefined;
  const url = `redis://${password ? `:${password}@` : ""}127.0.0.1:${port}`;
  const start = async () => {
    const server = spawn("redis-server", words, { stdio: "ignore" });
    for (let tries = 0; tries < 600; tries++) {
      const client = new Redis(url, { lazyConnect: true, retryStrategy: () => null });
      client.on("error", () => {});
      const answer = await client
        .connect()
        .then(() => client.ping())
        .catch(() => "");
      client.disconnect();
      if (answer === "PONG") return server;
      await setTimeout(50);
    }
    throw new Error("redis-server did not start within 30 s");
  };
  let server = await start();
  return {
    url,
    async kill() {
      server.kill("SIGKILL");
      if (server.exitCode === null && server.signalCode === null) await once(server, "exit");
    },
    async restart() {
      server = await start();
    },
  };
}
