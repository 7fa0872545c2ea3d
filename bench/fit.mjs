/** The exponent b of y ≈ a·x^b by least squares on logarithms, with its standard error. */
export function powerFit(xs, ys) {
  const [u, v] = [xs.map(Math.log), ys.map(Math.log)];
  const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [centreU, centreV] = [mean(u), mean(v)];
  const spread = u.reduce((sum, value) => sum + (value - centreU) ** 2, 0);
  const exponent = u.reduce((sum, value, k) => sum + (value - centreU) * (v[k] - centreV), 0) / spread;
  const misses = v.map((value, k) => value - centreV - exponent * (u[k] - centreU));
  const variance = misses.reduce((sum, miss) => sum + miss * miss, 0) / (u.length - 2);
  return { exponent, standardError: Math.sqrt(variance / spread) };
}
