import { parseAbi } from 'viem'

const shared = [
  'event Swapped(address indexed trader, address indexed tokenIn, uint256 amountIn, uint256 amountOut, int256 volatility, uint24 feePips)',
  'error NotKeeper(address caller)',
  'error UnknownToken(address token)',
  'error TooLittleOut(uint256 amountOut, uint256 minAmountOut)',
  'error TransferFailed(address token)',
  'function pushReturn(int256 dailyReturn)',
  'function provide(uint256 amount0, uint256 amount1)',
  'function lastReturns() view returns (int256[] x)',
  'function feeOf(int256 volatility) view returns (uint24)',
] as const

export const inlinePoolAbi = parseAbi([
  ...shared,
  'function swap(address tokenIn, uint256 amountIn, uint256 minAmountOut) returns (uint256 amountOut)',
])

export const callbackPoolAbi = parseAbi([
  ...shared,
  'event SwapRequested(uint256 indexed request, address indexed trader)',
  'event SwapRefunded(uint256 indexed request, address indexed trader, uint256 amountIn)',
  'error NotOracle(address caller)',
  'error NotTrader(address caller)',
  'error DeadlineInThePast(uint256 deadline)',
  'error StillWaiting(uint256 deadline)',
  'function requestSwap(address tokenIn, uint256 amountIn, uint256 minAmountOut, uint256 deadline) payable returns (uint256 request)',
  'function onInference(uint256 request, int256[] y)',
  'function cancel(uint256 request)',
])

export const oracleAbi = parseAbi([
  'event Requested(uint256 indexed request, address indexed consumer, bytes32 model, int256[] x)',
  'event Answered(uint256 indexed request, bool accepted)',
  'error FeeTooLow(uint256 paid, uint256 fee)',
  'error NotOperator(address caller)',
  'error UnknownRequest(uint256 request)',
  'function FEE() view returns (uint256)',
  'function answer(uint256 id, int256[] y)',
])
