const TENSOR = [
  { name: 'dtype', type: 'uint8' },
  { name: 'shape', type: 'uint32[]' },
  { name: 'data', type: 'bytes' },
] as const

const MODEL_INFO = [
  { name: 'class', type: 'uint8' },
  { name: 'inputDtypes', type: 'uint8[]' },
  { name: 'inputShapes', type: 'int32[][]' },
  { name: 'outputDtypes', type: 'uint8[]' },
  { name: 'outputShapes', type: 'int32[][]' },
  { name: 'bytesLength', type: 'uint64' },
  { name: 'baseGas', type: 'uint64' },
] as const

/** The precompile's interface, `IInference.sol`, with every error that it reverts with. */
export const inferenceAbi = [
  {
    type: 'function',
    name: 'infer',
    stateMutability: 'view',
    inputs: [
      { name: 'model', type: 'bytes32' },
      { name: 'x', type: 'int256[]' },
    ],
    outputs: [{ name: 'y', type: 'int256[]' }],
  },
  {
    type: 'function',
    name: 'inferTensors',
    stateMutability: 'view',
    inputs: [
      { name: 'model', type: 'bytes32' },
      { name: 'inputs', type: 'tuple[]', components: TENSOR },
    ],
    outputs: [{ name: 'outputs', type: 'tuple[]', components: TENSOR }],
  },
  {
    type: 'function',
    name: 'quote',
    stateMutability: 'view',
    inputs: [
      { name: 'model', type: 'bytes32' },
      { name: 'shapes', type: 'uint32[][]' },
    ],
    outputs: [{ name: 'gasUnits', type: 'uint64' }],
  },
  {
    type: 'function',
    name: 'describe',
    stateMutability: 'view',
    inputs: [{ name: 'model', type: 'bytes32' }],
    outputs: [{ name: 'info', type: 'tuple', components: MODEL_INFO }],
  },
  // The chain does not list the model.
  { type: 'error', name: 'ModelNotFound', inputs: [{ name: 'model', type: 'bytes32' }] },
  // `admit`: the validator or the engine refuses the model's bytes; `lockstep inspect` says why.
  { type: 'error', name: 'ModelRefused', inputs: [{ name: 'model', type: 'bytes32' }] },
  // `infer`: the model has several inputs or outputs, or more than one free dimension.
  { type: 'error', name: 'UseInferTensors', inputs: [{ name: 'model', type: 'bytes32' }] },
  {
    type: 'error',
    name: 'InputCountMismatch',
    inputs: [
      { name: 'want', type: 'uint256' },
      { name: 'got', type: 'uint256' },
    ],
  },
  {
    type: 'error',
    name: 'DtypeMismatch',
    inputs: [
      { name: 'input', type: 'uint256' },
      { name: 'want', type: 'uint8' },
      { name: 'got', type: 'uint8' },
    ],
  },
  // A dimension of `want` that the caller chooses is 2^32 − 1. For `infer`, `got` is `[x.length]`.
  {
    type: 'error',
    name: 'ShapeMismatch',
    inputs: [
      { name: 'input', type: 'uint256' },
      { name: 'want', type: 'uint32[]' },
      { name: 'got', type: 'uint32[]' },
    ],
  },
  // `data` is not as many bytes as the tensor's own dtype and shape take.
  {
    type: 'error',
    name: 'DataLengthMismatch',
    inputs: [
      { name: 'input', type: 'uint256' },
      { name: 'want', type: 'uint256' },
      { name: 'got', type: 'uint256' },
    ],
  },
  // A value that the input's dtype cannot hold: too large, or a bool that is neither 0 nor 1.
  {
    type: 'error',
    name: 'ValueOutOfRange',
    inputs: [
      { name: 'input', type: 'uint256' },
      { name: 'index', type: 'uint256' },
    ],
  },
  // These shapes ask for more memory or work than any block may hold.
  { type: 'error', name: 'RunTooLarge', inputs: [{ name: 'model', type: 'bytes32' }] },
  // The graph itself rejects these values: an index out of range, a division by zero.
  { type: 'error', name: 'GraphRejected', inputs: [{ name: 'model', type: 'bytes32' }] },
  // An output element is NaN or infinite.
  {
    type: 'error',
    name: 'NonFiniteOutput',
    inputs: [
      { name: 'output', type: 'uint256' },
      { name: 'index', type: 'uint256' },
    ],
  },
  // `infer`: an output element does not fit int256 with 18 decimals.
  {
    type: 'error',
    name: 'OutputOutOfRange',
    inputs: [
      { name: 'output', type: 'uint256' },
      { name: 'index', type: 'uint256' },
    ],
  },
  { type: 'error', name: 'MalformedCalldata', inputs: [] },
  { type: 'error', name: 'UnknownSelector', inputs: [{ name: 'selector', type: 'bytes4' }] },
  // Of the Solidity library `Inference`, which contracts call the precompile through.
  {
    type: 'error',
    name: 'InsufficientInferenceGas',
    inputs: [
      { name: 'needed', type: 'uint256' },
      { name: 'left', type: 'uint256' },
    ],
  },
  { type: 'error', name: 'InferenceUnavailable', inputs: [{ name: 'chainId', type: 'uint256' }] },
  {
    type: 'error',
    name: 'NotScalar',
    inputs: [
      { name: 'model', type: 'bytes32' },
      { name: 'length', type: 'uint256' },
    ],
  },
] as const

/** The registry's interface, `IModelRegistry.sol`. */
export const modelRegistryAbi = [
  {
    type: 'function',
    name: 'register',
    stateMutability: 'nonpayable',
    inputs: [{ name: 'model', type: 'bytes32' }],
    outputs: [],
  },
  {
    type: 'function',
    name: 'isRegistered',
    stateMutability: 'view',
    inputs: [{ name: 'model', type: 'bytes32' }],
    outputs: [{ name: '', type: 'bool' }],
  },
  {
    type: 'function',
    name: 'setName',
    stateMutability: 'nonpayable',
    inputs: [
      { name: 'name', type: 'bytes32' },
      { name: 'model', type: 'bytes32' },
    ],
    outputs: [],
  },
  {
    type: 'function',
    name: 'resolve',
    stateMutability: 'view',
    inputs: [
      { name: 'owner', type: 'address' },
      { name: 'name', type: 'bytes32' },
    ],
    outputs: [{ name: 'model', type: 'bytes32' }],
  },
  {
    type: 'event',
    name: 'ModelRegistered',
    inputs: [
      { name: 'model', type: 'bytes32', indexed: true },
      { name: 'by', type: 'address', indexed: true },
    ],
  },
  {
    type: 'event',
    name: 'NameSet',
    inputs: [
      { name: 'owner', type: 'address', indexed: true },
      { name: 'name', type: 'bytes32', indexed: true },
      { name: 'model', type: 'bytes32', indexed: false },
    ],
  },
  { type: 'error', name: 'ModelNotRegistered', inputs: [{ name: 'model', type: 'bytes32' }] },
  { type: 'error', name: 'EmptyName', inputs: [] },
  {
    type: 'error',
    name: 'NameNotSet',
    inputs: [
      { name: 'owner', type: 'address' },
      { name: 'name', type: 'bytes32' },
    ],
  },
] as const
