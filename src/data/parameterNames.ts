/**
 * Names of a state dict without what wrappers of a model add to them: DataParallel "module." in front of every name,
 * torch.compile "_orig_mod." in front of what it compiled. In the order given; as given where two would become the same.
 */
export function plainNames(names: readonly string[]): readonly string[] {
  const uncompiled = names.map((name) => name.replaceAll(/(?<=^|\.)_orig_mod\./g, ""));
  const wrappers = uncompiled.reduce((least, name) => Math.min(least, wrapped.exec(name)![0].length), 64);
  const plain = uncompiled.map((name) => name.slice(wrappers));
  return new Set(plain).size === names.length ? plain : names;
}

const wrapped = /^(?:module\.){0,8}/;
