// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {ChainlinkFeed} from "../../contracts/freshness/ChainlinkFeed.sol";
import {Freshness, Guard} from "../../contracts/freshness/Freshness.sol";
import {IFeed} from "../../contracts/freshness/IFeed.sol";
import {Observation} from "../../contracts/freshness/Observation.sol";
import {vm} from "../Vm.sol";
import {RoundFeed} from "./RoundFeed.sol";

contract FreshnessHarness {
    function requireTime(uint256 time, uint256 maxAgeSeconds) external view {
        Freshness.requireTime(time, maxAgeSeconds);
    }

    function requireBlock(uint256 observed, uint256 maxBlocks) external view {
        Freshness.requireBlock(observed, maxBlocks);
    }

    function requireDeadline(uint256 deadline) external view {
        Freshness.requireDeadline(deadline);
    }

    function requireDeviation(int256 observed, int256 current, uint256 maxDeviationBps) external pure {
        Freshness.requireDeviation(observed, current, maxDeviationBps);
    }

    function requireFresh(Observation calldata observation, Guard calldata guard, int256[] calldata x)
        external
        view
        returns (Observation memory)
    {
        return Freshness.requireFresh(observation, guard, x);
    }

    function toWad(Observation calldata observation) external pure returns (int256) {
        return Freshness.toWad(observation);
    }
}

