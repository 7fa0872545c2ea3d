/**
 * A line where an ONNX file's convolutions have weights that the exporter computed, known by the names it gives them:
 * f and L are the model's, but parameters, hence J, are others. Undefined where they have none.
 */
export function foldedWeightsLine(file: string, parameters: readonly string[]): string | undefined {
  const made = parameters.filter((name) => /^onnx::Conv_\d+$/.test(name));
  if (made.length === 0) return undefined;
  return (
    `${file}: the exporter computed weights of convolutions (${made.slice(0, 4).join(", ")}${made.length > 4 ? ", …" : ""}), ` +
    "as it does where it folds batch normalisation into them; loss and outputs are the model's, all else is of these parameters. " +
    "To keep the model's own, export with training=torch.onnx.TrainingMode.PRESERVE, do_constant_folding=False"
  );
}
