// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {ChainlinkFeed} from "../../contracts/freshness/ChainlinkFeed.sol";
import {Freshness} from "../../contracts/freshness/Freshness.sol";
import {IFeed} from "../../contracts/freshness/IFeed.sol";
import {Observation} from "../../contracts/freshness/Observation.sol";
import {vm} from "../Vm.sol";
import {Garbage, RoundFeed} from "./RoundFeed.sol";

contract ChainlinkFeedTest {
    uint256 private constant NOW = 1_700_000_000;
    uint256 private constant HEARTBEAT = 3600;
    uint256 private constant GRACE = 600;

    RoundFeed private source;
    RoundFeed private sequencer;
    ChainlinkFeed private feed;
    ChainlinkFeed private onL2;

    function setUp() public {
        vm.warp(NOW);
        source = new RoundFeed(8);
        sequencer = new RoundFeed(0);
        feed = new ChainlinkFeed(address(source), HEARTBEAT, address(0), 0);
        onL2 = new ChainlinkFeed(address(source), HEARTBEAT, address(sequencer), GRACE);
    }

    function test_readsTheLatestRound() public {
        source.push(2000e8, NOW - 10);
        Observation memory price = feed.read();
        vm.assertEq(price.value, 2000e8);
        vm.assertEq(uint256(price.decimals), 8);
        vm.assertEq(uint256(price.roundId), 1);
        vm.assertEq(uint256(price.time), NOW - 10);
        vm.assertEq(uint256(price.blockNumber), block.number);
    }

    function test_isFreshAtExactlyTheHeartbeat() public {
        source.push(1, NOW - HEARTBEAT);
        vm.assertEq(feed.read().value, 1);
    }

    function test_revertsASecondAfterTheHeartbeat() public {
        source.push(1, NOW - HEARTBEAT - 1);
        vm.expectRevert(
            abi.encodeWithSelector(IFeed.StalePrice.selector, address(source), NOW - HEARTBEAT - 1, HEARTBEAT)
        );
        feed.read();
    }

    function test_revertsForAPriceFromTheFuture() public {
        source.push(1, NOW + 1);
        vm.expectRevert(abi.encodeWithSelector(IFeed.FuturePrice.selector, address(source), NOW + 1, NOW));
        feed.read();
    }

    function test_revertsForZeroAndNegativePrices() public {
        source.push(0, NOW);
        vm.expectRevert(abi.encodeWithSelector(IFeed.InvalidPrice.selector, address(source), int256(0)));
        feed.read();
        source.push(-1, NOW);
        vm.expectRevert(abi.encodeWithSelector(IFeed.InvalidPrice.selector, address(source), int256(-1)));
        feed.read();
    }

    function test_revertsBetweenTwoAnswers() public {
        source.pushRound(RoundFeed.Round(1, NOW, 0, 1));
        vm.expectRevert(abi.encodeWithSelector(IFeed.IncompleteRound.selector, address(source), uint80(1)));
        feed.read();
        source.pushRound(RoundFeed.Round(1, NOW, NOW, 1));
        vm.expectRevert(abi.encodeWithSelector(IFeed.IncompleteRound.selector, address(source), uint80(2)));
        feed.read();
    }

    function test_revertsForMoreDecimalsThanEighteen() public {
        source.push(1, NOW);
        source.setDecimals(19);
        vm.expectRevert(abi.encodeWithSelector(IFeed.UnsupportedDecimals.selector, address(source), int256(19)));
        feed.read();
    }

    function test_revertsWhileTheSequencerIsDown() public {
        source.push(1, NOW);
        sequencer.push(1, NOW - GRACE * 10);
        vm.expectRevert(
            abi.encodeWithSelector(IFeed.SequencerDown.selector, address(sequencer), NOW - GRACE * 10, GRACE)
        );
        onL2.read();
    }

    function test_revertsUntilTheGracePeriodIsOver() public {
        source.push(1, NOW);
        sequencer.push(0, NOW - GRACE);
        vm.expectRevert(abi.encodeWithSelector(IFeed.SequencerDown.selector, address(sequencer), NOW - GRACE, GRACE));
        onL2.read();
        vm.warp(NOW + 1);
        vm.assertEq(onL2.read().value, 1);
    }

    function test_revertsForAnUptimeFeedWithoutARound() public {
        source.push(1, NOW);
        sequencer.pushRound(RoundFeed.Round(0, 0, 0, 1));
        vm.expectRevert(abi.encodeWithSelector(IFeed.SequencerDown.selector, address(sequencer), 0, GRACE));
        onL2.read();
    }

    function test_confirmsARoundExactly() public {
        source.push(2000e8, NOW - 20);
        source.push(2001e8, NOW - 10);
        Observation memory seen = Observation(2000e8, 8, 1, uint64(NOW - 20), 0);
        _assertConfirm(seen, true);
        seen.value = 2000e8 + 1;
        _assertConfirm(seen, false);
        seen.value = 2000e8;
        seen.time++;
        _assertConfirm(seen, false);
        seen.time--;
        seen.decimals = 18;
        _assertConfirm(seen, false);
        seen.decimals = 8;
        seen.roundId = 2;
        _assertConfirm(seen, false);
        seen.roundId = 77;
        _assertConfirm(seen, false);
    }

    function test_revertsForASourceThatIsNoFeed() public {
        address[4] memory sources = [
            address(0xdead),
            address(new Garbage("", false)),
            address(new Garbage(abi.encode(uint256(1), uint256(2)), false)),
            address(new Garbage("", true))
        ];
        for (uint256 i; i < sources.length; i++) {
            ChainlinkFeed broken = new ChainlinkFeed(sources[i], HEARTBEAT, address(0), 0);
            vm.expectRevert(abi.encodeWithSelector(IFeed.SourceFailed.selector, sources[i]));
            broken.read();
        }
    }

    function testFuzz_readsOrReverts(int256 answer, uint256 updatedAt, uint8 decimals, uint64 timestamp) public {
        vm.warp(timestamp);
        source.push(answer, updatedAt);
        source.setDecimals(decimals);
        bool isFresh = updatedAt != 0 && updatedAt <= timestamp && timestamp - updatedAt <= HEARTBEAT;
        try feed.read() returns (Observation memory price) {
            vm.assertTrue(isFresh && answer > 0 && decimals <= 18);
            vm.assertEq(price.value, answer);
        } catch {
            vm.assertFalse(isFresh && answer > 0 && decimals <= 18);
        }
    }

    function _assertConfirm(Observation memory observation, bool expected) private view {
        (bool known, bool matches) = feed.confirm(observation);
        vm.assertTrue(known);
        vm.assertTrue(matches == expected);
    }
}
