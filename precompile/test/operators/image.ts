import { integers, list, type Recipe, type RecipeTable, scalar } from './recipe.js'

const windows: readonly Recipe[] = [
  { inputs: [[1, 2, 9]], attributes: integers({ kernel_shape: [3] }) },
  {
    inputs: [[2, 3, 7, 8]],
    attributes: integers({ kernel_shape: [3, 2], strides: [2, 1], pads: [1, 0, 1, 1] }),
  },
  {
    inputs: [[1, 2, 7, 7]],
    attributes: { ...integers({ kernel_shape: [3, 3], strides: [2, 2] }), auto_pad: 'SAME_UPPER' },
  },
  {
    inputs: [[1, 2, 8, 7]],
    attributes: { ...integers({ kernel_shape: [2, 3], strides: [3, 2] }), auto_pad: 'SAME_LOWER' },
  },
  {
    inputs: [[1, 2, 8, 7]],
    attributes: { ...integers({ kernel_shape: [2, 3] }), auto_pad: 'VALID' },
  },
  { inputs: [[1, 1, 4, 5, 6]], attributes: integers({ kernel_shape: [2, 2, 2] }) },
]
const ceiling: readonly Recipe[] = [
  {
    inputs: [[1, 2, 7, 8]],
    attributes: integers({ kernel_shape: [2, 3], strides: [2, 2], ceil_mode: 1 }),
    since: 10,
  },
  {
    inputs: [[1, 1, 6, 6]],
    attributes: integers({
      kernel_shape: [3, 3],
      strides: [2, 2],
      pads: [1, 1, 1, 1],
      ceil_mode: 1,
    }),
    since: 10,
  },
]
const globalPool: readonly Recipe[] = [{ inputs: [[2, 3, 4]] }, { inputs: [[2, 3, 4, 5]] }]

const convolutions = (x: number, w: number, rest: Recipe['inputs'][number][]): Recipe[] => {
  const form = (image: readonly number[], weights: readonly number[]) => {
    const inputs: Recipe['inputs'][number][] = [...rest]
    inputs.splice(x, 0, image)
    inputs.splice(w, 0, weights)
    return inputs
  }
  return [
    { inputs: form([1, 4, 9], [6, 4, 3]) },
    {
      inputs: form([2, 4, 8, 7], [6, 4, 3, 2]),
      attributes: integers({ strides: [2, 1], pads: [1, 0, 1, 1] }),
    },
    {
      inputs: form([1, 4, 8, 7], [8, 1, 3, 3]),
      attributes: integers({ group: 4, dilations: [2, 1] }),
    },
    {
      inputs: form([1, 2, 7, 7], [3, 2, 3, 3]),
      attributes: { ...integers({ strides: [2, 2] }), auto_pad: 'SAME_UPPER' },
    },
    {
      inputs: form([1, 2, 7, 8], [3, 2, 2, 3]),
      attributes: { ...integers({ strides: [3, 2] }), auto_pad: 'SAME_LOWER' },
    },
    { inputs: form([1, 2, 4, 5, 6], [2, 2, 2, 2, 2]) },
  ]
}

const resizes: readonly Recipe[] = [
  { inputs: [[1, 2, 4, 5], list(1, 1, 2, 3)], until: 10 },
  { inputs: [[1, 2, 4, 5], list(1, 1, 1.5, 0.7)], attributes: { mode: 'linear' }, until: 10 },
  { inputs: [[1, 2, 4, 5], undefined, list(1, 1, 2, 0.5)], since: 13 },
  {
    inputs: [[1, 2, 4, 5], undefined, list(1, 1, 1.3, 2.6)],
    attributes: { mode: 'linear' },
    since: 13,
  },
  {
    inputs: [[1, 2, 4, 5], undefined, undefined, list(1, 2, 7, 3)],
    attributes: { mode: 'linear', coordinate_transformation_mode: 'align_corners' },
    since: 13,
  },
  {
    inputs: [
      [1, 2, 4, 5],
      { shape: [0], numbers: [] },
      { shape: [0], numbers: [] },
      list(1, 2, 8, 10),
    ],
    attributes: {
      mode: 'nearest',
      nearest_mode: 'floor',
      coordinate_transformation_mode: 'asymmetric',
    },
    since: 11,
  },
  {
    inputs: [[2, 4, 5], undefined, undefined, list(7, 3)],
    attributes: integers({ axes: [1, 2] }),
    since: 18,
  },
]

