/** What the system says of files and folders, for people. */
import { InputError } from "./inputError.ts";

const words: Readonly<Record<string, string>> = {
  ENOENT: "no such file or folder",
  ENOTDIR: "a file where a folder is needed",
  EEXIST: "a file where a folder is needed",
  EISDIR: "a folder",
  EACCES: "no permission",
  EPERM: "no permission",
  EROFS: "a read-only disk",
  ENOSPC: "a full disk",
  EDQUOT: "a used-up quota",
  EFBIG: "a file beyond the size that is allowed",
  ELOOP: "links that lead back to themselves",
  ENAMETOOLONG: "too long a name",
  EMFILE: "too many open files",
  EIO: "a disk that fails",
  ERR_STRING_TOO_LONG: "more text than can be read at once",
};

/** A system error as the object of "got": its own message where there are no words for its code. */
export function fileProblem(error: unknown): string {
  const { code = "", message } = error as NodeJS.ErrnoException;
  return Object.hasOwn(words, code) ? words[code] : message;
}

/** Places that cannot be written to are the caller's to choose; anything else is passed on. */
export function asWritingError(path: string, error: unknown): unknown {
  // of a read-only disk, ENOENT is what Node says of a folder that it cannot make
  const places = [
    "EACCES",
    "EPERM",
    "EROFS",
    "ENOTDIR",
    "EISDIR",
    "EEXIST",
    "ENOSPC",
    "EDQUOT",
    "EFBIG",
    "ENOENT",
    "ELOOP",
    "ENAMETOOLONG",
  ];
  if (!places.includes(codeOf(error))) return error;
  return new InputError(
    `${path}: expected a place to write to, got ${fileProblem(error)}; choose another or make room`,
  );
}

/** What is there and may not be read, or is no file, is the caller's to mend; anything else is passed on. */
export function asReadingError(path: string, error: unknown): unknown {
  const kinds = ["EACCES", "EPERM", "EISDIR", "ENOTDIR", "ELOOP", "ENAMETOOLONG", "ERR_STRING_TOO_LONG"];
  if (!kinds.includes(codeOf(error))) return error;
  return new InputError(
    `${path}: expected what a run left there, got ${fileProblem(error)}; check the path and its permissions`,
  );
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? "";
}
