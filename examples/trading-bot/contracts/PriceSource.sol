// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IAggregatorV3} from "@lockstep/sdk/contracts/freshness/vendor/IAggregatorV3.sol";

/// @title PriceSource
/// @notice Stands for a Chainlink aggregator, which a local chain lacks: answers what its operator says, round by round.
contract PriceSource is IAggregatorV3 {
    struct Round {
        int256 answer;
        uint256 time;
    }

    uint8 public constant decimals = 8;
    address public immutable OPERATOR;
    uint80 public latest;
    mapping(uint80 id => Round) private _rounds;

    error NotOperator(address caller);
    error NoSuchRound(uint80 id);

    constructor() {
        OPERATOR = msg.sender;
    }

    /// @notice Answers this price from now on, 8 decimals.
    function push(int256 answer) external {
        if (msg.sender != OPERATOR) revert NotOperator(msg.sender);
        _rounds[++latest] = Round(answer, block.timestamp);
    }

    /// @inheritdoc IAggregatorV3
    function latestRoundData() external view returns (uint80, int256, uint256, uint256, uint80) {
        return getRoundData(latest);
    }

    /// @inheritdoc IAggregatorV3
    function getRoundData(uint80 id) public view returns (uint80, int256, uint256, uint256, uint80) {
        Round memory round = _rounds[id];
        if (round.time == 0) revert NoSuchRound(id);
        return (id, round.answer, round.time, round.time, id);
    }
}
