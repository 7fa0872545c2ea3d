import type { Component } from "svelte";

export interface View {
  /** Names it in the address. */
  readonly id: string;
  readonly name: string;
  /** One line for people who do not know it. */
  readonly summary: string;
  /** Its script, loaded when it is first opened. */
  load(): Promise<{ readonly default: Component }>;
}

/** Every view, in the order of the navigation. The first is the one that an address without a name opens. */
export const views: readonly [View, ...View[]] = [
  {
    id: "alignment",
    name: "Alignment",
    summary: "How the noise of SGD follows the curvature of the loss, at a point and while a model trains.",
    load: () => import("./views/alignment/Alignment.svelte"),
  },
  {
    id: "model",
    name: "Your model",
    summary: "The noise geometry of a network or a Jacobian of your own, measured on this machine.",
    load: () => import("./views/model/Model.svelte"),
  },
];
