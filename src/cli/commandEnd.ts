/** Exit codes of docs/contract.md. */
export const exitCodes = { failed: 1, wrongInput: 2, interrupted: 130 } as const;

/** Ends a command with an exit code and one line, where neither the input nor the program is at fault. */
export class CommandEnd extends Error {
  override readonly name = "CommandEnd";
  readonly exitCode: number;

  constructor(exitCode: number, message: string) {
    super(message);
    this.exitCode = exitCode;
  }
}
