/**
 * Rows are { id?, work, ours, peer?, ratio?, unit, cpu?: { ours, peer?, ratio? }, speed?, note? }: `ratio` > 1 means that ours is
 * faster, `cpu` is the same in CPU time, `speed` { gigaflops, precision, threads } is compared with the machine's peak, `id` is a goal's.
 */

/** A row from times of both sides; without a peer, ours alone. */
export function timeRow({ ours, peer, unit = "ms", flops, precision = 32, threads = 1, ...rest }) {
  const scale = unit === "ms" ? 1000 : 1;
  const both = (key) => ({
    ours: scale * ours[key],
    ...(peer && { peer: scale * peer[key], ratio: peer[key] / ours[key] }),
  });
  return announce({
    ...rest,
    unit,
    ...both("seconds"),
    ...(ours.cpu > 0 && { cpu: both("cpu") }),
    ...(flops && { speed: speedOf(flops, ours, precision, threads) }),
  });
}

/** On one thread by CPU time, which other work on the machine does not lengthen. */
export function speedOf(flops, { seconds, cpu }, precision, threads) {
  return { gigaflops: flops / (threads === 1 ? cpu : seconds) / 1e9, precision, threads };
}

/** Says on standard error that a row is there. */
export function announce(row) {
  const { work, ours, peer, ratio, unit } = row;
  const against = peer === undefined ? "" : ` against ${short(peer)} ${unit}, ratio ${short(ratio)}`;
  console.error(`  ${work}: ${short(ours)} ${unit}${against}`);
  return row;
}

/** Prints { title, rows } as Markdown. */
export function printTable({ title, rows }, peaks) {
  printColumns(
    title,
    rows.map((row) => ({
      work: row.work,
      ours: short(row.ours),
      peer: short(row.peer),
      unit: row.unit,
      ratio: short(row.ratio),
      "ours in CPU time": short(row.cpu?.ours),
      "ratio in CPU time": short(row.cpu?.ratio),
      "of peak": share(row, peaks),
      note: row.note ?? "",
    })),
  );
}

export function printColumns(title, rows) {
  if (rows.length === 0) return;
  const names = Object.keys(rows[0]);
  const widths = names.map((name) => Math.max(name.length, ...rows.map((row) => row[name].length)));
  const line = (cells) => `| ${cells.map((cell, k) => cell.padEnd(widths[k])).join(" | ")} |`;
  const lines = [names, widths.map((width) => "-".repeat(width)), ...rows.map((row) => Object.values(row))];
  console.log(`\n${title}\n\n${lines.map(line).join("\n")}`);
}

/** Three significant digits. */
export function short(value) {
  if (value === undefined) return "–";
  return value >= 1000 ? String(Math.round(value)) : String(Number(value.toPrecision(3)));
}

/** Of the machine's peak at that precision and number of threads, in per cent. */
export function share({ speed }, peaks) {
  const peak = speed && peaks?.[speed.threads]?.[speed.precision];
  return peak ? `${Math.round((100 * speed.gigaflops) / peak)} %` : "–";
}
