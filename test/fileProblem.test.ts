import { expect, test } from "vitest";
import { asReadingError, asWritingError, fileProblem } from "../src/fileProblem.ts";
import { InputError } from "../src/inputError.ts";

const failure = (code: string) => Object.assign(new Error(`${code}: what Node says`), { code });

test("codes of the system are said in words, unknown ones in the system's own", () => {
  expect(fileProblem(failure("ENOENT"))).toBe("no such file or folder");
  expect(fileProblem(failure("EWHAT"))).toBe("EWHAT: what Node says");
  expect(fileProblem(failure("constructor"))).toBe("constructor: what Node says");
  expect(fileProblem(new Error("no code"))).toBe("no code");
});

test("what a person can mend is an InputError, the rest passes through", () => {
  expect(asWritingError("a", failure("ENOSPC"))).toEqual(
    new InputError("a: expected a place to write to, got a full disk; choose another or make room"),
  );
  expect(asReadingError("a", failure("EISDIR"))).toBeInstanceOf(InputError);
  for (const other of [failure("EIO"), new TypeError("a fault of ours")]) {
    expect(asWritingError("a", other)).toBe(other);
    expect(asReadingError("a", other)).toBe(other);
  }
});