/** Convolution, pooling, normalisation and resampling. */
export const imageRecipes: RecipeTable = {
  Conv: [...convolutions(0, 1, []), { inputs: [[1, 2, 5, 5], [3, 2, 1, 1], [3]] }],
  ConvInteger: [
    ...convolutions(0, 1, []),
    { inputs: [[1, 2, 5, 5], [3, 2, 3, 3], scalar(1), scalar(2)] },
  ],
  QLinearConv: convolutions(0, 3, [
    scalar(0.5),
    scalar(1),
    scalar(0.25),
    scalar(0),
    scalar(0.5),
    scalar(1),
  ]),
  ConvTranspose: [
    {
      inputs: [
        [1, 4, 9],
        [4, 3, 3],
      ],
    },
    {
      inputs: [[1, 4, 5, 6], [4, 3, 3, 2], [3]],
      attributes: integers({ strides: [2, 1], pads: [1, 0, 1, 1] }),
    },
    {
      inputs: [
        [2, 4, 5, 6],
        [4, 2, 3, 3],
      ],
      attributes: integers({
        group: 2,
        strides: [3, 2],
        output_padding: [1, 1],
        dilations: [1, 2],
      }),
    },
    {
      inputs: [
        [1, 2, 5, 6],
        [2, 3, 3, 3],
      ],
      attributes: { ...integers({ strides: [2, 2] }), auto_pad: 'SAME_UPPER' },
    },
    {
      inputs: [
        [1, 2, 5, 6],
        [2, 3, 3, 3],
      ],
      attributes: integers({ strides: [2, 2], output_shape: [10, 12] }),
    },
    {
      inputs: [
        [1, 2, 5, 6],
        [2, 3, 3, 3],
      ],
      attributes: { auto_pad: 'VALID' },
    },
  ],
  Col2Im: [
    { inputs: [[1, 5, 5], list(5, 5), list(1, 5)] },
    { inputs: [[2, 8, 9], list(4, 4), list(2, 2)] },
    { inputs: [[1, 4, 4], list(4, 4), list(2, 2)], attributes: integers({ strides: [2, 2] }) },
  ],
  MaxPool: [
    ...windows,
    ...ceiling,
    {
      inputs: [[1, 2, 8, 8]],
      attributes: integers({ kernel_shape: [2, 2] }),
      outputs: 2,
      since: 8,
    },
    {
      inputs: [[1, 2, 9, 9]],
      attributes: integers({ kernel_shape: [2, 3], dilations: [2, 2] }),
      since: 10,
    },
  ],
  AveragePool: [
    ...windows,
    ...ceiling,
    {
      inputs: [[1, 2, 9, 9]],
      attributes: integers({ kernel_shape: [2, 3], dilations: [2, 2], count_include_pad: 1 }),
      since: 19,
    },
  ],
  LpPool: [...windows, { inputs: [[1, 2, 9]], attributes: integers({ kernel_shape: [3], p: 1 }) }],
  GlobalMaxPool: globalPool,
  GlobalAveragePool: globalPool,
  GlobalLpPool: globalPool,
  MaxUnpool: [
    {
      inputs: [[1, 1, 2, 2], { shape: [1, 1, 2, 2], numbers: [5, 7, 13, 15] }],
      attributes: integers({ kernel_shape: [2, 2], strides: [2, 2] }),
    },
    {
      inputs: [[1, 1, 2, 2], { shape: [1, 1, 2, 2], numbers: [5, 7, 13, 15] }, list(1, 1, 5, 5)],
      attributes: integers({ kernel_shape: [2, 2], strides: [2, 2] }),
    },
  ],
  BatchNormalization: [
    { inputs: [[2, 3, 4, 4], [3], [3], [3], [3]] },
    { inputs: [[2, 3], [3], [3], [3], [3]], attributes: { epsilon: 0.01 } },
  ],
  InstanceNormalization: [{ inputs: [[2, 3, 4], [3], [3]] }, { inputs: [[2, 3, 4, 5], [3], [3]] }],
  GroupNormalization: [
    { inputs: [[2, 4, 3, 3], [2], [2]], attributes: integers({ num_groups: 2 }), until: 20 },
    { inputs: [[2, 4, 3, 3], [4], [4]], attributes: integers({ num_groups: 2 }), since: 21 },
  ],
  LayerNormalization: [
    { inputs: [[2, 3, 4], [4], [4]] },
    { inputs: [[2, 3, 4], [4]] },
    {
      inputs: [
        [2, 3, 4],
        [3, 4],
        [3, 4],
      ],
      attributes: integers({ axis: 1 }),
      outputs: 3,
    },
  ],
  RMSNormalization: [
    { inputs: [[2, 3, 4], [4]] },
    {
      inputs: [
        [2, 3, 4],
        [3, 4],
      ],
      attributes: integers({ axis: 1 }),
    },
  ],
  LRN: [{ inputs: [[1, 5, 4, 4]], attributes: integers({ size: 3 }) }],
  LpNormalization: [
    { inputs: [[2, 3, 4]] },
    { inputs: [[2, 3, 4]], attributes: integers({ axis: 1, p: 1 }) },
  ],
  MeanVarianceNormalization: [{ inputs: [[2, 3, 4, 4]] }],
  Resize: resizes,
  Upsample: [
    {
      inputs: [[1, 2, 4, 5]],
      attributes: { scales: [1.5, 1.25, 2.5, 3.5], mode: 'nearest' },
      until: 8,
    },
    { inputs: [[1, 2, 4, 5], list(1, 1, 2, 3)], attributes: { mode: 'linear' }, since: 9 },
  ],
  GridSample: [
    {
      inputs: [
        [1, 2, 4, 5],
        [1, 3, 6, 2],
      ],
    },
    {
      inputs: [
        [2, 2, 4, 5],
        [2, 3, 6, 2],
      ],
      attributes: { padding_mode: 'reflection' },
    },
  ],
}
