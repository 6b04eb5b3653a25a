// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Freshness, Guard} from "../../contracts/freshness/Freshness.sol";
import {IFeed} from "../../contracts/freshness/IFeed.sol";
import {Observation} from "../../contracts/freshness/Observation.sol";
import {MockFeed} from "../../contracts/test/MockFeed.sol";
import {Staleness} from "../../contracts/test/Staleness.sol";
import {vm} from "../Vm.sol";

contract MockFeedTest {
    using Staleness for Observation;

    uint256 private constant NOW = 1_700_000_000;

    MockFeed private feed;
    Observation private seen;

    function setUp() public {
        vm.warp(NOW);
        vm.roll(1000);
        feed = new MockFeed(8, 3600, 2000e8);
        seen = feed.read();
    }

    /// @dev Outside, so that a revert of the library is one of a call.
    function check(Observation memory observation) external view returns (int256) {
        int256[] memory x = new int256[](1);
        x[0] = Freshness.toWad(observation);
        return Freshness.requireFresh(observation, _guard(), x).value;
    }

    function test_standsBehindAGuard() public view {
        vm.assertEq(this.check(seen), 2000e8);
    }

    function test_movesByAsMuchAsAGuardAllowsAndOneMore() public {
        feed.move(100);
        vm.assertEq(this.check(seen), 2020e8);
        feed.set(2000e8);
        feed.move(-101);
        vm.expectRevert(abi.encodeWithSelector(Freshness.PriceMoved.selector, int256(2000e18), int256(1979.8e18), 100));
        this.check(seen);
    }

    function test_warpsToTheFirstSecondThatIsTooLate() public {
        seen.warpPast(_guard());
        vm.expectRevert(abi.encodeWithSelector(Freshness.StaleTime.selector, NOW, NOW + 61, 60));
        this.check(seen);
        vm.warp(NOW + 60);
        vm.assertEq(this.check(seen), 2000e8);
    }

    function test_rollsToTheFirstBlockThatIsTooLate() public {
        seen.rollPast(_guard());
        vm.expectRevert(abi.encodeWithSelector(Freshness.StaleBlock.selector, 1000, 1006, 5));
        this.check(seen);
        vm.roll(1005);
        vm.assertEq(this.check(seen), 2000e8);
    }

    function test_findsForgeriesOut() public {
        seen.value++;
        vm.expectRevert(
            abi.encodeWithSelector(Freshness.ObservationForged.selector, address(feed), seen.roundId, seen.time)
        );
        this.check(seen);
    }

    function test_remembersEarlierRounds() public {
        feed.set(2001e8);
        feed.set(2002e8);
        vm.assertEq(this.check(seen), 2002e8);
    }

    function test_refusesToBeReadWhenNobodyUpdatesIt() public {
        vm.warp(NOW + 3600);
        vm.assertEq(feed.read().value, 2000e8);
        vm.warp(NOW + 3601);
        vm.expectRevert(abi.encodeWithSelector(IFeed.StalePrice.selector, address(feed), NOW, 3600));
        feed.read();
    }

    function test_refusesZeroAndTooManyDecimals() public {
        feed.set(0);
        vm.expectRevert(abi.encodeWithSelector(IFeed.InvalidPrice.selector, address(feed), int256(0)));
        feed.read();
        vm.expectPartialRevert(IFeed.UnsupportedDecimals.selector);
        new MockFeed(19, 3600, 1);
    }

    function _guard() private view returns (Guard memory) {
        return Guard({feed: feed, maxAgeSeconds: 60, maxBlocks: 5, maxDeviationBps: 100, inputIndex: 0});
    }
}
