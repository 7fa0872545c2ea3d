import { listOf } from "./fields.ts";
import type { Quantity } from "./quantities.ts";

/** In the address: all of them are meant where it says nothing. */
const none = "none";

export function isShown(id: string, show: string): boolean {
  return show === "" || listOf(show).includes(id);
}

/** What the address says once a quantity is shown that was not, or the other way round. */
export function showToggled(id: string, show: string, quantities: readonly Quantity[]): string {
  const ids = quantities.map((quantity) => quantity.id);
  const shown = ids.filter((other) => isShown(other, show) !== (other === id));
  if (shown.length === ids.length) return "";
  return shown.length === 0 ? none : shown.join(",");
}
