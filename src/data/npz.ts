import { type ArrayCollection, type ArraySource, missingArray } from "./arraySource.ts";
import type { ByteSource } from "./byteSource.ts";
import { openNpy } from "./npy.ts";
import { damagedZip, readZipDirectory, type ZipMember } from "./zipDirectory.ts";
import { openZipMember } from "./zipMember.ts";

/** How an npz file is read. */
export interface NpzOptions {
  /**
   * Compressed arrays of more bytes than this are inflated into a temporary file instead of memory; 256 MiB. A page has no
   * such files: opening the array throws an InputError there.
   */
  readonly memoryLimit?: number;
}

/**
 * The arrays of an npz archive (numpy.savez, numpy.savez_compressed), named with or without `.npy`. Uncompressed ones
 * are read where they lie in the file; compressed ones are inflated when they are opened.
 * Takes over `bytes`: closes it with the collection, or at once where it throws an InputError, because it is no such
 * archive or its directory is damaged.
 */
export async function openNpz(
  bytes: ByteSource,
  { memoryLimit = 256 * 2 ** 20 }: NpzOptions = {},
): Promise<ArrayCollection> {
  const members = await namedMembers(bytes).catch(async (error) => {
    await bytes.close();
    throw error;
  });
  const names = [...members.keys()];
  const opened = new Set<ArraySource>();
  return {
    name: bytes.name,
    names,
    async array(name) {
      const label = members.has(name) ? name : arrayName(name);
      const member = members.get(label);
      if (member === undefined) throw missingArray(bytes.name, name, names);
      const content = await openZipMember(bytes, member, `${bytes.name}:${label}`, memoryLimit);
      const array = await openNpy(content);
      opened.add(array);
      return array;
    },
    async close() {
      await Promise.all([...opened].map((array) => array.close()));
      await bytes.close();
    },
  };
}

async function namedMembers(bytes: ByteSource): Promise<ReadonlyMap<string, ZipMember>> {
  const members = new Map<string, ZipMember>();
  for (const member of await readZipDirectory(bytes)) {
    if (member.name.endsWith("/")) continue;
    const label = arrayName(member.name);
    if (members.has(label)) throw damagedZip(bytes.name, `two arrays named '${label}'`);
    members.set(label, member);
  }
  return members;
}

function arrayName(member: string): string {
  return member.endsWith(".npy") ? member.slice(0, -4) : member;
}
