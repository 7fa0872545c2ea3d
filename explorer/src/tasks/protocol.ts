/** What a page and its worker say to each other (client.ts, serve.ts). */

/** A task as the worker runs it; in and out go structured clones. */
// biome-ignore lint/suspicious/noExplicitAny: stands for tasks of every input, update and output
type AnyTask = (input: any, context: TaskContext<any>) => Promise<unknown>;

export interface TaskContext<Update> {
  /** Sends what is known so far to the page; buffers in `transfer` are moved, not copied. */
  report(update: Update, transfer?: Transferable[]): void;
  /**
   * To be awaited now and then in long work: lets messages in, and throws `Stopped` once the page has asked for something newer
   * or for an end. Costs next to nothing when called often.
   */
  pause(): Promise<void>;
}

export type Tasks = Readonly<Record<string, AnyTask>>;
export type InputOf<T extends AnyTask> = Parameters<T>[0];
export type UpdateOf<T extends AnyTask> = Parameters<T>[1] extends TaskContext<infer Update> ? Update : never;
export type OutputOf<T extends AnyTask> = Awaited<ReturnType<T>>;

export type Request =
  | { readonly id: number; readonly task: string; readonly input: unknown }
  | { readonly id: number; readonly stop: true };

export type Reply =
  | { readonly id: number; readonly update: unknown }
  | { readonly id: number; readonly output: unknown }
  | { readonly id: number; readonly stopped: true }
  | { readonly id: number; readonly error: { readonly isInput: boolean; readonly message: string } };

/** The work was stopped, or given up for newer work; nothing to tell anybody. */
export class Stopped extends Error {
  override readonly name = "Stopped";
}
