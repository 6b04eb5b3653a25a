// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {ChainlinkFeed} from "@lockstep/sdk/contracts/freshness/ChainlinkFeed.sol";
import {Freshness, Guard} from "@lockstep/sdk/contracts/freshness/Freshness.sol";
import {IFeed} from "@lockstep/sdk/contracts/freshness/IFeed.sol";

/// A line that a rule finds ends with a comment that names the rule.
contract AbsurdGuard {
    uint64 public constant MAX_AGE_SECONDS = 300;
    uint64 public constant WEEK = 7 days;
    uint16 public constant HALF = 5_000;

    function sensible(IFeed feed) external pure returns (Guard memory) {
        return Guard(feed, MAX_AGE_SECONDS, 25, 50, 0);
    }

    /// One bound on the age is enough.
    function byBlocks(IFeed feed) external pure returns (Guard memory) {
        return Guard(feed, type(uint64).max, 25, 50, 0);
    }

    function unknown(IFeed feed, uint64 maxAge) external pure returns (Guard memory) {
        return Guard(feed, maxAge, type(uint64).max, 9_999, 0);
    }

    function never(IFeed feed) external pure returns (Guard memory) {
        return Guard({
            feed: feed,
            maxAgeSeconds: type(uint64).max, // finds absurd-guard
            maxBlocks: type(uint64).max,
            maxDeviationBps: HALF * 2, // finds absurd-guard
            inputIndex: 0
        });
    }

    function always(IFeed feed) external pure returns (Guard memory) {
        return Guard(
            feed,
            0, // finds absurd-guard
            0, // finds absurd-guard
            50,
            0
        );
    }

    function checks(uint256 time, uint256 number, int256 seen) external view {
        Freshness.requireTime(time, 1 days);
        Freshness.requireTime(time, WEEK); // finds absurd-guard
        Freshness.requireBlock(number, 43_200);
        Freshness.requireBlock(number, 43_201); // finds absurd-guard
        Freshness.requireDeviation(seen, seen, 9_999);
        Freshness.requireDeviation(seen, seen, 10_000); // finds absurd-guard
        Freshness.requireTime(block.timestamp, 300); // finds absurd-guard
        // lockstep-lint-disable-next-line absurd-guard
        Freshness.requireTime(time, 0);
    }

    function feeds(address proxy) external {
        new ChainlinkFeed(proxy, 86_400, address(0), 0);
        new ChainlinkFeed(proxy, 30 days, address(0), 0); // finds absurd-guard
    }
}
