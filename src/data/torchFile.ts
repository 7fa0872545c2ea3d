import { InputError } from "../inputError.ts";
import { type ArrayCollection, type ArraySource, missingArray } from "./arraySource.ts";
import type { ByteSource } from "./byteSource.ts";
import { findStateDict } from "./checkpoint.ts";
import { plainNames } from "./parameterNames.ts";
import { runPickle } from "./pickleProgram.ts";
import { damagedPickle, type PickleValue, saveWeightsAlone, type TorchTensor } from "./pickleValues.ts";
import { shownName } from "./shownNames.ts";
import { torchGlobal } from "./torchGlobals.ts";
import { persistentStorage, tensorArray } from "./torchTensors.ts";
import { readZipDirectory, type ZipMember } from "./zipDirectory.ts";
import { openZipMember } from "./zipMember.ts";

/** The tensors of a state dict in a file of torch.save. */
export interface StateDictCollection extends ArrayCollection {
  /** The keys of the checkpoint that lead to the state dict; none where it is all that the file holds. */
  readonly path: readonly string[];
  /** What the checkpoint holds in and beside it that is not read: "epoch", "optimizer", "state_dict._extra_state". */
  readonly ignored: readonly string[];
}

/**
 * The tensors of a state dict in a file of torch.save (PyTorch ≥ 1.6), or of a checkpoint that holds one (under
 * 'state_dict', else 'model_state_dict', else 'model', else the only dict of tensors inside), under the names that the
 * model had before DataParallel or torch.compile wrapped it.
 * Runs none of the code that such a file can carry. Tensors of a type that is not read as numbers are listed, and
 * refused when they are opened, and so are views that repeat elements.
 * Takes over `bytes`: closes it with the collection, or at once where it throws an InputError, because the file is
 * another, is damaged, holds other Python objects than plain data and tensors, or no state dict or several.
 */
export async function openStateDict(bytes: ByteSource): Promise<StateDictCollection> {
  try {
    return await stateDictIn(bytes);
  } catch (error) {
    await bytes.close();
    throw error;
  }
}

async function stateDictIn(bytes: ByteSource): Promise<StateDictCollection> {
  const file = bytes.name;
  const members = new Map((await readZipDirectory(bytes)).map((member) => [member.name, member]));
  const folder = archiveFolder(file, members);
  const program = await content(bytes, members.get(`${folder}/data.pkl`)!, largestPickle);
  const littleEndian = await isLittleEndian(bytes, members.get(`${folder}/byteorder`));
  const root: PickleValue = runPickle(program, file, {
    global: (name) => torchGlobal(name, file),
    persistent: (id) => persistentStorage(id, file, (key) => members.get(`${folder}/data/${key}`)),
  });
  const { path, tensors, ignored } = findStateDict(root, file);
  const named = withPlainNames(tensors);
  const names = [...named.keys()];
  return {
    name: file,
    path,
    ignored,
    names,
    async array(name): Promise<ArraySource> {
      const tensor = named.get(name);
      if (tensor === undefined) throw missingArray(file, name, names);
      const label = `${file}:${shownName(name)}`;
      return tensorArray(tensor, await openStored(bytes, tensor.storage.member, label), littleEndian);
    },
    close: () => bytes.close(),
  };
}

function withPlainNames(tensors: ReadonlyMap<string, TorchTensor>): ReadonlyMap<string, TorchTensor> {
  const names = plainNames([...tensors.keys()]);
  return new Map([...tensors.values()].map((tensor, k) => [names[k], tensor]));
}

/** torch.save puts all its members into one folder, named after the file. */
function archiveFolder(file: string, members: ReadonlyMap<string, ZipMember>): string {
  const folders = [...members.keys()].flatMap((name) => /^([^/]+)\/data\.pkl$/.exec(name)?.[1] ?? []);
  if (folders.length !== 1) {
    throw new InputError(
      `${file}: expected a file of torch.save, got a zip archive with ${folders.length || "no"} data.pkl; ${saveWeightsAlone}`,
    );
  }
  if (members.has(`${folders[0]}/constants.pkl`)) {
    throw new InputError(
      `${file}: expected a file of torch.save, got a TorchScript archive; ${saveWeightsAlone}`,
    );
  }
  return folders[0];
}

/** That of a state dict of 100,000 tensors has about 20 MiB. */
const largestPickle = 64 * 2 ** 20;

async function content(archive: ByteSource, member: ZipMember, limit: number): Promise<Uint8Array> {
  if (member.size > limit) throw damagedPickle(archive.name, `${member.size} bytes in '${member.name}'`);
  const source = await openStored(archive, member, archive.name);
  const bytes = new Uint8Array(member.size);
  await source.read(0, bytes);
  return bytes;
}

/** Newer versions say in which byte order the storages are; before, none but little-endian machines were common. */
async function isLittleEndian(archive: ByteSource, member: ZipMember | undefined): Promise<boolean> {
  if (member === undefined) return true;
  const order = new TextDecoder().decode(await content(archive, member, 16));
  if (order !== "little" && order !== "big") {
    throw damagedPickle(archive.name, `byte order '${shownName(order)}', expected 'little' or 'big'`);
  }
  return order === "little";
}

async function openStored(archive: ByteSource, member: ZipMember, label: string): Promise<ByteSource> {
  if (member.deflated) {
    throw new InputError(
      `${archive.name}: expected uncompressed members, as torch.save writes them, got '${member.name}' compressed; ` +
        "save it again with torch.save",
    );
  }
  return openZipMember(archive, member, label, 0);
}
