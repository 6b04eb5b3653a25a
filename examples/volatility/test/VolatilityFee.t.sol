// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Inference} from "@lockstep/sdk/contracts/Inference.sol";
import {IInference} from "@lockstep/sdk/contracts/interfaces/IInference.sol";
import {InferenceTest} from "@lockstep/sdk/contracts/test/InferenceTest.sol";
import {ModelId} from "@lockstep/sdk/contracts/types/ModelId.sol";
import {DemoToken} from "../contracts/DemoToken.sol";
import {IVolatilityFee} from "../contracts/interfaces/IVolatilityFee.sol";
import {VolatilityFee} from "../contracts/VolatilityFee.sol";
import {VolatilityPool} from "../contracts/VolatilityPool.sol";

/// @dev The cheatcodes that these tests use.
interface Vm {
    function readFileBinary(string calldata path) external view returns (bytes memory);
    function prank(address sender) external;
    function expectRevert(bytes calldata reason) external;
    function expectEmit() external;
    function assertEq(uint256 left, uint256 right) external pure;
    function assertEq(int256 left, int256 right) external pure;
    function assertGt(uint256 left, uint256 right) external pure;
    function assertLt(uint256 left, uint256 right) external pure;
    function assertGt(int256 left, int256 right) external pure;
}

/// @notice The pool with the real model: a devnet that holds `model/volatility.onnx` must run at LOCKSTEP_RPC_URL.
contract VolatilityFeeTest is InferenceTest {
    Vm private constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

    ModelId private model;
    DemoToken private index;
    DemoToken private dollar;
    VolatilityPool private pool;

    function setUp() public {
        model = ModelId.wrap(keccak256(vm.readFileBinary("model/volatility.onnx")));
        index = new DemoToken("Index", "IDX", 1e27);
        dollar = new DemoToken("Dollar", "USD", 1e27);
        pool = new VolatilityPool(model, address(this), address(index), address(dollar));
        index.approve(address(pool), 1e27);
        dollar.approve(address(pool), 1e27);
        pool.provide(4_000e18, 10_000_000e18);
    }

    function test_feeIsHigherInACrashThanInACalm() public {
        _push(_calm());
        (int256 calmVolatility, uint24 calmFee) = pool.quoteFee();
        _push(_crash());
        (int256 crashVolatility, uint24 crashFee) = pool.quoteFee();
        vm.assertGt(crashVolatility, 4 * calmVolatility);
        vm.assertGt(uint256(crashFee), 4 * uint256(calmFee));
    }

    function test_swapPaysTheFeeOfItsOwnTransaction() public {
        _push(_crash());
        (int256 volatility, uint24 feePips) = pool.quoteFee();
        uint256 afterFee = 1_000e18 * (1_000_000 - uint256(feePips)) / 1_000_000;
        uint256 expected = pool.reserves(address(index)) * afterFee / (pool.reserves(address(dollar)) + afterFee);
        vm.expectEmit();
        emit VolatilityPool.Swapped(address(this), address(dollar), 1_000e18, expected, volatility, feePips);
        vm.assertEq(pool.swap(address(dollar), 1_000e18, expected), expected);
    }

    function test_aNewPriceMovesTheFeeAtOnce() public {
        _push(_calm());
        (, uint24 before) = pool.quoteFee();
        pool.pushPrice(pool.lastPrice() * 90 / 100);
        (, uint24 afterFall) = pool.quoteFee();
        vm.assertGt(uint256(afterFall), uint256(before));
    }

    function test_theModelIsGivenTheReturnsOldestFirst() public {
        uint128[9] memory closes = _calm();
        _push(_crash());
        _push(closes);
        int256[] memory x = pool.lastReturns();
        vm.assertEq(x.length, 8);
        for (uint256 i; i < 8; ++i) {
            vm.assertEq(x[i], int256(uint256(closes[i + 1])) * 1e18 / int256(uint256(closes[i])) - 1e18);
        }
    }

    function test_predictionIsTheModelsAnswer() public {
        _push(_calm());
        vm.assertEq(pool.predictedVolatility(), Inference.infer(model, pool.lastReturns())[0]);
    }

    function testFuzz_feeStaysInItsBounds(uint64[9] calldata seeds) public {
        uint256 price = 1e12;
        for (uint256 i; i < 9; ++i) {
            // From nothing left to doubled.
            price = 1 + price * (uint256(seeds[i]) % 2_000_001) / 1_000_000;
            if (price > 2 * uint256(pool.lastPrice()) && pool.lastPrice() != 0) price = pool.lastPrice();
            pool.pushPrice(uint128(price));
        }
        (int256 volatility, uint24 feePips) = pool.quoteFee();
        vm.assertGt(volatility, 0);
        vm.assertGt(uint256(feePips), 499);
        vm.assertLt(uint256(feePips), 30_001);
    }

    function test_revertsWhenReturnsAreTooFew() public {
        uint128[9] memory closes = _calm();
        for (uint256 i; i < 8; ++i) {
            pool.pushPrice(closes[i]);
        }
        vm.expectRevert(abi.encodeWithSelector(IVolatilityFee.TooFewReturns.selector, 7, 8));
        pool.swap(address(dollar), 1e18, 0);
    }

    function test_revertsWhenAStrangerPushesAPrice() public {
        vm.prank(address(0xBAD));
        vm.expectRevert(abi.encodeWithSelector(IVolatilityFee.NotKeeper.selector, address(0xBAD), address(this)));
        pool.pushPrice(1e6);
    }

    function test_revertsWhenThePriceIsZero() public {
        vm.expectRevert(abi.encodeWithSelector(IVolatilityFee.ZeroPrice.selector));
        pool.pushPrice(0);
    }

    function test_revertsWhenThePriceMoreThanDoubles() public {
        pool.pushPrice(1e6);
        vm.expectRevert(abi.encodeWithSelector(IVolatilityFee.ReturnTooLarge.selector, 1e18 + 1e12, 1e18));
        pool.pushPrice(2e6 + 1);
    }

    function test_revertsWhenTheTraderAsksForMore() public {
        _push(_calm());
        (, uint24 feePips) = pool.quoteFee();
        uint256 afterFee = 1e18 * (1_000_000 - uint256(feePips)) / 1_000_000;
        uint256 amountOut = 4_000e18 * afterFee / (10_000_000e18 + afterFee);
        vm.expectRevert(abi.encodeWithSelector(VolatilityPool.TooLittleOut.selector, amountOut, amountOut + 1));
        pool.swap(address(dollar), 1e18, amountOut + 1);
    }

    function test_revertsWhenTheTokenIsNotThePools() public {
        vm.expectRevert(abi.encodeWithSelector(VolatilityPool.UnknownToken.selector, address(this)));
        pool.swap(address(this), 1e18, 0);
    }

    function test_revertsWhenTheModelIsUnknown() public {
        ModelId unknown = ModelId.wrap(keccak256("no model"));
        vm.expectRevert(abi.encodeWithSelector(IInference.ModelNotFound.selector, unknown));
        new VolatilityFee(unknown, address(this));
    }

    function test_theProviderTakesEverythingBack() public {
        _push(_calm());
        pool.swap(address(dollar), 1_000e18, 0);
        pool.withdraw();
        vm.assertEq(index.balanceOf(address(this)), 1e27);
        vm.assertEq(dollar.balanceOf(address(this)), 1e27);
    }

    function _push(uint128[9] memory closes) private {
        for (uint256 i; i < 9; ++i) {
            pool.pushPrice(closes[i]);
        }
    }

    /// @dev S&P 500 closes from 2017-04-26 to 2017-05-08, six decimals.
    function _calm() private pure returns (uint128[9] memory) {
        return [
            uint128(2387449951),
            2388770020,
            2384199951,
            2388330078,
            2391169922,
            2388129883,
            2389520020,
            2399290039,
            2399379883
        ];
    }

    /// @dev S&P 500 closes from 2020-03-04 to 2020-03-16, six decimals.
    function _crash() private pure returns (uint128[9] memory) {
        return [
            uint128(3130120117),
            3023939941,
            2972370117,
            2746560059,
            2882229980,
            2741379883,
            2480639893,
            2711020020,
            2386129883
        ];
    }
}
