/**
 * Time of one element operation, in tenths of a nanosecond-sized one: a float32 addition in a plain loop.
 * Measured on graphs of one operator, the slowest shapes among them; the gas schedule turns them into gas.
 */
export const Weight = {
  /** Moves one element: copies, slices, concatenations. */
  copy: 10,
  /** Moves one element to an unrelated place: transpositions. */
  scatter: 60,
  /** Vectorised arithmetic: add, multiply, compare, minimum. */
  simple: 10,
  /** Division, square root, rounding, casts. */
  divide: 20,
  /** What the engine computes with its own vectors: sigmoid, tanh, softmax. */
  sigmoid: 40,
  /** Exponentials and error functions, and remainders, element by element. */
  exponential: 100,
  /** Functions of the C library: logarithm, power, inverse sine. */
  library: 400,
  /** Those of an angle: a large one is first brought between 0 and 2π, digit by digit. */
  angle: 900,
  /** One comparison of a sort. */
  compare: 80,
  /** One node of a decision tree, somewhere in memory. */
  branch: 100,
  /** Setting up one inner loop, however short it is. */
  loop: 600,
  /** Finding the place that one index names. */
  lookup: 200,
  /** What finding it adds for each axis of the indices. */
  lookupAxis: 100,
  /** Setting up the product of one small matrix among many. */
  product: 1500,
} as const