contract FreshnessTest {
    uint256 private constant NOW = 1_700_000_000;
    uint64 private constant MAX_AGE = 30;
    uint64 private constant MAX_BLOCKS = 2;
    uint16 private constant MAX_DEVIATION_BPS = 100;

    FreshnessHarness private lib = new FreshnessHarness();
    RoundFeed private source;
    IFeed private feed;

    function setUp() public {
        vm.warp(NOW);
        vm.roll(1000);
        source = new RoundFeed(8);
        feed = new ChainlinkFeed(address(source), 3600, address(0), 0);
        source.push(2000e8, NOW);
    }

    function test_timeIsFreshAtItsEdgesAndNoFurther() public {
        uint64[4] memory times = [uint64(NOW), 2 ** 32, 2 ** 32 + MAX_AGE, type(uint64).max];
        for (uint256 i; i < times.length; i++) {
            vm.warp(times[i]);
            lib.requireTime(times[i], 0);
            lib.requireTime(times[i] - MAX_AGE, MAX_AGE);
            vm.expectRevert(
                abi.encodeWithSelector(
                    Freshness.StaleTime.selector, uint256(times[i]) - MAX_AGE - 1, uint256(times[i]), uint256(MAX_AGE)
                )
            );
            lib.requireTime(times[i] - MAX_AGE - 1, MAX_AGE);
            vm.expectRevert(
                abi.encodeWithSelector(Freshness.FutureTime.selector, uint256(times[i]) + 1, uint256(times[i]))
            );
            lib.requireTime(uint256(times[i]) + 1, MAX_AGE);
        }
    }

    function test_blocksAreFreshAtTheirEdgesAndNoFurther() public {
        lib.requireBlock(1000, 0);
        lib.requireBlock(998, MAX_BLOCKS);
        vm.expectRevert(abi.encodeWithSelector(Freshness.StaleBlock.selector, 997, 1000, uint256(MAX_BLOCKS)));
        lib.requireBlock(997, MAX_BLOCKS);
        vm.expectRevert(abi.encodeWithSelector(Freshness.FutureBlock.selector, 1001, 1000));
        lib.requireBlock(1001, MAX_BLOCKS);
    }

    function test_deadlineHoldsThroughItsSecond() public {
        lib.requireDeadline(NOW);
        vm.expectRevert(abi.encodeWithSelector(Freshness.DeadlinePassed.selector, NOW - 1, NOW));
        lib.requireDeadline(NOW - 1);
    }

    function test_priceMayMoveByExactlyTheBound() public {
        lib.requireDeviation(10_000, 10_100, MAX_DEVIATION_BPS);
        lib.requireDeviation(10_000, 9_900, MAX_DEVIATION_BPS);
        lib.requireDeviation(-10_000, -10_100, MAX_DEVIATION_BPS);
        lib.requireDeviation(0, 0, 0);
        lib.requireDeviation(type(int256).min, type(int256).max, 20_000);
        vm.expectRevert(
            abi.encodeWithSelector(Freshness.PriceMoved.selector, int256(10_000), int256(10_101), MAX_DEVIATION_BPS)
        );
        lib.requireDeviation(10_000, 10_101, MAX_DEVIATION_BPS);
        vm.expectRevert(abi.encodeWithSelector(Freshness.PriceMoved.selector, int256(0), int256(1), 65_535));
        lib.requireDeviation(0, 1, 65_535);
    }

    function test_convertsEveryDecimalsFeedsHave() public {
        for (uint8 decimals; decimals <= 18; decimals++) {
            vm.assertEq(lib.toWad(Observation(-3, decimals, 0, 0, 0)), -3 * int256(10 ** (18 - uint256(decimals))));
        }
        vm.expectRevert(abi.encodeWithSelector(Freshness.ObservationOutOfRange.selector, int256(1), uint8(19)));
        lib.toWad(Observation(1, 19, 0, 0, 0));
        vm.expectRevert(
            abi.encodeWithSelector(Freshness.ObservationOutOfRange.selector, type(int256).min, uint8(17))
        );
        lib.toWad(Observation(type(int256).min, 17, 0, 0, 0));
        vm.assertEq(lib.toWad(Observation(type(int256).min, 18, 0, 0, 0)), type(int256).min);
    }

    function test_acceptsAnObservationThatStillHolds() public view {
        vm.assertEq(lib.requireFresh(_seen(), _guard(), _input()).value, 2000e8);
    }

    function test_revertsWhenThePriceHasMoved() public {
        source.push(2021e8, NOW);
        vm.expectRevert(
            abi.encodeWithSelector(
                Freshness.PriceMoved.selector, int256(2000e18), int256(2021e18), uint256(MAX_DEVIATION_BPS)
            )
        );
        lib.requireFresh(_seen(), _guard(), _input());
    }

    function test_revertsForAForgedPriceRoundOrTime() public {
        Observation memory lie = _seen();
        lie.value = 1999e8;
        int256[] memory x = _input();
        x[1] = 1999e18;
        vm.expectRevert(
            abi.encodeWithSelector(Freshness.ObservationForged.selector, address(feed), uint80(1), uint64(NOW))
        );
        lib.requireFresh(lie, _guard(), x);
        lie = _seen();
        lie.time = uint64(NOW) - 1;
        vm.expectRevert(
            abi.encodeWithSelector(Freshness.ObservationForged.selector, address(feed), uint80(1), uint64(NOW) - 1)
        );
        lib.requireFresh(lie, _guard(), _input());
    }

    function test_revertsWhenTheInputHoldsAnotherPrice() public {
        int256[] memory x = _input();
        x[1]++;
        vm.expectRevert(
            abi.encodeWithSelector(Freshness.ObservationMismatch.selector, 1, int256(2000e18), int256(2000e18 + 1))
        );
        lib.requireFresh(_seen(), _guard(), x);
        vm.expectRevert(abi.encodeWithSelector(Freshness.InputTooShort.selector, 1, 1));
        lib.requireFresh(_seen(), _guard(), new int256[](1));
    }

    function test_revertsForAnOldObservationWhateverThePrice() public {
        vm.warp(NOW + MAX_AGE + 1);
        vm.expectRevert(
            abi.encodeWithSelector(Freshness.StaleTime.selector, NOW, NOW + MAX_AGE + 1, uint256(MAX_AGE))
        );
        lib.requireFresh(_seen(), _guard(), _input());
        vm.warp(NOW);
        vm.roll(1000 + MAX_BLOCKS + 1);
        vm.expectRevert(
            abi.encodeWithSelector(Freshness.StaleBlock.selector, 1000, 1000 + MAX_BLOCKS + 1, uint256(MAX_BLOCKS))
        );
        lib.requireFresh(_seen(), _guard(), _input());
    }

    function test_revertsWhenTheFeedItselfIsStale() public {
        vm.warp(NOW + 3601);
        Guard memory guard = _guard();
        guard.maxAgeSeconds = type(uint64).max;
        vm.expectRevert(abi.encodeWithSelector(IFeed.StalePrice.selector, address(source), NOW, 3600));
        lib.requireFresh(_seen(), guard, _input());
    }

    /// @dev The rule in numbers small enough to multiply.
    function testFuzz_deviationIsExact(int128 observed, int128 current, uint16 maxDeviationBps) public {
        int256 distance = int256(current) - observed;
        if (distance < 0) distance = -distance;
        int256 magnitude = observed < 0 ? -int256(observed) : int256(observed);
        bool isWithin = distance * 10_000 <= magnitude * int256(uint256(maxDeviationBps));
        if (!isWithin) vm.expectPartialRevert(Freshness.PriceMoved.selector);
        lib.requireDeviation(observed, current, maxDeviationBps);
    }

    function testFuzz_timeNeverOverflows(uint256 time, uint256 maxAgeSeconds, uint64 timestamp) public {
        vm.warp(timestamp);
        if (time > timestamp) vm.expectPartialRevert(Freshness.FutureTime.selector);
        else if (timestamp - time > maxAgeSeconds) vm.expectPartialRevert(Freshness.StaleTime.selector);
        lib.requireTime(time, maxAgeSeconds);
    }

    function _seen() private pure returns (Observation memory) {
        return Observation(2000e8, 8, 1, uint64(NOW), 1000);
    }

    function _guard() private view returns (Guard memory) {
        return Guard(feed, MAX_AGE, MAX_BLOCKS, MAX_DEVIATION_BPS, 1);
    }

    function _input() private pure returns (int256[] memory x) {
        x = new int256[](2);
        x[1] = 2000e18;
    }
}
