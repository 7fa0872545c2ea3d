import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readAll } from "../../src/data/arraySource.ts";
import { fromBlob } from "../../src/data/blobSource.ts";
import { openNpz } from "../../src/data/npz.ts";
import { encodeNpz } from "../../src/data/npzWriter.ts";
import { InputError } from "../../src/inputError.ts";

describe("a blob as a source of bytes", () => {
  test("any range reads as the bytes themselves", async () => {
    const bytes = Uint8Array.from({ length: 300 }, (_, k) => k % 251);
    const source = fromBlob(new Blob([bytes]), "b");
    expect(source).toMatchObject({ name: "b", size: 300 });
    const ranges = fc.tuple(fc.nat(300), fc.nat(300));
    await fc.assert(
      fc.asyncProperty(ranges, async ([one, other]) => {
        const [from, to] = [Math.min(one, other), Math.max(one, other)];
        const target = new Uint8Array(to - from);
        await source.read(from, target);
        expect(target).toEqual(bytes.subarray(from, to));
      }),
    );
  });

  test("reads ask the blob for their range alone", async () => {
    const asked: (number | undefined)[][] = [];
    class Watched extends Blob {
      override slice(start?: number, end?: number): Blob {
        asked.push([start, end]);
        return super.slice(start, end);
      }
    }
    await fromBlob(new Watched([new Uint8Array(1000)]), "b").read(990, new Uint8Array(7));
    expect(asked).toEqual([[990, 997]]);
  });

  test("past its end it is cut short, and closed it is closed", async () => {
    const source = fromBlob(new Blob([new Uint8Array(5)]), "b");
    await expect(source.read(3, new Uint8Array(3))).rejects.toThrow(InputError);
    await expect(source.read(3, new Uint8Array(3))).rejects.toThrow("b: ends at byte 5, expected at least 6");
    await source.close();
    await expect(source.read(0, new Uint8Array(1))).rejects.toThrow(RangeError);
  });

  test("a file that has gone is said in one line", async () => {
    class Gone extends Blob {
      override slice(): Blob {
        return Object.assign(new Blob(), {
          arrayBuffer: () => Promise.reject(new Error("the requested file could not be read")),
        });
      }
    }
    const source = fromBlob(new Gone(["abc"]), "J.npy");
    await expect(source.read(0, new Uint8Array(1))).rejects.toThrow(InputError);
    await expect(source.read(0, new Uint8Array(1))).rejects.toThrow(
      /^J\.npy: cannot be read: .*choose it again$/,
    );
  });

  test.each([false, true])("an archive in it is read, compressed: %s", async (compressed) => {
    const array = { data: Float64Array.of(1, -2, 0.5, 1e300), shape: [2, 2] };
    const archive = await openNpz(
      fromBlob(new Blob([Uint8Array.from(await encodeNpz({ a: array }, { compressed }))]), "f.npz"),
    );
    expect(await readAll(await archive.array("a"))).toEqual(array.data);
  });
});
