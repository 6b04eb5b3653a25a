/** Float operators that become integers in one way, and how: the second table of docs/exact.md. */
interface Entry {
  readonly operators: readonly string[]
  readonly becomes: string
}

/** Every operator of a float graph that the compiler takes. */
export const guide: readonly Entry[] = [
  {
    operators: ['Gemm', 'MatMul'],
    becomes:
      'MatMulInteger with a scale a column and the bias in the zero; in 16 bits, and for two tensors in 16 bits, MatMul of int64',
  },
  {
    operators: ['Conv'],
    becomes:
      'ConvInteger with a scale a feature: grouped, depthwise, strided, dilated, along one axis or two; in 16 bits one for each byte',
  },
  {
    operators: ['ConvTranspose'],
    becomes:
      'zeros between the elements, then as Conv; where kernels lie side by side, a Conv of single points',
  },
  {
    operators: ['BatchNormalization'],
    becomes:
      'part of the Conv before it, as factors and offsets of its channels are, or a change of scales and zeros',
  },
  {
    operators: ['InstanceNormalization', 'LayerNormalization'],
    becomes: 'means, a square, a root and a division, each as below',
  },
  {
    operators: ['GRU', 'LSTM', 'RNN'],
    becomes:
      'every step written out, each gate a product; the weights and the number of steps must be constant',
  },
  {
    operators: [
      'Elu',
      'Erf',
      'Exp',
      'Gelu',
      'HardSwish',
      'Log',
      'Pow',
      'Reciprocal',
      'Selu',
      'Sigmoid',
      'Softplus',
      'Softsign',
      'Sqrt',
      'Tanh',
    ],
    becomes:
      'a table, with lines between its entries in 16 bits and finer entries near zero where the function is steep; Pow by 2 is a product, and its exponent must be one constant',
  },
  {
    operators: ['LogSoftmax', 'Softmax'],
    becomes: 'exponentials below the largest by a table, their sum, a division or a logarithm',
  },
  {
    operators: ['Clip', 'HardSigmoid', 'Relu'],
    becomes: 'part of the next change of scale',
  },
  { operators: ['LeakyRelu', 'PRelu'], becomes: 'Max and Min with zero, and a factor for each' },
  { operators: ['Abs', 'Neg'], becomes: 'Abs of the integers less their zero; a negative scale' },
  {
    operators: ['Add', 'Sub'],
    becomes:
      'a constant moves the zero; of two tensors the coarser is multiplied to meet the finer',
  },
  {
    operators: ['Div', 'Mul'],
    becomes:
      'a constant changes the scale; otherwise Mul or Div of integers, and what is divided by must have been above zero in calibration',
  },
  { operators: ['Max', 'Min'], becomes: 'Max and Min in one scale; a clamp for a number' },
  {
    operators: ['Equal', 'Greater', 'GreaterOrEqual', 'Less', 'LessOrEqual'],
    becomes: 'a comparison in one scale',
  },
  { operators: ['And', 'Not', 'Or', 'Where', 'Xor'], becomes: 'the same' },
  { operators: ['ArgMax', 'ArgMin'], becomes: 'the same; of equals, the first' },
  { operators: ['Cast'], becomes: 'nothing between reals; reals do not become integers' },
  {
    operators: ['AveragePool', 'GlobalAveragePool', 'ReduceMean', 'ReduceSum'],
    becomes: 'a sum (ConvInteger with ones, or ReduceSum) and a smaller scale',
  },
  {
    operators: ['GlobalMaxPool', 'MaxPool', 'ReduceMax', 'ReduceMin'],
    becomes: 'the largest of the integers, as they order alike',
  },
  {
    operators: [
      'Concat',
      'Dropout',
      'Expand',
      'Flatten',
      'Gather',
      'Identity',
      'Pad',
      'Reshape',
      'Slice',
      'Split',
      'Squeeze',
      'Tile',
      'Transpose',
      'Unsqueeze',
    ],
    becomes: 'integers moved; parts of Concat are brought to one scale',
  },
  {
    operators: ['Resize', 'Upsample'],
    becomes: 'Gather of the nearest elements; other modes are refused',
  },
  {
    operators: ['ai.onnx.ml.TreeEnsembleClassifier', 'ai.onnx.ml.TreeEnsembleRegressor'],
    becomes: 'float32 compared by its order, without any loss; weights in int64',
  },
  {
    operators: ['ai.onnx.ml.LinearClassifier', 'ai.onnx.ml.LinearRegressor'],
    becomes: 'MatMul of int64 with inputs of 28 bits',
  },
  {
    operators: ['ai.onnx.ml.Normalizer', 'ai.onnx.ml.Scaler'],
    becomes: 'the norm L1 by a division; a change of what is compared or weighed after it',
  },
  {
    operators: ['Constant', 'If', 'Shape', 'Size'],
    becomes:
      'computed before, with all else that depends on constants alone; of an If on a constant, the branch that it chooses',
  },
]
