// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @title WideMath
/// @notice Products of 512 bits.
library WideMath {
    /// @notice `a` times `b`, whole.
    /// @dev The low word is the product modulo 2^256; what 2^256 − 1 leaves of it tells the high one.
    function product(uint256 a, uint256 b) internal pure returns (uint256 high, uint256 low) {
        unchecked {
            uint256 remainder = mulmod(a, b, type(uint256).max);
            low = a * b;
            high = remainder - low - (remainder < low ? 1 : 0);
        }
    }
}
