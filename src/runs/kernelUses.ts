/** Results made on several machines, or resumed on another: which kernels computed how much of them. */
export interface KernelUse {
  /** Their description. */
  readonly kernels: string;
  /** Trials, or jobs, that they computed. */
  readonly parts: number;
}

/** The kernels of all parts, in the order in which they first appear. */
export function kernelUses(ofParts: Iterable<string>): readonly KernelUse[] {
  const parts = new Map<string, number>();
  for (const kernels of ofParts) parts.set(kernels, (parts.get(kernels) ?? 0) + 1);
  return [...parts].map(([kernels, count]) => ({ kernels, parts: count }));
}

/** For people: the kernels, and where there are several how much each computed (`noun`: "trial", "job"). */
export function madeWith(uses: readonly KernelUse[], noun: string): string {
  if (uses.length <= 1) return uses.map(({ kernels }) => kernels).join("");
  const each = uses.map(({ kernels, parts }) => `${kernels} (${parts} ${noun}${parts === 1 ? "" : "s"})`);
  return `${each.slice(0, -1).join(", ")} and ${each[each.length - 1]}, whose last digits differ`;
}
