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

const OBSERVATION = [
  { name: 'value', type: 'int256' },
  { name: 'decimals', type: 'uint8' },
  { name: 'roundId', type: 'uint80' },
  { name: 'time', type: 'uint64' },
  { name: 'blockNumber', type: 'uint64' },
] as const

/** A guarded price, `IFeed.sol`, with every error that says why it cannot be relied on. */
export const feedAbi = [
  {
    type: 'function',
    name: 'read',
    stateMutability: 'view',
    inputs: [],
    outputs: [{ name: 'price', type: 'tuple', components: OBSERVATION }],
  },
  {
    type: 'function',
    name: 'confirm',
    stateMutability: 'view',
    inputs: [{ name: 'observation', type: 'tuple', components: OBSERVATION }],
    outputs: [
      { name: 'known', type: 'bool' },
      { name: 'matches', type: 'bool' },
    ],
  },
  {
    type: 'error',
    name: 'StalePrice',
    inputs: [
      { name: 'source', type: 'address' },
      { name: 'updatedAt', type: 'uint256' },
      { name: 'maxAgeSeconds', type: 'uint256' },
    ],
  },
  {
    type: 'error',
    name: 'FuturePrice',
    inputs: [
      { name: 'source', type: 'address' },
      { name: 'updatedAt', type: 'uint256' },
      { name: 'timestamp', type: 'uint256' },
    ],
  },
  {
    type: 'error',
    name: 'InvalidPrice',
    inputs: [
      { name: 'source', type: 'address' },
      { name: 'price', type: 'int256' },
    ],
  },
  {
    type: 'error',
    name: 'IncompleteRound',
    inputs: [
      { name: 'source', type: 'address' },
      { name: 'roundId', type: 'uint80' },
    ],
  },
  {
    type: 'error',
    name: 'SequencerDown',
    inputs: [
      { name: 'source', type: 'address' },
      { name: 'since', type: 'uint256' },
      { name: 'gracePeriodSeconds', type: 'uint256' },
    ],
  },
  {
    type: 'error',
    name: 'PriceUncertain',
    inputs: [
      { name: 'source', type: 'address' },
      { name: 'price', type: 'int256' },
      { name: 'confidence', type: 'uint256' },
      { name: 'maxConfidenceBps', type: 'uint256' },
    ],
  },
  {
    type: 'error',
    name: 'HistoryTooShort',
    inputs: [
      { name: 'source', type: 'address' },
      { name: 'secondsAgo', type: 'uint256' },
    ],
  },
  { type: 'error', name: 'SourceFailed', inputs: [{ name: 'source', type: 'address' }] },
  {
    type: 'error',
    name: 'UnsupportedDecimals',
    inputs: [
      { name: 'source', type: 'address' },
      { name: 'decimals', type: 'int256' },
    ],
  },
] as const

/** The errors of `Freshness.sol`, which a guarded contract reverts with. */
export const freshnessAbi = [
  {
    type: 'error',
    name: 'StaleTime',
    inputs: [
      { name: 'time', type: 'uint256' },
      { name: 'timestamp', type: 'uint256' },
      { name: 'maxAgeSeconds', type: 'uint256' },
    ],
  },
  {
    type: 'error',
    name: 'FutureTime',
    inputs: [
      { name: 'time', type: 'uint256' },
      { name: 'timestamp', type: 'uint256' },
    ],
  },
  {
    type: 'error',
    name: 'StaleBlock',
    inputs: [
      { name: 'observed', type: 'uint256' },
      { name: 'current', type: 'uint256' },
      { name: 'maxBlocks', type: 'uint256' },
    ],
  },
  {
    type: 'error',
    name: 'FutureBlock',
    inputs: [
      { name: 'observed', type: 'uint256' },
      { name: 'current', type: 'uint256' },
    ],
  },
  {
    type: 'error',
    name: 'PriceMoved',
    inputs: [
      { name: 'observed', type: 'int256' },
      { name: 'current', type: 'int256' },
      { name: 'maxDeviationBps', type: 'uint256' },
    ],
  },
  {
    type: 'error',
    name: 'DeadlinePassed',
    inputs: [
      { name: 'deadline', type: 'uint256' },
      { name: 'timestamp', type: 'uint256' },
    ],
  },
  {
    type: 'error',
    name: 'ObservationForged',
    inputs: [
      { name: 'feed', type: 'address' },
      { name: 'roundId', type: 'uint80' },
      { name: 'time', type: 'uint64' },
    ],
  },
  {
    type: 'error',
    name: 'ObservationMismatch',
    inputs: [
      { name: 'inputIndex', type: 'uint256' },
      { name: 'expected', type: 'int256' },
      { name: 'actual', type: 'int256' },
    ],
  },
  {
    type: 'error',
    name: 'InputTooShort',
    inputs: [
      { name: 'inputIndex', type: 'uint256' },
      { name: 'length', type: 'uint256' },
    ],
  },
  {
    type: 'error',
    name: 'ObservationOutOfRange',
    inputs: [
      { name: 'value', type: 'int256' },
      { name: 'decimals', type: 'uint8' },
    ],
  },
  // Of `TickPrice`, which `UniswapV3Feed` computes with.
  { type: 'error', name: 'TickOutOfRange', inputs: [{ name: 'tick', type: 'int256' }] },
] as const
