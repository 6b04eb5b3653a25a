import { parseAbi } from 'viem'

export const botAbi = parseAbi([
  'struct Observation { int256 value; uint8 decimals; uint80 roundId; uint64 time; uint64 blockNumber; }',
  'event CloseRecorded(uint256 indexed day, int256 close)',
  'event Decided(int256 price, uint256 share, int256 indexChange)',
  'error NotOwner(address caller)',
  'error AlreadyRecorded(uint256 day)',
  'error TooFewCloses(uint256 have, uint256 need)',
  'error InvalidSignal(int256 share)',
  'error TooLittleOut(uint256 amountOut, uint256 minAmountOut)',
  'function recordClose()',
  'function trade(Observation seen, uint256 deadline) returns (uint256 share, int256 indexChange)',
  'function withdraw()',
])

export const poolAbi = parseAbi([
  'function provide(uint256 amount0, uint256 amount1)',
  'function reserves(address token) view returns (uint256 amount)',
  'function swap(address tokenIn, uint256 amountIn, uint256 minAmountOut) returns (uint256 amountOut)',
])

export const sourceAbi = parseAbi(['function push(int256 answer)'])
