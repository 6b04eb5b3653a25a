// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @title IDecimals
/// @notice The part of an ERC-20 token that a feed needs.
interface IDecimals {
    function decimals() external view returns (uint8);
}
