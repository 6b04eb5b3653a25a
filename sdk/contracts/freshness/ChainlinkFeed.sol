// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IFeed} from "./IFeed.sol";
import {Observation} from "./Observation.sol";
import {SourceCall} from "./SourceCall.sol";
import {IAggregatorV3} from "./vendor/IAggregatorV3.sol";

/// @title ChainlinkFeed
/// @notice A Chainlink data feed with its heartbeat, and on an L2 with the uptime feed of its sequencer.
/// @dev `latestRoundData` itself enforces nothing: it goes on answering when nobody updates it.
contract ChainlinkFeed is IFeed {
    /// @notice The feed's proxy.
    address public immutable AGGREGATOR;

    /// @notice The most seconds between two updates, as the feed's page gives them.
    uint256 public immutable HEARTBEAT_SECONDS;

    /// @notice The sequencer's uptime feed; zero on an L1.
    address public immutable SEQUENCER;

    /// @notice How long the sequencer must have been back.
    uint256 public immutable GRACE_PERIOD_SECONDS;

    uint256 private constant ROUND_WORDS = 5;
    /// @dev Order of the words of a round.
    uint256 private constant ROUND_ID = 0;
    uint256 private constant ANSWER = 1;
    uint256 private constant STARTED_AT = 2;
    uint256 private constant UPDATED_AT = 3;
    uint256 private constant ANSWERED_IN = 4;

    /// @param aggregator The feed's proxy.
    /// @param heartbeatSeconds The most seconds between two updates.
    /// @param sequencer The sequencer's uptime feed; zero on an L1.
    /// @param gracePeriodSeconds How long the sequencer must have been back; of no use on an L1.
    constructor(address aggregator, uint256 heartbeatSeconds, address sequencer, uint256 gracePeriodSeconds) {
        AGGREGATOR = aggregator;
        HEARTBEAT_SECONDS = heartbeatSeconds;
        SEQUENCER = sequencer;
        GRACE_PERIOD_SECONDS = gracePeriodSeconds;
    }

    /// @inheritdoc IFeed
    function read() external view returns (Observation memory price) {
        if (SEQUENCER != address(0)) _requireSequencer();
        bytes memory round =
            SourceCall.read(AGGREGATOR, abi.encodeCall(IAggregatorV3.latestRoundData, ()), ROUND_WORDS);
        uint80 roundId = uint80(SourceCall.word(round, ROUND_ID));
        uint256 updatedAt = SourceCall.word(round, UPDATED_AT);
        if (updatedAt == 0 || uint80(SourceCall.word(round, ANSWERED_IN)) < roundId) {
            revert IncompleteRound(AGGREGATOR, roundId);
        }
        int256 answer = int256(SourceCall.word(round, ANSWER));
        if (answer <= 0) revert InvalidPrice(AGGREGATOR, answer);
        if (updatedAt > block.timestamp) revert FuturePrice(AGGREGATOR, updatedAt, block.timestamp);
        if (block.timestamp - updatedAt > HEARTBEAT_SECONDS) {
            revert StalePrice(AGGREGATOR, updatedAt, HEARTBEAT_SECONDS);
        }
        price = Observation(answer, _decimals(), roundId, uint64(updatedAt), uint64(block.number));
    }

    /// @inheritdoc IFeed
    /// @dev A round that the feed no longer answers for, or never had, is known not to match.
    function confirm(Observation calldata observation) external view returns (bool known, bool matches) {
        bytes memory call = abi.encodeCall(IAggregatorV3.getRoundData, (observation.roundId));
        bytes memory round = SourceCall.tryRead(AGGREGATOR, call, ROUND_WORDS);
        if (round.length == 0) return (true, false);
        matches = uint80(SourceCall.word(round, ROUND_ID)) == observation.roundId
            && int256(SourceCall.word(round, ANSWER)) == observation.value
            && SourceCall.word(round, UPDATED_AT) == observation.time && _decimals() == observation.decimals;
        return (true, matches);
    }

    /// @dev An answer of 1 means down. `startedAt` is 0 before the first round, and else when the state last changed.
    function _requireSequencer() private view {
        bytes memory round =
            SourceCall.read(SEQUENCER, abi.encodeCall(IAggregatorV3.latestRoundData, ()), ROUND_WORDS);
        uint256 since = SourceCall.word(round, STARTED_AT);
        bool isUp = SourceCall.word(round, ANSWER) == 0 && since != 0 && since <= block.timestamp;
        if (!isUp || block.timestamp - since <= GRACE_PERIOD_SECONDS) {
            revert SequencerDown(SEQUENCER, since, GRACE_PERIOD_SECONDS);
        }
    }

    /// @dev Read with every price: a proxy may be given another aggregator.
    function _decimals() private view returns (uint8) {
        bytes memory answer = SourceCall.read(AGGREGATOR, abi.encodeCall(IAggregatorV3.decimals, ()), 1);
        uint256 decimals = SourceCall.word(answer, 0);
        if (decimals > 18) revert UnsupportedDecimals(AGGREGATOR, int256(decimals));
        return uint8(decimals);
    }
}
