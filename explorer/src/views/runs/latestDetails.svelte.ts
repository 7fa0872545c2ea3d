import { untrack } from "svelte";
import type { Details, Summary } from "../../../../src/serve/api.ts";
import { type RunsServer, Unanswered } from "./server.ts";

export interface LatestDetails<D extends Details> {
  /** Undefined until the first answer. */
  readonly details: D | undefined;
  readonly failure: string | undefined;
}

/** The details of a sweep or a reproduction, asked for anew whenever its summary changes. To be called while a component is made. */
export function latestDetails<D extends Details>(
  server: RunsServer,
  summary: () => Summary,
): LatestDetails<D> {
  let details = $state.raw<D>();
  let failure = $state<string>();
  let isAsking = false;
  let known = "";
  const wanted = $derived(JSON.stringify(summary()));

  async function ask(): Promise<void> {
    if (isAsking) return;
    isAsking = true;
    try {
      while (known !== wanted) {
        const asked = wanted;
        const { id } = summary();
        const answer = (await server.details(id)) as D;
        if (id === summary().id) details = answer;
        known = asked;
        failure = undefined;
      }
    } catch (error) {
      // the list says that the server does not answer
      if (!(error instanceof Unanswered)) failure = error instanceof Error ? error.message : String(error);
    } finally {
      isAsking = false;
    }
  }
  $effect(() => {
    if (wanted !== known) untrack(() => void ask());
  });

  return {
    get details() {
      return details?.summary.id === summary().id ? details : undefined;
    },
    get failure() {
      return failure;
    },
  };
}
