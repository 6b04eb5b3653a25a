import { parseAbi } from 'viem'

/** What the example calls of its contracts, and the errors that it may meet. */
export const poolAbi = parseAbi([
  'constructor(bytes32 model, address keeper, address token0, address token1)',
  'event PricePushed(uint128 price, int256 dailyReturn)',
  'event Swapped(address indexed trader, address indexed tokenIn, uint256 amountIn, uint256 amountOut, int256 volatility, uint24 feePips)',
  'error NotKeeper(address caller, address keeper)',
  'error ZeroPrice()',
  'error ReturnTooLarge(int256 dailyReturn, int256 maxReturn)',
  'error TooFewReturns(uint256 have, uint256 need)',
  'error InvalidVolatility(int256 volatility)',
  'error UnknownToken(address token)',
  'error TooLittleOut(uint256 amountOut, uint256 minAmountOut)',
  'error TransferFailed(address token)',
  'error ModelNotFound(bytes32 model)',
  'error ShapeMismatch(uint256 input, uint32[] want, uint32[] got)',
  'function MODEL() view returns (bytes32)',
  'function lastReturns() view returns (int256[] x)',
  'function predictedVolatility() view returns (int256 volatility)',
  'function quoteFee() view returns (int256 volatility, uint24 feePips)',
  'function pushPrice(uint128 price)',
  'function provide(uint256 amount0, uint256 amount1)',
  'function withdraw()',
  'function reserves(address token) view returns (uint256 amount)',
  'function swap(address tokenIn, uint256 amountIn, uint256 minAmountOut) returns (uint256 amountOut)',
])

export const tokenAbi = parseAbi([
  'constructor(string name, string symbol, uint256 supply)',
  'function approve(address spender, uint256 value) returns (bool)',
  'function balanceOf(address owner) view returns (uint256)',
  'function transfer(address to, uint256 value) returns (bool)',
])
