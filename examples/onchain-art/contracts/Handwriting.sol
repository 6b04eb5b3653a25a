// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @title Handwriting
/// @notice Turns a seed into what the generator is given.
library Handwriting {
    /// @notice Numbers that describe a handwriting.
    uint256 internal constant LATENT = 4;
    uint256 private constant NUMERALS = 10;

    int256 private constant WAD = 1e18;
    uint256 private constant BYTES_EACH = 8;
    /// @dev Eight bytes of a hash sum to 1020 on average, with a standard deviation of 209.02: near enough to normal.
    int256 private constant MEAN = 1020;
    int256 private constant DEVIATION = 209.02e18;

    /// @notice The generator's input: four numbers that are near to standard normal, then the numeral as a 1 among ten.
    /// @param seed A hash; each of its bytes is used once.
    /// @param numeral 0 to 9.
    /// @return x 14 numbers, 18 decimals.
    function from(bytes32 seed, uint8 numeral) internal pure returns (int256[] memory x) {
        x = new int256[](LATENT + NUMERALS);
        for (uint256 i; i < LATENT; ++i) {
            uint256 sum;
            for (uint256 j; j < BYTES_EACH; ++j) {
                sum += uint8(seed[BYTES_EACH * i + j]);
            }
            x[i] = (int256(sum) - MEAN) * WAD * WAD / DEVIATION;
        }
        x[LATENT + numeral] = WAD;
    }
}
