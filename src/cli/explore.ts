import { once } from "node:events";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { type Command, InvalidArgumentError } from "commander";
import { wholeNumber } from "./arguments.ts";
import { CommandEnd, exitCodes } from "./commandEnd.ts";

interface ExploreOptions {
  readonly port: number;
  readonly host: string;
}

export function setUpExplore(command: Command, signal: AbortSignal): void {
  command
    .argument("[folder]", "of a run, a sweep or a reproduction, or one that holds some")
    .option("--port <port>", "where to listen (default: one that is free)", portNumber, 0)
    .option("--host <address>", "what to listen on, if not on this machine alone", "127.0.0.1")
    .action((folder: string | undefined, options: ExploreOptions) => run(folder, options, signal));
}

async function run(
  folder: string | undefined,
  { port, host }: ExploreOptions,
  signal: AbortSignal,
): Promise<void> {
  // what serves is loaded here, not when the command starts
  const { serveExplorer } = await import("../serve/server.ts");
  const { isLoopback } = await import("../serve/requestGuard.ts");
  const note = (line: string) => process.stderr.write(`noisegeo: ${line}\n`);
  const build = fileURLToPath(new URL("../explorer/", import.meta.url));
  const server = await serveExplorer({ build, runs: folder, host, port, note });
  try {
    if (!isLoopback(host)) {
      note(
        `listening on ${host}: whoever reaches it can read ${folder === undefined ? "the explorer" : `what ${folder} holds`}, without a password or encryption`,
      );
    }
    if (folder !== undefined) {
      note(
        `${server.found === 1 ? "1 run, sweep or reproduction" : `${server.found} runs, sweeps and reproductions`} in ${folder}`,
      );
    }
    process.stdout.write(`${server.address}\n`);
    note("Ctrl-C ends it");
    if (!signal.aborted) await once(signal, "abort");
  } finally {
    await server.close();
  }
  throw new CommandEnd(exitCodes.interrupted, "interrupted; nothing is served any more");
}

function portNumber(text: string): number {
  const port = wholeNumber(text);
  if (port > 65_535) throw new InvalidArgumentError("expected a port up to 65535");
  return port;
}
