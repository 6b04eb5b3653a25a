// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @title IUniswapV3Oracle
/// @notice The part of a Uniswap v3 pool that a feed needs.
interface IUniswapV3Oracle {
    function token0() external view returns (address);

    function token1() external view returns (address);

    /// @param secondsAgos From how long ago each value is wanted.
    /// @return tickCumulatives Sums of the tick over all seconds up to then.
    /// @return secondsPerLiquidityCumulativeX128s Not used here.
    function observe(uint32[] calldata secondsAgos)
        external
        view
        returns (int56[] memory tickCumulatives, uint160[] memory secondsPerLiquidityCumulativeX128s);
}
