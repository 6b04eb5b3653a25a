import { Dtype } from '../../src/tensor.js'
import { weight } from '../../src/testing/onnx.js'
import { integers, list, type RecipeTable, scalar } from './recipe.js'

const scatters = [
  { inputs: [[3, 4], { shape: [1, 4], numbers: [0, 1, 2, 0] }, [1, 4]] },
  {
    inputs: [[3, 4], { shape: [3, 1], numbers: [0, 3, 1] }, [3, 1]],
    attributes: integers({ axis: 1 }),
  },
]

/** Operators that move elements, join, cut, make and look up. */
export const rearrangingRecipes: RecipeTable = {
  Shape: [
    { inputs: [[2, 3, 4]] },
    { inputs: [[]] },
    { inputs: [[2, 3, 4]], attributes: integers({ start: 1, end: -1 }), since: 15 },
    { inputs: [[2, 3, 4]], attributes: integers({ start: -9, end: 9 }), since: 15 },
  ],
  Size: [{ inputs: [[2, 3, 4]] }, { inputs: [[]] }],
  Reshape: [
    { inputs: [[2, 3, 4], list(4, 6)] },
    { inputs: [[2, 3, 4], list(0, -1)] },
    { inputs: [[2, 3, 4], list(-1)] },
    { inputs: [[1], { shape: [0], numbers: [] }] },
    { inputs: [[0, 3], list(3, 0)], attributes: integers({ allowzero: 1 }), since: 14 },
  ],
  Flatten: [
    { inputs: [[2, 3, 4]] },
    { inputs: [[2, 3, 4]], attributes: integers({ axis: 0 }) },
    { inputs: [[2, 3, 4]], attributes: integers({ axis: 3 }) },
    { inputs: [[2, 3, 4]], attributes: integers({ axis: -1 }), since: 11 },
  ],
  Squeeze: [
    { inputs: [[1, 3, 1]], closed: true },
    { inputs: [[1, 3, 1]], attributes: integers({ axes: [0] }), until: 12 },
    { inputs: [[1, 3, 1], list(-1)], since: 13 },
  ],
  Unsqueeze: [
    { inputs: [[2, 3]], attributes: integers({ axes: [0, 3] }), until: 12 },
    { inputs: [[2, 3], list(1, -1)], since: 13 },
  ],
  Transpose: [
    { inputs: [[2, 3, 4]] },
    { inputs: [[2, 3, 4]], attributes: integers({ perm: [1, 0, 2] }) },
    { inputs: [[5]] },
    { inputs: [[]] },
  ],
  Expand: [
    { inputs: [[3, 1], list(2, 1, 4)] },
    { inputs: [[2, 3], list(1, 1)] },
    { inputs: [[], list(2, 2)] },
  ],
  Tile: [{ inputs: [[2, 3], list(2, 1)] }, { inputs: [[2, 3], list(0, 2)] }],
  DepthToSpace: ['DCR', 'CRD'].map((mode) => ({
    inputs: [[1, 8, 2, 3]],
    attributes:
      mode === 'DCR' ? integers({ blocksize: 2 }) : { ...integers({ blocksize: 2 }), mode },
    since: mode === 'DCR' ? 1 : 11,
  })),
  SpaceToDepth: [{ inputs: [[1, 2, 4, 6]], attributes: integers({ blocksize: 2 }) }],
  Concat: [
    {
      inputs: [
        [2, 3],
        [2, 1],
        [2, 4],
      ],
      attributes: integers({ axis: 1 }),
    },
    { inputs: [[2, 3]], attributes: integers({ axis: 0 }) },
    {
      inputs: [
        [2, 3],
        [0, 3],
      ],
      attributes: integers({ axis: -2 }),
      since: 11,
    },
  ],
  Split: [
    { inputs: [[4, 3]], outputs: 2, until: 17 },
    {
      inputs: [[4, 6]],
      attributes: integers({ axis: 1, split: [1, 2, 3] }),
      outputs: 3,
      until: 12,
    },
    { inputs: [[4, 6], list(4, 2)], attributes: integers({ axis: -1 }), outputs: 2, since: 13 },
    { inputs: [[5, 3]], attributes: integers({ num_outputs: 3 }), outputs: 3, since: 18 },
  ],
  Slice: [
    { inputs: [[5, 6]], attributes: integers({ starts: [1, 0], ends: [4, -1] }), until: 9 },
    { inputs: [[5, 6]], attributes: integers({ starts: [-3], ends: [99], axes: [1] }), until: 9 },
    { inputs: [[5, 6], list(1), list(4)], since: 10 },
    { inputs: [[5, 6], list(-1, 4), list(-99, 0), list(0, 1), list(-1, -2)], since: 11 },
    { inputs: [[5, 6], list(4), list(1), list(1)], since: 11 },
  ],
  Pad: [
    { inputs: [[3, 4]], attributes: integers({ pads: [0, 1, 2, 0] }), until: 10 },
    { inputs: [[3, 4], list(1, 0, 2, 1)], since: 11 },
    { inputs: [[3, 4], list(1, 0, -1, 1), scalar(1)], since: 11 },
    { inputs: [[3, 4], list(1, 2, 1, 2)], attributes: { mode: 'reflect' }, since: 11 },
    { inputs: [[3, 4], list(1, 2, 1, 2)], attributes: { mode: 'edge' }, since: 11 },
    { inputs: [[3, 4], list(2, 3), undefined, list(-1)], since: 18 },
  ],
  CenterCropPad: [
    { inputs: [[5, 6], list(3, 8)] },
    { inputs: [[5, 6, 2], list(4)], attributes: integers({ axes: [1] }) },
  ],
  ConstantOfShape: [
    { inputs: [list(2, 3)] },
    { inputs: [{ shape: [0], numbers: [] }] },
    {
      inputs: [list(4)],
      attributes: { value: { tensor: weight('', Dtype.int32, [1], Int32Array.of(7)) } },
    },
  ],
  Range: [
    { inputs: [scalar(0), scalar(7), scalar(2)] },
    { inputs: [scalar(5), scalar(1), scalar(-1)] },
    { inputs: [scalar(5), scalar(1), scalar(1)] },
  ],
  EyeLike: [
    { inputs: [[3, 4]] },
    { inputs: [[3, 4]], attributes: integers({ k: 1, dtype: Dtype.int64 }) },
  ],
  OneHot: [
    { inputs: [[2, 3], scalar(5), list(0, 1)] },
    { inputs: [[2, 3], list(5), list(0, 1)], attributes: integers({ axis: 0 }) },
  ],
  Trilu: [
    { inputs: [[3, 4]] },
    { inputs: [[2, 3, 3], scalar(1)], attributes: integers({ upper: 0 }) },
  ],
  Gather: [
    { inputs: [[5, 3], { shape: [2, 2], numbers: [0, 4, 1, 2] }] },
    { inputs: [[5, 3], scalar(1)], attributes: integers({ axis: 1 }) },
    { inputs: [[5, 6], [2]] },
    { inputs: [[4], list(-1, 0)], since: 11 },
  ],
  GatherElements: [
    { inputs: [[3, 4], { shape: [2, 4], numbers: [0, 1, 2, 0, 2, 1, 0, 1] }] },
    {
      inputs: [[3, 4], { shape: [3, 1], numbers: [0, 3, -1] }],
      attributes: integers({ axis: 1 }),
    },
  ],
  GatherND: [
    { inputs: [[3, 4, 2], { shape: [2, 2], numbers: [0, 1, 2, 3] }] },
    { inputs: [[3, 4, 2], { shape: [2, 1], numbers: [0, -1] }] },
    {
      inputs: [[2, 4, 2], { shape: [2, 1], numbers: [0, 3] }],
      attributes: integers({ batch_dims: 1 }),
      since: 12,
    },
  ],
  Scatter: scatters,
  ScatterElements: scatters,
  ScatterND: [
    { inputs: [[4, 3], { shape: [2, 1], numbers: [0, 3] }, [2, 3]] },
    { inputs: [[4, 3], { shape: [2, 2], numbers: [0, 1, 3, 2] }, [2]] },
  ],
  ReverseSequence: [
    { inputs: [[4, 3], list(1, 4, 2)] },
    {
      inputs: [[3, 4, 2], list(1, 4, 2)],
      attributes: integers({ batch_axis: 0, time_axis: 1 }),
    },
  ],
}
