import { integers, list, type Recipe, type RecipeTable, scalar } from './recipe.js'

/** @param inputSince - Operator set from which the axes are an input. */
const reductions = (inputSince: number): readonly Recipe[] => [
  { inputs: [[2, 3, 4]] },
  { inputs: [[2, 3, 4]], attributes: integers({ keepdims: 0 }) },
  { inputs: [[2, 3, 4]], attributes: integers({ axes: [1] }), until: inputSince - 1 },
  {
    inputs: [[2, 3, 4]],
    attributes: integers({ axes: [0, 2], keepdims: 0 }),
    until: inputSince - 1,
  },
  { inputs: [[2, 3, 4], list(-1, 0)], since: inputSince },
  { inputs: [[2, 3, 4], list(1)], attributes: integers({ keepdims: 0 }), since: inputSince },
  { inputs: [[2, 3]], attributes: integers({ noop_with_empty_axes: 1 }), since: inputSince },
]
const argument: readonly Recipe[] = [
  { inputs: [[2, 3, 4]] },
  { inputs: [[2, 3, 4]], attributes: integers({ axis: 1, keepdims: 0 }) },
]
const cumulative: readonly Recipe[] = [
  { inputs: [[2, 3], scalar(1)] },
  { inputs: [[2, 3], scalar(-1)], attributes: integers({ exclusive: 1, reverse: 1 }) },
]
const LATE = ['Prod', 'Max', 'Min', 'Mean', 'L1', 'L2', 'SumSquare', 'LogSum', 'LogSumExp']

/** Reductions and products. */
export const reducingRecipes: RecipeTable = {
  ReduceSum: reductions(13),
  ...Object.fromEntries(LATE.map((name) => [`Reduce${name}`, reductions(18)])),
  ArgMax: argument,
  ArgMin: argument,
  CumSum: cumulative,
  CumProd: cumulative,
  TopK: [
    { inputs: [[3, 5]], attributes: integers({ k: 2 }), outputs: 2, until: 9 },
    { inputs: [[3, 5], list(2)], outputs: 2, since: 10 },
    { inputs: [[3, 5], list(0)], outputs: 2, since: 10 },
    {
      inputs: [[3, 5], list(3)],
      attributes: integers({ axis: 0, largest: 0, sorted: 0 }),
      outputs: 2,
      since: 11,
    },
  ],
  MatMul: [
    {
      inputs: [
        [2, 3],
        [3, 4],
      ],
    },
    {
      inputs: [
        [5, 2, 3],
        [3, 4],
      ],
    },
    {
      inputs: [
        [2, 1, 2, 3],
        [5, 3, 4],
      ],
    },
    { inputs: [[3], [3, 4]] },
    { inputs: [[2, 3], [3]] },
    { inputs: [[3], [3]] },
  ],
  MatMulInteger: [
    {
      inputs: [
        [2, 3],
        [3, 4],
      ],
    },
    { inputs: [[5, 2, 3], [3, 4], scalar(1), scalar(2)] },
  ],
  QLinearMatMul: [
    {
      inputs: [
        [2, 3],
        scalar(0.5),
        scalar(1),
        [3, 4],
        scalar(0.5),
        scalar(1),
        scalar(0.25),
        scalar(2),
      ],
    },
    {
      inputs: [
        [5, 2, 3],
        scalar(0.5),
        scalar(1),
        [3, 4],
        scalar(0.5),
        scalar(1),
        scalar(0.25),
        scalar(2),
      ],
    },
  ],
  Gemm: [
    { inputs: [[2, 3], [3, 4], [4]] },
    {
      inputs: [
        [3, 2],
        [4, 3],
        [2, 1],
      ],
      attributes: integers({ transA: 1, transB: 1 }),
    },
    {
      inputs: [
        [2, 3],
        [3, 4],
      ],
      attributes: { alpha: 0.5 },
      since: 11,
    },
    { inputs: [[2, 3], [3, 4], []], attributes: { beta: 0.5 } },
  ],
  Einsum: [
    {
      inputs: [
        [2, 3],
        [3, 4],
      ],
      attributes: { equation: 'ij,jk->ik' },
    },
    {
      inputs: [
        [2, 3],
        [3, 4],
      ],
      attributes: { equation: 'ij,jk' },
    },
    {
      inputs: [
        [5, 2, 3],
        [5, 3, 4],
      ],
      attributes: { equation: 'bij,bjk->bik' },
    },
    { inputs: [[2, 3, 3]], attributes: { equation: '...ii->...i' } },
    { inputs: [[2, 3]], attributes: { equation: 'ij->' } },
    { inputs: [[2, 3], [3, 4], [4]], attributes: { equation: 'ij,jk,k->i' } },
  ],
  Det: [{ inputs: [[3, 3]] }, { inputs: [[2, 4, 3, 3]] }],
}
