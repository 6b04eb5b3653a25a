// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IUniswapV3Pool} from "@uniswap/v3-core/contracts/interfaces/IUniswapV3Pool.sol";
import {IFeed} from "../../contracts/freshness/IFeed.sol";
import {Observation} from "../../contracts/freshness/Observation.sol";
import {TickPrice} from "../../contracts/freshness/TickPrice.sol";
import {UniswapV3Feed} from "../../contracts/freshness/UniswapV3Feed.sol";
import {vm} from "../Vm.sol";
import {EtherPool, Token} from "./EtherPool.sol";

contract TickPriceHarness {
    function priceX128(int256 tick) external pure returns (uint256) {
        return TickPrice.priceX128(tick);
    }
}

contract UniswapV3FeedTest {
    uint32 private constant WINDOW = 600;
    uint256 private constant START = 1_700_000_000;

    EtherPool private market;
    IUniswapV3Pool private pool;
    Token private dollar;
    Token private ether_;

    function setUp() public {
        vm.warp(START);
        market = new EtherPool();
        market.provideLiquidity();
        (pool, dollar, ether_) = (market.POOL(), market.DOLLAR(), market.ETHER());
    }

    function test_averagesTheTickOfTheWindowAndRoundsItDown() public {
        UniswapV3Feed feed = new UniswapV3Feed(address(pool), address(ether_), WINDOW);
        vm.warp(START + 1000);
        _assertPrice(feed, _tickOver(WINDOW, 0));
        market.swap();
        vm.warp(START + 1251);
        _assertPrice(feed, _tickOver(WINDOW, 0));
        int256 price = feed.read().value;
        vm.assertTrue(price > 1e18 && price < 1e22);
    }

    function test_givesTheInverseForTheOtherToken() public {
        vm.warp(START + 1000);
        int256 etherPrice = new UniswapV3Feed(address(pool), address(ether_), WINDOW).read().value;
        int256 dollarPrice = new UniswapV3Feed(address(pool), address(dollar), WINDOW).read().value;
        vm.assertTrue(etherPrice > 1999e18 && etherPrice < 2001e18);
        int256 product = etherPrice * dollarPrice / 1e18;
        vm.assertTrue(product > 0.9999e18 && product < 1.0001e18);
    }

    function test_revertsWhileThePoolIsYoungerThanTheWindow() public {
        UniswapV3Feed feed = new UniswapV3Feed(address(pool), address(ether_), WINDOW);
        vm.warp(START + WINDOW - 1);
        vm.expectRevert(abi.encodeWithSelector(IFeed.HistoryTooShort.selector, address(pool), uint256(WINDOW)));
        feed.read();
        vm.warp(START + WINDOW);
        vm.assertTrue(feed.read().value > 0);
    }

    function test_confirmsWhatItGaveBefore() public {
        UniswapV3Feed feed = new UniswapV3Feed(address(pool), address(ether_), WINDOW);
        vm.warp(START + 1000);
        market.swap();
        vm.warp(START + 1100);
        Observation memory seen = feed.read();
        vm.warp(START + 1200);
        market.swap();
        vm.warp(START + 1300);
        (bool known, bool matches) = feed.confirm(seen);
        vm.assertTrue(known && matches);
        seen.value++;
        (known, matches) = feed.confirm(seen);
        vm.assertTrue(known && !matches);
        seen.time = uint64(START + 10);
        (known,) = feed.confirm(seen);
        vm.assertFalse(known);
        seen.time = uint64(block.timestamp) + 1;
        (known, matches) = feed.confirm(seen);
        vm.assertTrue(known && !matches);
    }

    function test_refusesAnEmptyWindowAStrangeTokenAndNoPool() public {
        vm.expectRevert(UniswapV3Feed.EmptyWindow.selector);
        new UniswapV3Feed(address(pool), address(ether_), 0);
        vm.expectRevert(abi.encodeWithSelector(UniswapV3Feed.NotInPool.selector, address(pool), address(this)));
        new UniswapV3Feed(address(pool), address(this), WINDOW);
        vm.expectRevert(abi.encodeWithSelector(IFeed.SourceFailed.selector, address(0xdead)));
        new UniswapV3Feed(address(0xdead), address(ether_), WINDOW);
    }

    /// @dev The pool's own mathematics: it takes any square root that is the least of its tick.
    function testFuzz_tickPricesAreUniswaps(int24 seed) public {
        int24 tick = seed % int24(TickPrice.MAX_TICK);
        uint256 ours = new TickPriceHarness().priceX128(tick);
        vm.assertGt(ours, 0);
        uint256 next = new TickPriceHarness().priceX128(int256(tick) + 1);
        // A tick is 0.01 %, to within what 128 bits hold of it.
        uint256 step = (next - ours) * 1e12 / (ours / 1e4);
        vm.assertGt(step, 1e12 - 1e7);
        vm.assertGt(1e12 + 1e7, step);
    }

    function test_ticksBeyondSixtyFourBitsAreRefused() public {
        TickPriceHarness harness = new TickPriceHarness();
        vm.assertEq(harness.priceX128(0), 1 << 128);
        vm.expectRevert(abi.encodeWithSelector(TickPrice.TickOutOfRange.selector, TickPrice.MAX_TICK + 1));
        harness.priceX128(TickPrice.MAX_TICK + 1);
        vm.expectRevert(abi.encodeWithSelector(TickPrice.TickOutOfRange.selector, -TickPrice.MAX_TICK - 1));
        harness.priceX128(-TickPrice.MAX_TICK - 1);
    }

    /// @dev The mean tick, as Uniswap's periphery defines it.
    function _tickOver(uint32 from, uint32 to) private view returns (int256 tick) {
        uint32[] memory agos = new uint32[](2);
        (agos[0], agos[1]) = (from, to);
        (int56[] memory sums,) = pool.observe(agos);
        int256 delta = sums[1] - sums[0];
        int256 length = int256(uint256(from - to));
        tick = delta / length;
        if (delta < 0 && delta % length != 0) tick--;
    }

    function _assertPrice(UniswapV3Feed feed, int256 tick) private {
        uint256 ratio = new TickPriceHarness().priceX128(market.IS_ETHER_FIRST() ? tick : -tick);
        vm.assertEq(feed.read().value, int256(ratio * 1e30 >> 128));
    }
}
