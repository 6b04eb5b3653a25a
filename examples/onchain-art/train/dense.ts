/** A fully connected layer: `output = bias + weights · input`, with weights [input, output]. */
export function dense(
  weights: Float64Array,
  bias: Float64Array,
  input: Float64Array,
  output: Float64Array,
): void {
  output.set(bias)
  const width = output.length
  for (let i = 0; i < input.length; i++) {
    const level = input[i] as number
    if (level === 0) continue
    const row = i * width
    for (let j = 0; j < width; j++) {
      output[j] = (output[j] as number) + level * (weights[row + j] as number)
    }
  }
}

/** Adds what a layer's slopes say of its weights and bias. */
export function learn(
  weightSlopes: Float64Array,
  biasSlopes: Float64Array,
  input: Float64Array,
  slopes: Float64Array,
): void {
  const width = slopes.length
  for (let j = 0; j < width; j++) biasSlopes[j] = (biasSlopes[j] as number) + (slopes[j] as number)
  for (let i = 0; i < input.length; i++) {
    const level = input[i] as number
    if (level === 0) continue
    const row = i * width
    for (let j = 0; j < width; j++) {
      weightSlopes[row + j] = (weightSlopes[row + j] as number) + level * (slopes[j] as number)
    }
  }
}

/** Adds to `inputSlopes` what a layer's slopes say of its first inputs, as many as there are slopes. */
export function passBack(
  weights: Float64Array,
  slopes: Float64Array,
  inputSlopes: Float64Array,
): void {
  const width = slopes.length
  for (let i = 0; i < inputSlopes.length; i++) {
    const row = i * width
    let sum = 0
    for (let j = 0; j < width; j++) sum += (weights[row + j] as number) * (slopes[j] as number)
    inputSlopes[i] = (inputSlopes[i] as number) + sum
  }
}
