// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Observation} from "./Observation.sol";

/// @title IFeed
/// @notice A price that refuses to be read when it is stale. One contract stands before one source; `ChainlinkFeed`,
/// `PythFeed` and `UniswapV3Feed` are such contracts.
/// @dev The bounds of a feed are set when it is deployed. A contract that uses one holds its address as a constant or an
/// immutable, never takes it from calldata.
interface IFeed {
    /// @notice Thrown when the source's answer is older than the feed allows.
    /// @param source The contract that was asked.
    /// @param updatedAt When it last changed its answer.
    /// @param maxAgeSeconds The most that may have passed since.
    error StalePrice(address source, uint256 updatedAt, uint256 maxAgeSeconds);

    /// @notice Thrown when the source's answer bears a time that the chain has not reached.
    error FuturePrice(address source, uint256 updatedAt, uint256 timestamp);

    /// @notice Thrown for a price that is zero or negative.
    error InvalidPrice(address source, int256 price);

    /// @notice Thrown when the source is between two answers.
    error IncompleteRound(address source, uint80 roundId);

    /// @notice Thrown when the L2's sequencer is down, or has been back for too short a time for prices to have caught up.
    /// @param source The sequencer's uptime feed.
    /// @param since When it went down or came back.
    /// @param gracePeriodSeconds How long it must have been back.
    error SequencerDown(address source, uint256 since, uint256 gracePeriodSeconds);

    /// @notice Thrown when the source's own error bound on the price is too wide.
    /// @param confidence Half the width of the interval, in the units of `price`.
    error PriceUncertain(address source, int256 price, uint256 confidence, uint256 maxConfidenceBps);

    /// @notice Thrown when the source does not remember as far back as it is asked.
    error HistoryTooShort(address source, uint256 secondsAgo);

    /// @notice Thrown when the source is no contract, reverts, or answers something else than its interface says.
    error SourceFailed(address source);

    /// @notice Thrown when the source counts in more decimals than 18, or in fewer than none.
    error UnsupportedDecimals(address source, int256 decimals);

    /// @notice The price now. Reverts with one of the errors above where it cannot be relied on.
    /// @return price What the source answers at this moment; `blockNumber` is this block's.
    function read() external view returns (Observation memory price);

    /// @notice Whether the source really gave this observation.
    /// @dev A source without a memory can confirm nothing: then a check of the observation protects its sender alone.
    /// @return known Whether the source could tell.
    /// @return matches Whether it gave exactly this value at this time. Meaningless unless `known`.
    function confirm(Observation calldata observation) external view returns (bool known, bool matches);
}
