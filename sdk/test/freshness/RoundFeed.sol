// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IAggregatorV3} from "../../contracts/freshness/vendor/IAggregatorV3.sol";

/// @dev Stands for a Chainlink aggregator that lives on another network: answers the rounds that a test gives it.
contract RoundFeed is IAggregatorV3 {
    struct Round {
        int256 answer;
        uint256 startedAt;
        uint256 updatedAt;
        uint80 answeredInRound;
    }

    uint8 public decimals;
    uint80 public latest;
    mapping(uint80 => Round) private rounds;

    constructor(uint8 decimals_) {
        decimals = decimals_;
    }

    function setDecimals(uint8 decimals_) external {
        decimals = decimals_;
    }

    function push(int256 answer, uint256 updatedAt) external returns (uint80) {
        latest++;
        rounds[latest] = Round(answer, updatedAt, updatedAt, latest);
        return latest;
    }

    function pushRound(Round calldata round) external {
        latest++;
        rounds[latest] = round;
    }

    function latestRoundData() external view returns (uint80, int256, uint256, uint256, uint80) {
        return getRoundData(latest);
    }

    function getRoundData(uint80 id) public view returns (uint80, int256, uint256, uint256, uint80) {
        Round memory round = rounds[id];
        require(id == latest || round.updatedAt != 0, "No data present");
        return (id, round.answer, round.startedAt, round.updatedAt, round.answeredInRound);
    }
}

/// @dev A contract that gives the same bytes to every call, or reverts.
contract Garbage {
    bytes private answer;
    bool private fails;

    constructor(bytes memory answer_, bool fails_) {
        answer = answer_;
        fails = fails_;
    }

    fallback() external {
        bytes memory data = answer;
        if (fails) revert("Garbage");
        assembly ("memory-safe") {
            return(add(data, 0x20), mload(data))
        }
    }
}
