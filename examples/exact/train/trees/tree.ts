/** A decision tree: a leaf's weight, or a question `features[feature] <= threshold` with two answers. */
export type Tree =
  | { readonly weight: number }
  | {
      readonly feature: number
      /** A float32. */
      readonly threshold: number
      readonly whenTrue: Tree
      readonly whenFalse: Tree
    }

/** The weight of the leaf in which a sample ends. */
export function evaluateTree(tree: Tree, features: Float32Array): number {
  let at = tree
  while (!('weight' in at)) {
    at = (features[at.feature] as number) <= at.threshold ? at.whenTrue : at.whenFalse
  }
  return at.weight
}
