import type { Component } from "svelte";

export interface View {
  /** Names it in the address. */
  readonly id: string;
  readonly name: string;
  /** One line for people who do not know it. */
  readonly summary: string;
  /** What to move first, and what is then to be seen. */
  readonly firstMove?: string;
  /** Its script, loaded when it is first opened. */
  load(): Promise<{ readonly default: Component }>;
}

/** Every view, in the order of the navigation. The first is the one that an address without a name opens. */
export const views: readonly [View, ...View[]] = [
  {
    id: "alignment",
    name: "Alignment",
    summary: "How the noise of SGD follows the curvature of the loss, at a point and while a model trains.",
    firstMove:
      "Move Samples n from 10 to 400: the left map comes to look like the right one, and the markers of g below gather near 1. Then choose another Model: they stay there, however many parameters it has.",
    load: () => import("./views/alignment/Alignment.svelte"),
  },
  {
    id: "escape",
    name: "Escape",
    summary:
      "How SGD and gradient descent leave a sharp minimum: along which directions, and from which learning rate on.",
    firstMove:
      "Move Learning rate η to the left of the mark η* and back: SGD (discs) shrinks towards the minimum, then leaves in all directions, up and to the right. GD (squares) leaves to the right alone, along the sharpest.",
    load: () => import("./views/escape/Escape.svelte"),
  },
  {
    id: "cycles",
    name: "Cycles",
    summary:
      "SGD and gradient descent under a learning rate that rises and falls, and how flat the minima are that they come to.",
    firstMove:
      "Press Train: λ_max(G) of SGD falls with the first rise of the learning rate, that of GD stays. Then move Large η below the mark η* and train again: neither falls.",
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
