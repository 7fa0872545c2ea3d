/** The state dict among all that people put into a checkpoint beside it. */
import { InputError } from "../inputError.ts";
import {
  described,
  isKind,
  type PickleDict,
  type PickleValue,
  saveWeightsAlone,
  type TorchTensor,
} from "./pickleValues.ts";
import { listed, shownName } from "./shownNames.ts";

export interface StateDict {
  /** The keys that lead to it: none where it is the file's only content. */
  readonly path: readonly string[];
  readonly tensors: ReadonlyMap<string, TorchTensor>;
  /** What else lies in it and in the dicts around it: "epoch", "optimizer", "state_dict._extra_state". */
  readonly ignored: readonly string[];
}

/** Asked in this order. */
const usualKeys = ["state_dict", "model_state_dict", "model"];

/**
 * The state dict in what torch.save saved:
 * - a dict of tensors only is one itself;
 * - otherwise the dict under 'state_dict', else under 'model_state_dict', else under 'model', and so on inside it;
 * - where that has no tensor of its own, or there is none, the only dict of tensors inside, reached by keys that are
 *   strings (so not an optimiser's state, which it numbers); dicts that also hold other things only where none holds
 *   tensors alone.
 * Throws an InputError where there is none, and one that lists them where there are several.
 */
export function findStateDict(root: PickleValue, file: string): StateDict {
  if (!isKind(root, "dict")) {
    throw new InputError(`${file}: expected a dict of tensors, got ${described(root)}; ${saveWeightsAlone}`);
  }
  const base = followUsualKeys({ path: [], dicts: [root] });
  if (base.path.length > 0 && hasTensors(innermost(base))) return stateDict(base);
  const inside = dictsInside(base).filter((place) => hasTensors(innermost(place)));
  const pure = inside.filter((place) => holdsTensorsOnly(innermost(place)));
  const candidates = pure.length > 0 ? pure : inside;
  if (candidates.length === 1) return stateDict(candidates[0]);
  throw candidates.length === 0 ? noneFound(root, file) : severalFound(candidates, file);
}

/** A dict, and the dicts that contain it, outermost first. */
interface Place {
  readonly path: readonly string[];
  readonly dicts: readonly PickleDict[];
}

/** Deeper, nobody puts a state dict; a dict that contains itself is as deep as one likes. */
const deepest = 8;

function followUsualKeys(place: Place): Place {
  const dict = innermost(place);
  if (holdsTensorsOnly(dict) || place.path.length === deepest) return place;
  for (const key of usualKeys) {
    const value = dict.entries.get(key) ?? null;
    if (isKind(value, "dict")) return followUsualKeys(inside(place, key, value));
  }
  return place;
}

/** The place itself and all below it, each dict once. */
function dictsInside(place: Place): readonly Place[] {
  const places = [place];
  const seen = new Set([innermost(place)]);
  for (const outer of places) {
    if (outer.path.length === deepest) continue;
    for (const [key, value] of innermost(outer).entries) {
      if (!isKind(value, "dict") || seen.has(value)) continue;
      seen.add(value);
      places.push(inside(outer, key, value));
    }
  }
  return places;
}

function inside({ path, dicts }: Place, key: string, dict: PickleDict): Place {
  return { path: [...path, key], dicts: [...dicts, dict] };
}

function innermost({ dicts }: Place): PickleDict {
  return dicts[dicts.length - 1];
}

function tensorsOf(dict: PickleDict): readonly (readonly [string, TorchTensor])[] {
  return [...dict.entries].flatMap(([key, value]) =>
    isKind(value, "tensor") ? [[key, value] as const] : [],
  );
}

function hasTensors(dict: PickleDict): boolean {
  return tensorsOf(dict).length > 0;
}

function holdsTensorsOnly(dict: PickleDict): boolean {
  return dict.otherKeys === 0 && hasTensors(dict) && tensorsOf(dict).length === dict.entries.size;
}

function stateDict({ path, dicts }: Place): StateDict {
  const ignored = dicts.flatMap((dict, depth) =>
    [...dict.entries]
      .filter(([key, value]) => (depth === path.length ? !isKind(value, "tensor") : key !== path[depth]))
      .map(([key]) => [...path.slice(0, depth), key].join(".")),
  );
  return { path, tensors: new Map(tensorsOf(dicts[path.length])), ignored };
}

function noneFound(root: PickleDict, file: string): InputError {
  const content = [...root.entries].map(([key, value]) => `${shownName(key)} (${described(value)})`);
  return new InputError(
    `${file}: expected a dict of tensors, found none; it holds ${listed(content) || "nothing under a name"}; ${saveWeightsAlone}`,
  );
}

function severalFound(places: readonly Place[], file: string): InputError {
  const found = places.map((place) => {
    const keys = place.path.map((key) => `['${shownName(key)}']`).join("") || " itself";
    return `checkpoint${keys} (${tensorsOf(innermost(place)).length} tensors)`;
  });
  return new InputError(
    `${file}: expected one dict of tensors, found ${places.length}: ${listed(found)}; save the one that is meant: ` +
      `torch.save(checkpoint[…], "weights.pt")`,
  );
}
