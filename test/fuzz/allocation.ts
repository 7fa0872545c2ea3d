/** Memory asked for by typed arrays, whether or not it is ever touched. */
const kinds = ["Uint8Array", "Uint16Array", "Int32Array", "Float32Array", "Float64Array"] as const;

/** The bytes of the typed arrays that `work` makes by length, and of plain arrays by `Array.from({ length })`. */
export async function bytesAllocated(work: () => Promise<void>): Promise<number> {
  let bytes = 0;
  const scope = globalThis as unknown as Record<string, unknown>;
  const originals = kinds.map((kind) => [kind, scope[kind]] as const);
  const from = Array.from;
  for (const [kind, original] of originals) {
    scope[kind] = new Proxy(original as Float64ArrayConstructor, {
      construct(target, args, maker) {
        if (typeof args[0] === "number") bytes += args[0] * target.BYTES_PER_ELEMENT;
        return Reflect.construct(target, args, maker);
      },
    });
  }
  Array.from = ((source: unknown, ...rest: []) => {
    const { length } = source as { length?: number };
    if (typeof length === "number") bytes += 8 * length;
    return from(source as never, ...rest);
  }) as typeof Array.from;
  try {
    await work();
  } finally {
    for (const [kind, original] of originals) scope[kind] = original;
    Array.from = from;
  }
  return bytes;
}
