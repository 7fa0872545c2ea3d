import { type GraphProto, type TensorProto, TensorProto_DataLocation } from "onnx-buf";
import type { ByteSource } from "../../data/byteSource.ts";
import { shownName } from "../../data/shownNames.ts";
import { InputError } from "../../inputError.ts";

/** Opens a file that a model refers to, by its path relative to the model's folder, never outside it; closed once read. */
export type OpenExternal = (location: string) => Promise<ByteSource>;

/**
 * Brings the numbers that lie in files beside the model into it, as large models and newer PyTorch versions export them.
 * Throws an InputError where such a file lies outside the model's folder, is not there or is too short.
 */
export async function loadExternalData(graph: GraphProto, name: string, open: OpenExternal): Promise<void> {
  const sources = new Map<string, ByteSource>();
  try {
    for (const tensor of graph.initializer) {
      if (tensor.dataLocation !== TensorProto_DataLocation.EXTERNAL) continue;
      const place = `${name}: tensor '${tensor.name}'`;
      const { location, offset, length } = whereabouts(tensor, place);
      const source = sources.get(location) ?? (await open(location));
      sources.set(location, source);
      const size = length ?? Math.max(source.size - offset, 0);
      if (offset + size > source.size) {
        throw new InputError(
          `${place}: expected ${size} bytes from byte ${offset} of ${location}, which has ${source.size}; the file is cut short or of another model`,
        );
      }
      const bytes = new Uint8Array(size);
      await source.read(offset, bytes);
      tensor.rawData = bytes;
      tensor.dataLocation = TensorProto_DataLocation.DEFAULT;
    }
  } finally {
    for (const source of sources.values()) await source.close();
  }
}

/** Where such files lie, each once. Throws an InputError where one lies outside the model's folder. */
export function externalLocations(graph: GraphProto, name: string): string[] {
  const external = graph.initializer.filter(
    ({ dataLocation }) => dataLocation === TensorProto_DataLocation.EXTERNAL,
  );
  return [
    ...new Set(external.map((tensor) => whereabouts(tensor, `${name}: tensor '${tensor.name}'`).location)),
  ];
}

function whereabouts({ externalData }: TensorProto, place: string) {
  const entries = new Map(externalData.map(({ key, value }) => [key, value]));
  const location = shownName(entries.get("location") ?? "");
  const parts = location.split(/[/\\]/);
  if (location === "" || parts.includes("..") || parts[0] === "" || /^[a-z]:/i.test(location)) {
    throw new InputError(
      `${place}: expected its numbers in a file of the model's own folder, got '${location}'; export the model into one file`,
    );
  }
  const [offset, length] = ["offset", "length"].map((key) => {
    const text = entries.get(key);
    if (text !== undefined && !/^\d{1,15}$/.test(text)) {
      throw new InputError(
        `${place}: expected its ${key} in ${location} as a whole number, got '${shownName(text)}'`,
      );
    }
    return text === undefined ? undefined : Number(text);
  });
  return { location, offset: offset ?? 0, length };
}
