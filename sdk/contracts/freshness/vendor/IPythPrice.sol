// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @title IPythPrice
/// @notice The part of Pyth's `IPyth` that a feed needs.
interface IPythPrice {
    /// @param price The price times 10^−expo.
    /// @param conf Half the width of the interval around it, in the same units.
    /// @param expo Exponent of ten.
    /// @param publishTime Seconds since the epoch.
    struct Price {
        int64 price;
        uint64 conf;
        int32 expo;
        uint256 publishTime;
    }

    function getPriceUnsafe(bytes32 id) external view returns (Price memory price);
}
