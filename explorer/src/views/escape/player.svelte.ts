import { onDestroy } from "svelte";

/** Of the trajectories a second: between two steps points move straight from one to the next. */
const stepsPerSecond = 5;

export interface Player {
  /** Of the last step reached. */
  readonly step: number;
  readonly isPlaying: boolean;
  /** Where between steps the picture is: the whole part is the step. */
  readonly position: number;
  play(): void;
  pause(): void;
  /** Stands still at a step. */
  goTo(step: number): void;
}

/** @param last the last step there is, @param onFrame called for every frame of the screen while it plays */
export function player(last: () => number, onFrame: () => void): Player {
  let position = 0;
  let step = $state(0);
  let isPlaying = $state(false);
  let request = 0;
  let before = 0;

  function move(to: number): void {
    position = Math.min(to, last());
    step = Math.floor(position);
    onFrame();
  }

  function tick(now: number): void {
    // a page that was hidden goes on where it was; the first frame may be from before play
    const elapsed = Math.max(0, Math.min(now - before, 100));
    before = now;
    move(position + (elapsed / 1000) * stepsPerSecond);
    if (position >= last()) isPlaying = false;
    else request = requestAnimationFrame(tick);
  }

  function pause(): void {
    cancelAnimationFrame(request);
    isPlaying = false;
  }

  onDestroy(() => cancelAnimationFrame(request));
  return {
    get step() {
      return step;
    },
    get isPlaying() {
      return isPlaying;
    },
    get position() {
      return position;
    },
    play() {
      pause();
      if (position >= last()) move(0);
      isPlaying = true;
      before = performance.now();
      request = requestAnimationFrame(tick);
    },
    pause,
    goTo(to) {
      pause();
      move(to);
    },
  };
}
