// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Inference} from "../contracts/Inference.sol";
import {IInference} from "../contracts/interfaces/IInference.sol";
import {DevnetRpc} from "../contracts/test/DevnetRpc.sol";
import {InferenceTest} from "../contracts/test/InferenceTest.sol";
import {ModelId} from "../contracts/types/ModelId.sol";
import {Consumer} from "./Consumer.sol";
import {AFFINE, DOUBLE, RECIPROCAL} from "./Models.sol";
import {vm} from "./Vm.sol";

contract InferenceGasTest is InferenceTest {
    address private constant STOPS = address(0x570b5);

    Consumer private consumer = new Consumer();

    function setUp() public {
        vm.etch(STOPS, hex"00");
    }

    /// @dev As most tests do sooner or later: from here on the cheatcodes' account is warm.
    modifier afterACheatcode() {
        vm.assertTrue(true);
        _;
    }

    function test_thePrecompileSpendsExactlyItsPrice() public view afterACheatcode {
        bytes memory input = abi.encodeCall(IInference.infer, (AFFINE, _zeros(4)));
        vm.assertEq(_frameGas(input, 100_000), _priceOnDevnet(input));
        vm.assertEq(_frameGas(input, 10_000_000), _priceOnDevnet(input));
    }

    function test_aFailedRunSpendsExactlyItsPrice() public view afterACheatcode {
        bytes memory input = abi.encodeCall(IInference.infer, (RECIPROCAL, _zeros(1)));
        vm.assertEq(_frameGas(input, 100_000), _priceOnDevnet(input));
    }

    function test_aRefusedCallSpendsExactlyItsPrice() public view afterACheatcode {
        bytes memory input = abi.encodeCall(IInference.infer, (ModelId.wrap(0), _zeros(4)));
        vm.assertEq(_frameGas(input, 100_000), _priceOnDevnet(input));
    }

    function testFuzz_thePriceGrowsWithTheInput(uint8 length) public view afterACheatcode {
        bytes memory input = abi.encodeCall(IInference.infer, (DOUBLE, _zeros(1 + uint256(length))));
        vm.assertEq(_frameGas(input, 1_000_000), _priceOnDevnet(input));
    }

    function test_aContractSpendsTheSameAsOnTheDevnet() public afterACheatcode {
        _assertSameAsOnDevnet(abi.encodeCall(Consumer.gasOfInfer, (AFFINE, _zeros(4))));
        _assertSameAsOnDevnet(abi.encodeCall(Consumer.gasOfInfer, (DOUBLE, _zeros(300))));
        _assertSameAsOnDevnet(abi.encodeCall(Consumer.gasOfFailure, (RECIPROCAL, _zeros(1))));
        _assertSameAsOnDevnet(abi.encodeCall(Consumer.gasOfFailure, (AFFINE, _zeros(3))));
    }

    /// @dev To Foundry the precompile is an account like others, so the first touch in a test is cold.
    function test_theFirstTouchInATestCostsAtMostAColdAccountMore() public {
        bytes memory input = abi.encodeCall(IInference.infer, (AFFINE, _zeros(4)));
        uint256[2] memory spent;
        for (uint256 i; i < 2; ++i) {
            uint256 before = gasleft();
            (bool success,) = address(Inference.PRECOMPILE).staticcall(input);
            spent[i] = before - gasleft();
            vm.assertTrue(success);
        }
        vm.assertGt(spent[0], spent[1] + 2_400);
        vm.assertGt(spent[1] + 2_600, spent[0]);
    }

    function test_thePriceIsEnoughGasAndOneLessIsNot() public view afterACheatcode {
        bytes memory input = abi.encodeCall(IInference.infer, (AFFINE, _zeros(4)));
        uint256 price = _priceOnDevnet(input);
        (bool enough,) = address(Inference.PRECOMPILE).staticcall{gas: price}(input);
        vm.assertTrue(enough);
        (bool short, bytes memory data) = address(Inference.PRECOMPILE).staticcall{gas: price - 1}(input);
        vm.assertFalse(short);
        vm.assertEq(data.length, 0);
    }

    function test_meteringThatTheTestPausedStaysPaused() public {
        consumer.infer(AFFINE, _zeros(4));
        vm.pauseGasMetering();
        uint256 before = gasleft();
        consumer.infer(AFFINE, _zeros(4));
        uint256 spent = before - gasleft();
        vm.resumeGasMetering();
        vm.assertEq(spent, 0);
    }

    function test_aLargeInputSpendsExactlyItsPrice() public view afterACheatcode {
        bytes memory input = abi.encodeCall(IInference.infer, (DOUBLE, _zeros(5_000)));
        vm.assertEq(_frameGas(input, 10_000_000), _priceOnDevnet(input));
    }

    function test_runningOutOfGasLeavesTheMeteringOn() public view {
        bytes memory small = abi.encodeCall(IInference.infer, (AFFINE, _zeros(4)));
        bytes memory large = abi.encodeCall(IInference.infer, (DOUBLE, _zeros(2_000)));
        for (uint256 gasLimit = 100; gasLimit < 8_000; gasLimit += 97) {
            _assertMeteredAfter(small, gasLimit);
            _assertMeteredAfter(large, 8 * gasLimit);
        }
    }

    /// @dev Whoever sends a transaction chooses its gas, and must not choose its outcome.
    function test_noAmountOfGasTurnsAnAnswerIntoAFailure() public afterACheatcode {
        bytes memory input = abi.encodeCall(Consumer.tryInfer, (AFFINE, _zeros(4)));
        (uint256 typed, uint256 answers) = (0, 0);
        for (uint256 gasLimit = 500; gasLimit < 40_000; gasLimit += 61) {
            (bool returned, bytes memory data) = address(consumer).staticcall{gas: gasLimit}(input);
            if (returned) {
                (bool success,,) = abi.decode(data, (bool, int256[], bytes));
                vm.assertTrue(success);
                ++answers;
            } else if (data.length != 0) {
                vm.assertEq(bytes32(data), bytes32(Inference.InsufficientInferenceGas.selector));
                ++typed;
            }
        }
        vm.assertGt(typed, 20);
        vm.assertGt(answers, 20);
    }

    function test_aLackOfGasSaysHowMuchIsNeeded() public view {
        bytes memory input = abi.encodeCall(Consumer.infer, (DOUBLE, _zeros(300)));
        uint256 needed = Inference.quote(DOUBLE, _flat(300));
        bytes memory data;
        // Below, the gas does not even suffice to read the arguments.
        for (uint256 gasLimit = needed; data.length == 0; gasLimit += 300) {
            (, data) = address(consumer).staticcall{gas: gasLimit}(input);
        }
        vm.assertEq(bytes32(data), bytes32(Inference.InsufficientInferenceGas.selector));
        (uint256 saysNeeded, uint256 left) = abi.decode(_arguments(data), (uint256, uint256));
        vm.assertEq(saysNeeded, needed);
        vm.assertGt(needed, left - left / 64);
    }

    function _assertMeteredAfter(bytes memory input, uint256 gasLimit) private view {
        address target = address(Inference.PRECOMPILE);
        assembly ("memory-safe") {
            pop(staticcall(gasLimit, target, add(input, 0x20), mload(input), 0, 0))
        }
        uint256 before = gasleft();
        vm.assertGt(before, gasleft());
    }

    function _assertSameAsOnDevnet(bytes memory input) private {
        (bool success, bytes memory here) = address(consumer).staticcall(input);
        vm.assertTrue(success);
        vm.assertEq(here, _callOnDevnet(input));
    }

    /// @dev The consumer's code, laid over the devnet's state for one call.
    function _callOnDevnet(bytes memory input) private returns (bytes memory) {
        string memory params = string.concat(
            '[{"to":"0x000000000000000000000000000000000000c0de","data":"',
            vm.toString(input),
            '"},"latest",{"0x000000000000000000000000000000000000c0de":{"code":"',
            vm.toString(address(consumer).code),
            '"}}]'
        );
        return DevnetRpc.request("eth_call", params);
    }

    function _priceOnDevnet(bytes memory input) private view returns (uint256 gasUsed) {
        (, gasUsed,) = DevnetRpc.runPrecompile(input, 30_000_000);
    }

    /// @dev What a call spends inside the precompile: its cost less that of a call to code that stops at once.
    function _frameGas(bytes memory input, uint256 gasLimit) private view returns (uint256) {
        address[4] memory targets = [address(Inference.PRECOMPILE), STOPS, address(Inference.PRECOMPILE), STOPS];
        uint256[4] memory spent;
        for (uint256 i; i < 4; ++i) {
            address target = targets[i];
            uint256 gasUsed;
            assembly ("memory-safe") {
                gasUsed := gas()
                pop(staticcall(gasLimit, target, add(input, 0x20), mload(input), 0, 0))
                gasUsed := sub(gasUsed, gas())
            }
            spent[i] = gasUsed;
        }
        return spent[2] - spent[3];
    }

    function _arguments(bytes memory data) private pure returns (bytes memory arguments) {
        arguments = new bytes(data.length - 4);
        for (uint256 i; i < arguments.length; ++i) {
            arguments[i] = data[i + 4];
        }
    }

    function _flat(uint32 length) private pure returns (uint32[][] memory shapes) {
        shapes = new uint32[][](1);
        shapes[0] = new uint32[](1);
        shapes[0][0] = length;
    }

    function _zeros(uint256 length) private pure returns (int256[] memory) {
        return new int256[](length);
    }
}
