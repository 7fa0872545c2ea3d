import { onDestroy } from "svelte";
import { readAddress, writeAddress } from "./address.ts";
import { type AnyFields, readValues, type ValuesOf, writeValues } from "./fields.ts";

/**
 * "draft" for what goes on changing (a slider under the finger, a training run): it replaces the entry in the history; "entry" for
 * what was chosen: it makes one, so that Back undoes it.
 */
export type Change = "draft" | "entry";

export interface ViewState<F extends AnyFields> {
  readonly values: ValuesOf<F>;
  /** What in the address was not understood, a line each. */
  readonly problems: readonly string[];
  set(changes: Partial<ValuesOf<F>>, change?: Change): void;
}

/**
 * The settings of a view, kept in the address: a link reopens the view, and Back and Forward move through what was set. To be
 * called while the view's component is made.
 */
export function viewState<const F extends AnyFields>(view: string, fields: F): ViewState<F> {
  let current = $state.raw(readValues(fields, readAddress(location.hash).parameters));
  let entered = location.hash;

  /** Browsers refuse changes of the address that follow each other too fast. */
  let draft: ReturnType<typeof setTimeout> | undefined;
  function writeDraft(hash: string): void {
    clearTimeout(draft);
    draft = setTimeout(() => history.replaceState(null, "", hash), 300);
  }

  function onMove(): void {
    clearTimeout(draft);
    const address = readAddress(location.hash);
    entered = location.hash;
    if (address.view === view) current = readValues(fields, address.parameters);
  }
  addEventListener("popstate", onMove);
  onDestroy(() => {
    clearTimeout(draft);
    removeEventListener("popstate", onMove);
  });

  return {
    get values() {
      return current.values;
    },
    get problems() {
      return current.problems;
    },
    set(changes, change = "entry") {
      const values = { ...current.values, ...changes };
      current = { values, problems: [] };
      const hash = writeAddress({ view, parameters: writeValues(fields, values) });
      if (change === "draft") {
        writeDraft(hash);
        return;
      }
      clearTimeout(draft);
      if (hash !== entered) {
        // the drafts since the last entry have written over it
        history.replaceState(null, "", entered || `#${view}`);
        history.pushState(null, "", hash);
        entered = hash;
      }
    },
  };
}
