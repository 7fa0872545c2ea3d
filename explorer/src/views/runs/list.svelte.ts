import { onDestroy } from "svelte";
import type { Summary } from "../../../../src/serve/api.ts";
import { type RunsServer, Unanswered } from "./server.ts";
import { whenVisible } from "./visible.ts";

/** What the folder holds, looked at again and again while the page is seen. */
export interface WatchedList {
  /** Undefined until the first answer. */
  readonly runs: readonly Summary[] | undefined;
  /** Paths of what cannot be read. */
  readonly unreadable: readonly string[];
  /** When they were so, by the server's clock: milliseconds since 1970. */
  readonly now: number;
  /** Why there is no news, where there is none. */
  readonly failure: string | undefined;
}

/** Milliseconds between an answer and the next question. */
const askEvery = 1500;

/** To be called while a component is made. */
export function watchList(server: RunsServer): WatchedList {
  let runs = $state.raw<readonly Summary[]>();
  let unreadable = $state.raw<readonly string[]>([]);
  let now = $state(0);
  let failure = $state<string>();
  let isOpen = true;
  onDestroy(() => {
    isOpen = false;
  });

  async function watch(): Promise<void> {
    while (isOpen) {
      try {
        ({ runs, unreadable, now } = await server.list());
        failure = undefined;
      } catch (error) {
        failure = wordsOf(error);
      }
      await new Promise((resolve) => setTimeout(resolve, askEvery));
      await whenVisible();
    }
  }
  void watch();

  return {
    get runs() {
      return runs;
    },
    get unreadable() {
      return unreadable;
    },
    get now() {
      return now;
    },
    get failure() {
      return failure;
    },
  };
}

function wordsOf(error: unknown): string {
  if (!(error instanceof Unanswered)) return error instanceof Error ? error.message : String(error);
  const port = location.port === "" ? "" : ` --port ${location.port}`;
  return `${error.message}: shown is what it said last; trying again. If it has ended, noisegeo explore FOLDER${port} starts it again`;
}
