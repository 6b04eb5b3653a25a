// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @notice What a caller saw before it sent its transaction: a value of a feed, and when it held.
/// @dev It travels in calldata, so it protects whoever sends it, as a slippage bound does. Whoever lies in it fools only
/// themselves; what protects the contract and its other users is the feed that the contract reads itself.
/// @param value The price, with `decimals` decimals.
/// @param decimals Decimals of `value`, 0 to 18.
/// @param roundId Round of the feed that gave it; 0 for feeds without rounds.
/// @param time When the feed said so, in seconds since the epoch.
/// @param blockNumber Block that the caller read the feed at.
struct Observation {
    int256 value;
    uint8 decimals;
    uint80 roundId;
    uint64 time;
    uint64 blockNumber;
}
