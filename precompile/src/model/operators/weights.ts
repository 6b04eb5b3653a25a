/**
 * Time of one element operation, in tenths of a float32 addition on the canonical engine.
 * Measured on graphs of one operator; the gas schedule turns them into gas.
 */
export const Weight = {
  /** Moves one element: copies, slices, concatenations. */
  copy: 10,
  /** Moves one element to an unrelated place: transpositions, gathers. */
  scatter: 40,
  /** Vectorised arithmetic: add, multiply, compare, minimum. */
  simple: 10,
  /** Division, square root, rounding, casts. */
  divide: 20,
  /** Exponentials and what the engine builds of them with vectors: sigmoid, tanh, softmax. */
  exponential: 40,
  /** Functions of the C library, called element by element: sine, logarithm, power. */
  library: 200,
  /** One comparison of a sort. */
  compare: 60,
  /** One node of a decision tree, somewhere in memory. */
  branch: 100,
} as const
