import { parseAbi } from 'viem'

const structs = [
  'struct PoolKey { address currency0; address currency1; uint24 fee; int24 tickSpacing; address hooks; }',
  'struct SwapParams { bool zeroForOne; int256 amountSpecified; uint160 sqrtPriceLimitX96; }',
  'struct ModifyLiquidityParams { int24 tickLower; int24 tickUpper; int256 liquidityDelta; bytes32 salt; }',
] as const

export const routerAbi = parseAbi([
  ...structs,
  'error TooLittleOut(uint256 amountOut, uint256 minAmountOut)',
  'error WrappedError(address target, bytes4 selector, bytes reason, bytes details)',
  'function swap(PoolKey key, SwapParams params, uint256 minAmountOut, bytes hookData) returns (uint256 amountOut)',
  'function provide(PoolKey key, ModifyLiquidityParams params)',
])

export const managerAbi = parseAbi([
  ...structs,
  'error WrappedError(address target, bytes4 selector, bytes reason, bytes details)',
  'function initialize(PoolKey key, uint160 sqrtPriceX96) returns (int24 tick)',
  'function extsload(bytes32 slot) view returns (bytes32)',
])

export const hookAbi = parseAbi([
  ...structs,
  'event FeeSet(bytes32 indexed pool, int256 volatility, uint24 feePips)',
  'error NotPoolManager(address caller)',
  'error FeeNotDynamic(uint24 fee)',
  'error AlreadyRecorded(uint256 day)',
  'error TooFewReturns(uint256 have, uint256 need)',
  'function recordClose()',
  'function quoteFee() view returns (int256 volatility, uint24 feePips)',
  'function beforeSwap(address sender, PoolKey key, SwapParams params, bytes hookData) returns (bytes4, int256, uint24)',
])
