/** Prints a table of the form { title, rows: [{ work, ours, peer?, ratio?, unit, note? }] }; ratio > 1 means ours is faster. */
export function printTable({ title, rows }) {
  console.log(`\n${title}`);
  console.table(
    rows.map(({ work, ours, peer, ratio, unit, note }) => ({
      work,
      ours: Number(ours.toPrecision(3)),
      peer: peer === undefined ? "–" : Number(peer.toPrecision(3)),
      ratio: ratio === undefined ? "–" : Number(ratio.toPrecision(3)),
      unit,
      note: note ?? "",
    })),
  );
}
