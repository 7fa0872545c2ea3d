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
    id: "escape",
    name: "Escape",
    summary:
      "How SGD and gradient descent leave a sharp minimum: along which directions, and from which learning rate on.",
    load: () => import("./views/escape/Escape.svelte"),
  },
  {
    id: "cycles",
    name: "Cycles",
    summary:
      "SGD and gradient descent under a learning rate that rises and falls, and how flat the minima are that they come to.",
    load: () => import("./views/cycles/Cycles.svelte"),
  },
  {
    id: "model",
    name: "Your model",
    summary: "The noise geometry of a network or a Jacobian of your own, measured on this machine.",
    load: () => import("./views/model/Model.svelte"),
  },
  {
    id: "runs",
    name: "Runs",
    summary: "What training has measured, live while it goes on, with sweeps and reproductions.",
    load: () => import("./views/runs/Runs.svelte"),
  },
];
