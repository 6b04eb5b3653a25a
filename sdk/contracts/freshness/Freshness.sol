// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IFeed} from "./IFeed.sol";
import {Observation} from "./Observation.sol";
import {WideMath} from "./WideMath.sol";

/// @notice How far the chain may have moved on since an observation.
/// @dev A contract writes it in its own code. Every bound holds at its edge: an age of exactly `maxAgeSeconds` is fresh.
/// @param feed Where the price is read again.
/// @param maxAgeSeconds The most seconds since the observation's time; 2^64 − 1 for any.
/// @param maxBlocks The most blocks since the observation's block; 2^64 − 1 for any.
/// @param maxDeviationBps The most that the price may have moved since, in hundredths of a percent of the observed one.
/// @param inputIndex Which value of the model's input is the observed price, with 18 decimals.
struct Guard {
    IFeed feed;
    uint64 maxAgeSeconds;
    uint64 maxBlocks;
    uint16 maxDeviationBps;
    uint256 inputIndex;
}

/// @title Freshness
/// @notice Checks that revert, so that a transaction built on what is no longer so leaves no trace.
library Freshness {
    /// @notice Thrown when an observation is older than allowed.
    error StaleTime(uint256 time, uint256 timestamp, uint256 maxAgeSeconds);

    /// @notice Thrown when an observation bears a time that the chain has not reached.
    error FutureTime(uint256 time, uint256 timestamp);

    /// @notice Thrown when an observation was made more blocks ago than allowed.
    error StaleBlock(uint256 observed, uint256 current, uint256 maxBlocks);

    /// @notice Thrown when an observation names a block that the chain has not reached.
    error FutureBlock(uint256 observed, uint256 current);

    /// @notice Thrown when the price has moved further than allowed. Both prices have 18 decimals.
    error PriceMoved(int256 observed, int256 current, uint256 maxDeviationBps);

    /// @notice Thrown when the block's time is past the caller's deadline.
    error DeadlinePassed(uint256 deadline, uint256 timestamp);

    /// @notice Thrown when the feed remembers something else for the observation's round or time.
    error ObservationForged(address feed, uint80 roundId, uint64 time);

    /// @notice Thrown when the model's input does not hold the observed price where the guard says.
    /// @param expected The observed price with 18 decimals.
    /// @param actual What stands at `inputIndex`.
    error ObservationMismatch(uint256 inputIndex, int256 expected, int256 actual);

    /// @notice Thrown when the model's input is too short to hold the observed price where the guard says.
    error InputTooShort(uint256 inputIndex, uint256 length);

    /// @notice Thrown for an observation whose value does not fit int256 with 18 decimals, or has more than 18.
    error ObservationOutOfRange(int256 value, uint8 decimals);

    uint256 private constant BPS = 10_000;

    /// @notice Reverts when `time` is in the future or more than `maxAgeSeconds` ago.
    function requireTime(uint256 time, uint256 maxAgeSeconds) internal view {
        if (time > block.timestamp) revert FutureTime(time, block.timestamp);
        if (block.timestamp - time > maxAgeSeconds) revert StaleTime(time, block.timestamp, maxAgeSeconds);
    }

    /// @notice Reverts when the block is ahead of the chain or more than `maxBlocks` behind it.
    function requireBlock(uint256 observed, uint256 maxBlocks) internal view {
        if (observed > block.number) revert FutureBlock(observed, block.number);
        if (block.number - observed > maxBlocks) revert StaleBlock(observed, block.number, maxBlocks);
    }

    /// @notice Reverts when the block's time is past `deadline`.
    function requireDeadline(uint256 deadline) internal view {
        if (block.timestamp > deadline) revert DeadlinePassed(deadline, block.timestamp);
    }

    /// @notice Reverts when `current` differs from `observed` by more than `maxDeviationBps` of `observed`.
    /// @dev Exact: no product is rounded, and none overflows.
    function requireDeviation(int256 observed, int256 current, uint256 maxDeviationBps) internal pure {
        (uint256 movedHigh, uint256 movedLow) = WideMath.product(_distance(observed, current), BPS);
        (uint256 boundHigh, uint256 boundLow) = WideMath.product(_distance(observed, 0), maxDeviationBps);
        if (movedHigh > boundHigh || (movedHigh == boundHigh && movedLow > boundLow)) {
            revert PriceMoved(observed, current, maxDeviationBps);
        }
    }

    /// @notice Reverts unless the observation still holds, and the model's input is built on it.
    /// @param observation What the caller saw.
    /// @param guard How far the chain may have moved on. The contract's own, never the caller's.
    /// @param x The model's input, 18 decimals.
    /// @return price What the guard's feed says now.
    function requireFresh(Observation memory observation, Guard memory guard, int256[] memory x)
        internal
        view
        returns (Observation memory price)
    {
        requireTime(observation.time, guard.maxAgeSeconds);
        requireBlock(observation.blockNumber, guard.maxBlocks);
        int256 observed = toWad(observation);
        _requireInput(observed, guard.inputIndex, x);
        (bool known, bool matches) = guard.feed.confirm(observation);
        if (known && !matches) {
            revert ObservationForged(address(guard.feed), observation.roundId, observation.time);
        }
        price = guard.feed.read();
        requireDeviation(observed, toWad(price), guard.maxDeviationBps);
    }

    /// @notice The value of an observation with 18 decimals. Exact, or reverts.
    function toWad(Observation memory observation) internal pure returns (int256 wad) {
        (int256 value, uint8 decimals) = (observation.value, observation.decimals);
        if (decimals > 18) revert ObservationOutOfRange(value, decimals);
        int256 scale = int256(10 ** (18 - uint256(decimals)));
        unchecked {
            wad = value * scale;
        }
        if (wad / scale != value) revert ObservationOutOfRange(value, decimals);
    }

    function _requireInput(int256 observed, uint256 index, int256[] memory x) private pure {
        if (index >= x.length) revert InputTooShort(index, x.length);
        if (x[index] != observed) revert ObservationMismatch(index, observed, x[index]);
    }

    /// @dev |a − b|, which always fits.
    function _distance(int256 a, int256 b) private pure returns (uint256) {
        unchecked {
            return a > b ? uint256(a) - uint256(b) : uint256(b) - uint256(a);
        }
    }
}
