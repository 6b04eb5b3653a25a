// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {MockPyth} from "@pythnetwork/pyth-sdk-solidity/MockPyth.sol";
import {IFeed} from "../../contracts/freshness/IFeed.sol";
import {Observation} from "../../contracts/freshness/Observation.sol";
import {PythFeed} from "../../contracts/freshness/PythFeed.sol";
import {vm} from "../Vm.sol";
import {Garbage} from "./RoundFeed.sol";

/// @dev Against Pyth's own test double, which takes updates as the real contract does.
contract PythFeedTest {
    bytes32 private constant ID = keccak256("ETH/USD");
    uint256 private constant NOW = 1_700_000_000;
    uint256 private constant MAX_AGE = 60;
    uint256 private constant MAX_CONFIDENCE_BPS = 50;

    MockPyth private pyth;
    PythFeed private feed;

    function setUp() public {
        vm.warp(NOW);
        pyth = new MockPyth(60, 0);
        feed = new PythFeed(address(pyth), ID, MAX_AGE, MAX_CONFIDENCE_BPS);
    }

    function test_readsTheLatestPrice() public {
        _update(2000e8, 1e8, -8, NOW - 5);
        Observation memory price = feed.read();
        vm.assertEq(price.value, 2000e8);
        vm.assertEq(uint256(price.decimals), 8);
        vm.assertEq(uint256(price.time), NOW - 5);
    }

    function test_agreesWithPythOnTheEdgesOfTime() public {
        _update(1e8, 0, -8, NOW - MAX_AGE);
        vm.assertEq(feed.read().value, pyth.getPriceNoOlderThan(ID, MAX_AGE).price);
        vm.warp(NOW + 1);
        vm.expectRevert(abi.encodeWithSelector(IFeed.StalePrice.selector, address(pyth), NOW - MAX_AGE, MAX_AGE));
        feed.read();
    }

    function test_acceptsAChainWhoseClockLagsByNoMoreThanTheAge() public {
        _update(1e8, 0, -8, NOW + MAX_AGE);
        vm.assertEq(feed.read().value, pyth.getPriceNoOlderThan(ID, MAX_AGE).price);
        vm.warp(NOW - 1);
        vm.expectRevert(abi.encodeWithSelector(IFeed.FuturePrice.selector, address(pyth), NOW + MAX_AGE, NOW - 1));
        feed.read();
    }

    function test_acceptsAConfidenceAtTheBoundAndNoneWider() public {
        _update(10_000, 50, -8, NOW);
        vm.assertEq(feed.read().value, 10_000);
        _update(10_000, 51, -8, NOW + 1);
        vm.warp(NOW + 1);
        vm.expectRevert(
            abi.encodeWithSelector(
                IFeed.PriceUncertain.selector, address(pyth), int256(10_000), uint256(51), MAX_CONFIDENCE_BPS
            )
        );
        feed.read();
    }

    function test_revertsForZeroAndNegativePrices() public {
        _update(0, 0, -8, NOW);
        vm.expectRevert(abi.encodeWithSelector(IFeed.InvalidPrice.selector, address(pyth), int256(0)));
        feed.read();
        _update(-5, 0, -8, NOW + 1);
        vm.expectRevert(abi.encodeWithSelector(IFeed.InvalidPrice.selector, address(pyth), int256(-5)));
        feed.read();
    }

    function test_multipliesAPositiveExponentOut() public {
        _update(7, 0, 3, NOW);
        Observation memory price = feed.read();
        vm.assertEq(price.value, 7000);
        vm.assertEq(uint256(price.decimals), 0);
    }

    function test_revertsForExponentsBeyondEighteen() public {
        _update(7, 0, -19, NOW);
        vm.expectRevert(abi.encodeWithSelector(IFeed.UnsupportedDecimals.selector, address(pyth), int256(19)));
        feed.read();
    }

    function test_confirmsTheLatestPriceAlone() public {
        _update(2000e8, 1e8, -8, NOW - 5);
        Observation memory seen = Observation(2000e8, 8, 0, uint64(NOW - 5), 0);
        (bool known, bool matches) = feed.confirm(seen);
        vm.assertTrue(known && matches);
        seen.value++;
        (known, matches) = feed.confirm(seen);
        vm.assertTrue(known && !matches);
        seen.time--;
        (known,) = feed.confirm(seen);
        vm.assertFalse(known);
    }

    function test_revertsForAPriceThatWasNeverUpdatedAndForNoPyth() public {
        vm.expectRevert(abi.encodeWithSelector(IFeed.SourceFailed.selector, address(pyth)));
        feed.read();
        address garbage = address(new Garbage(abi.encode(1), false));
        PythFeed broken = new PythFeed(garbage, ID, MAX_AGE, MAX_CONFIDENCE_BPS);
        vm.expectRevert(abi.encodeWithSelector(IFeed.SourceFailed.selector, garbage));
        broken.read();
    }

    function _update(int64 price, uint64 confidence, int32 exponent, uint256 publishTime) private {
        bytes[] memory updates = new bytes[](1);
        updates[0] = pyth.createPriceFeedUpdateData(
            ID, price, confidence, exponent, price, confidence, uint64(publishTime), uint64(publishTime)
        );
        pyth.updatePriceFeeds{value: 0}(updates);
    }
}
