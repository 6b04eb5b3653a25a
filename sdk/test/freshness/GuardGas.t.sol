// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {MockPyth} from "@pythnetwork/pyth-sdk-solidity/MockPyth.sol";
import {ChainlinkFeed} from "../../contracts/freshness/ChainlinkFeed.sol";
import {Freshness, Guard} from "../../contracts/freshness/Freshness.sol";
import {IFeed} from "../../contracts/freshness/IFeed.sol";
import {Observation} from "../../contracts/freshness/Observation.sol";
import {PythFeed} from "../../contracts/freshness/PythFeed.sol";
import {UniswapV3Feed} from "../../contracts/freshness/UniswapV3Feed.sol";
import {vm} from "../Vm.sol";
import {EtherPool} from "./EtherPool.sol";
import {RoundFeed} from "./RoundFeed.sol";

/// @dev What a check costs the contract that it stands in, between two readings of gas. The reading itself takes 2.
contract GuardMeter {
    function time(uint256 seen, uint256 bound) external view returns (uint256 spent) {
        spent = gasleft();
        Freshness.requireTime(seen, bound);
        spent -= gasleft();
    }

    function blocks(uint256 seen, uint256 bound) external view returns (uint256 spent) {
        spent = gasleft();
        Freshness.requireBlock(seen, bound);
        spent -= gasleft();
    }

    function deadline(uint256 until) external view returns (uint256 spent) {
        spent = gasleft();
        Freshness.requireDeadline(until);
        spent -= gasleft();
    }

    function deviation(int256 observed, int256 current, uint256 bound) external view returns (uint256 spent) {
        spent = gasleft();
        Freshness.requireDeviation(observed, current, bound);
        spent -= gasleft();
    }

    function toWad(Observation memory seen) external view returns (uint256 spent) {
        spent = gasleft();
        Freshness.toWad(seen);
        spent -= gasleft();
    }

    function read(IFeed feed) external view returns (uint256 spent) {
        spent = gasleft();
        feed.read();
        spent -= gasleft();
    }

    function confirm(IFeed feed, Observation memory seen) external view returns (uint256 spent) {
        spent = gasleft();
        feed.confirm(seen);
        spent -= gasleft();
    }

    function fresh(Observation memory seen, Guard memory guard, int256[] memory x)
        external
        view
        returns (uint256 spent)
    {
        spent = gasleft();
        Freshness.requireFresh(seen, guard, x);
        spent -= gasleft();
    }
}

/// @dev Feeds and sources are cold, as at the first touch in a transaction. Written to snapshots/ and compared by every
/// run of `forge test`; `FORGE_SNAPSHOT_CHECK=false forge test --match-contract GuardGasTest` writes anew.
contract GuardGasTest {
    uint256 private constant NOW = 1_700_000_000;
    bytes32 private constant PYTH_ID = keccak256("ETH/USD");
    string private constant CHECKS = "Checks";
    string private constant FEEDS = "Feeds";

    GuardMeter private meter = new GuardMeter();
    ChainlinkFeed private chainlink;
    ChainlinkFeed private onL2;
    PythFeed private pyth;
    UniswapV3Feed private uniswap;
    Observation private seenAtPool;

    function setUp() public {
        vm.warp(NOW);
        vm.roll(1000);
        EtherPool market = new EtherPool();
        vm.warp(NOW + 1000);
        RoundFeed source = new RoundFeed(8);
        RoundFeed sequencer = new RoundFeed(0);
        source.push(2000e8, block.timestamp);
        sequencer.push(0, NOW - 10_000);
        chainlink = new ChainlinkFeed(address(source), 3600, address(0), 0);
        onL2 = new ChainlinkFeed(address(source), 3600, address(sequencer), 600);
        pyth = new PythFeed(address(_pyth()), PYTH_ID, 60, 50);
        uniswap = new UniswapV3Feed(address(market.POOL()), address(market.ETHER()), 600);
        seenAtPool = uniswap.read();
    }

    function test_checks() public {
        vm.snapshotValue(CHECKS, "requireTime", meter.time(NOW, 3600));
        vm.snapshotValue(CHECKS, "requireBlock", meter.blocks(999, 5));
        vm.snapshotValue(CHECKS, "requireDeadline", meter.deadline(NOW + 3600));
        vm.snapshotValue(CHECKS, "requireDeviation", meter.deviation(2000e18, 2001e18, 100));
        vm.snapshotValue(CHECKS, "toWad", meter.toWad(_seen(2000e8, 8, 1)));
    }

    function test_chainlink() public {
        _snapshot("ChainlinkFeed", chainlink, _seen(2000e8, 8, 1));
    }

    function test_chainlinkOnL2() public {
        _snapshot("ChainlinkFeed with a sequencer", onL2, _seen(2000e8, 8, 1));
    }

    function test_pyth() public {
        _snapshot("PythFeed", pyth, _seen(2000e8, 8, 0));
    }

    function test_uniswap() public {
        _snapshot("UniswapV3Feed", uniswap, seenAtPool);
    }

    /// @dev A reverted call makes what it touched cold again, so that each of the three starts as a transaction does.
    function _snapshot(string memory name, IFeed feed, Observation memory seen) private {
        int256[] memory x = new int256[](1);
        x[0] = Freshness.toWad(seen);
        bytes[3] memory calls = [
            abi.encodeCall(GuardMeter.read, (feed)),
            abi.encodeCall(GuardMeter.confirm, (feed, seen)),
            abi.encodeCall(GuardMeter.fresh, (seen, Guard(feed, 60, 5, 100, 0), x))
        ];
        string[3] memory names = ["read", "confirm", "requireFresh"];
        for (uint256 i; i < 3; i++) {
            vm.snapshotValue(FEEDS, string.concat(name, ": ", names[i]), _cold(calls[i]));
        }
    }

    function _cold(bytes memory call) private view returns (uint256 spent) {
        try this.measure(call) {}
        catch (bytes memory reason) {
            spent = abi.decode(reason, (uint256));
        }
    }

    /// @dev Always reverts, with what the call spent.
    function measure(bytes calldata call) external view {
        (bool success, bytes memory spent) = address(meter).staticcall(call);
        require(success, "the guard reverted");
        assembly ("memory-safe") {
            revert(add(spent, 0x20), mload(spent))
        }
    }

    function _seen(int256 value, uint8 decimals, uint80 roundId) private view returns (Observation memory) {
        return Observation(value, decimals, roundId, uint64(block.timestamp), uint64(block.number));
    }

    function _pyth() private returns (MockPyth mock) {
        mock = new MockPyth(60, 0);
        bytes[] memory updates = new bytes[](1);
        uint64 time = uint64(block.timestamp);
        updates[0] = mock.createPriceFeedUpdateData(PYTH_ID, 2000e8, 1e8, -8, 2000e8, 1e8, time, time);
        mock.updatePriceFeeds(updates);
    }
}
