// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Inference} from "../contracts/Inference.sol";
import {Freshness, Guard} from "../contracts/freshness/Freshness.sol";
import {IFeed} from "../contracts/freshness/IFeed.sol";
import {Observation} from "../contracts/freshness/Observation.sol";
import {ModelId} from "../contracts/types/ModelId.sol";

/// @dev A contract as users write it, whose feed and bounds are its own.
contract GuardedQuoter {
    event Quoted(address indexed by, int256 price, int256 answer);

    error NotToday(uint256 day);

    ModelId private immutable MODEL;
    IFeed private immutable FEED;
    int256 public last;

    constructor(ModelId model, IFeed feed) {
        MODEL = model;
        FEED = feed;
    }

    function quote(int256[] memory x, Observation memory seen) public returns (int256 answer) {
        Guard memory guard =
            Guard({feed: FEED, maxAgeSeconds: 60, maxBlocks: 5, maxDeviationBps: 100, inputIndex: 0});
        answer = Inference.inferFresh(MODEL, x, seen, guard)[0];
        last = answer;
        emit Quoted(msg.sender, x[0], answer);
    }

    function quoteBefore(uint256 deadline, int256[] memory x, Observation memory seen) external returns (int256) {
        Freshness.requireDeadline(deadline);
        return quote(x, seen);
    }

    /// @dev Reads its feed itself.
    function quoteNow() external returns (int256 answer) {
        int256[] memory x = new int256[](1);
        x[0] = Freshness.toWad(FEED.read());
        answer = Inference.infer(MODEL, x)[0];
        last = answer;
        emit Quoted(msg.sender, x[0], answer);
    }

    function refuse() external {
        last = 0;
        revert NotToday(7);
    }

    /// @dev No inference in it: the same on any chain.
    function set(int256 value) external returns (int256) {
        last = value;
        return value + 1;
    }
}
