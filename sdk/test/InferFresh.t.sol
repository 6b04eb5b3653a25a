// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Inference} from "../contracts/Inference.sol";
import {ChainlinkFeed} from "../contracts/freshness/ChainlinkFeed.sol";
import {Freshness, Guard} from "../contracts/freshness/Freshness.sol";
import {IFeed} from "../contracts/freshness/IFeed.sol";
import {Observation} from "../contracts/freshness/Observation.sol";
import {InferenceTest} from "../contracts/test/InferenceTest.sol";
import {RoundFeed} from "./freshness/RoundFeed.sol";
import {DOUBLE} from "./Models.sol";
import {vm} from "./Vm.sol";

/// @dev A contract as users write it: its feed and its bounds are its own.
contract Quoter {
    IFeed private immutable FEED;
    int256 public last;

    constructor(IFeed feed) {
        FEED = feed;
    }

    function quote(int256[] memory x, Observation memory seen) external returns (int256) {
        Guard memory guard =
            Guard({feed: FEED, maxAgeSeconds: 60, maxBlocks: 5, maxDeviationBps: 100, inputIndex: 0});
        last = Inference.inferFresh(DOUBLE, x, seen, guard)[0];
        return last;
    }
}

contract InferFreshTest is InferenceTest {
    uint256 private constant NOW = 1_700_000_000;

    RoundFeed private source = new RoundFeed(8);
    Quoter private quoter = new Quoter(new ChainlinkFeed(address(source), 3600, address(0), 0));

    function test_infersFromAPriceThatStillHolds() public {
        _start();
        vm.assertEq(quoter.quote(_input(), _seen()), 4000e18);
        vm.assertEq(quoter.last(), 4000e18);
    }

    function test_leavesNoTraceWhenThePriceHasMoved() public {
        _start();
        source.push(2100e8, NOW);
        vm.expectRevert(abi.encodeWithSelector(Freshness.PriceMoved.selector, int256(2000e18), int256(2100e18), 100));
        quoter.quote(_input(), _seen());
        vm.assertEq(quoter.last(), 0);
    }

    function _start() private {
        vm.warp(NOW);
        vm.roll(100);
        source.push(2000e8, NOW);
    }

    function _seen() private pure returns (Observation memory) {
        return Observation(2000e8, 8, 1, uint64(NOW), 100);
    }

    function _input() private pure returns (int256[] memory x) {
        x = new int256[](1);
        x[0] = 2000e18;
    }
}
