/**
 * Floating-point operations that a network's products take, for shares of the machine's peak: those of dense layers and
 * convolutions, two a multiplication, with nothing computed twice and no gradient of the network's input.
 */
export function operationCounts(graph, samples) {
  const layers = graph.nodes
    .map(({ shape, inputs, parameters }) => {
      const weight = graph.parameters[parameters[0]]?.shape ?? [];
      const positions = shape.length === 3 ? shape[1] * shape[2] : 1;
      return {
        first: inputs[0].node === -1,
        multiplications:
          weight.length < 2 ? 0 : positions * weight.reduce((product, size) => product * size, 1),
      };
    })
    .filter(({ multiplications }) => multiplications > 0);
  const sum = (some) => some.reduce((total, { multiplications }) => total + multiplications, 0);
  const [all, inner] = [sum(layers), sum(layers.filter(({ first }) => !first))];
  const forward = 2 * samples * all;
  const backward = 2 * samples * inner;
  // the tangent of a layer: its weights' and its input's
  const jvp = forward + backward;
  const vjp = forward + backward;
  return {
    forward,
    backward,
    gradient: forward + vjp,
    gaussNewton: jvp + vjp,
    hessian: jvp + backward + jvp + vjp,
  };
}
