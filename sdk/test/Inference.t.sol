// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Inference} from "../contracts/Inference.sol";
import {IInference} from "../contracts/interfaces/IInference.sol";
import {TensorLib} from "../contracts/TensorLib.sol";
import {InferenceTest} from "../contracts/test/InferenceTest.sol";
import {Dtype} from "../contracts/types/Dtype.sol";
import {ModelId} from "../contracts/types/ModelId.sol";
import {Consumer} from "./Consumer.sol";
import {AFFINE, DOUBLE, PAIR, PICK, PIXELS, RECIPROCAL} from "./Models.sol";
import {vm} from "./Vm.sol";

contract LostDevnet {
    fallback() external {
        revert("the devnet is gone");
    }
}

contract InferenceLibraryTest is InferenceTest {
    ModelId private constant UNKNOWN = ModelId.wrap(bytes32(uint256(1)));
    uint32 private constant ANY_DIMENSION = type(uint32).max;

    Consumer private consumer = new Consumer();

    function test_infersAnAffineModel() public view {
        int256[] memory y = consumer.infer(AFFINE, _wads(1, 2, 3, 4));
        vm.assertEq(y.length, 2);
        vm.assertEq(y[0], -3.9375e18);
        vm.assertEq(y[1], 5.125e18);
    }

    function test_infersOnAnyLengthWhereTheModelLeavesItOpen() public view {
        vm.assertEq(consumer.infer(DOUBLE, _wads(1, 2, 3, 4)), _wads(2, 4, 6, 8));
        vm.assertEq(consumer.infer(DOUBLE, _wad(5)), _wad(10));
    }

    function test_givesAScalarAsSuch() public view {
        vm.assertEq(consumer.inferScalar(RECIPROCAL, _wad(4)), 0.25e18);
    }

    function test_revertsWhenAScalarIsAskedOfAModelThatGivesTwo() public {
        vm.expectRevert(abi.encodeWithSelector(Inference.NotScalar.selector, AFFINE, 2));
        consumer.inferScalar(AFFINE, _wads(1, 2, 3, 4));
    }

    function test_infersOnTensorsOfSeveralTypes() public view {
        IInference.Tensor[] memory outputs =
            consumer.inferTensors(PAIR, _pair(1.5e18, -0.25e18, 7, type(int64).min / 2));
        vm.assertEq(outputs.length, 2);
        int256[] memory floats = TensorLib.toWad(outputs[0]);
        vm.assertEq(floats[0], 3e18);
        vm.assertEq(floats[1], -0.5e18);
        int256[] memory integers = TensorLib.toIntegers(outputs[1]);
        vm.assertEq(integers[0], 14);
        vm.assertEq(integers[1], type(int64).min);
    }

    function test_infersOnPixels() public view {
        IInference.Tensor[] memory inputs = new IInference.Tensor[](1);
        inputs[0] = TensorLib.fromUint8(hex"00017fff", _shape(2, 2));
        int256[] memory y = TensorLib.toWad(consumer.inferTensors(PIXELS, inputs)[0]);
        vm.assertEq(y[0], 0);
        vm.assertEq(y[1], 1e18);
        vm.assertEq(y[2], 127e18);
        vm.assertEq(y[3], 255e18);
    }

    function test_describesAModel() public view {
        IInference.ModelInfo memory info = consumer.describe(PAIR);
        vm.assertEq(uint256(info.inputDtypes[0]), Dtype.FLOAT32);
        vm.assertEq(uint256(info.inputDtypes[1]), Dtype.INT64);
        vm.assertEq(info.inputShapes[1].length, 1);
        vm.assertEq(int256(info.inputShapes[1][0]), 2);
        vm.assertEq(int256(consumer.describe(DOUBLE).inputShapes[0][0]), -1);
    }

    function test_quotesByTheNumberOfValuesOrByTheShape() public view {
        uint32[][] memory shapes = new uint32[][](1);
        shapes[0] = _shape(1, 4);
        uint256 byShape = consumer.quote(AFFINE, shapes);
        shapes[0] = _shape(4);
        vm.assertEq(consumer.quote(AFFINE, shapes), byShape);
    }

    function test_revertsWhenTheModelIsUnknown() public {
        vm.expectRevert(abi.encodeWithSelector(IInference.ModelNotFound.selector, UNKNOWN));
        consumer.infer(UNKNOWN, _wad(1));
    }

    function test_revertsWhenTheLengthIsWrong() public {
        vm.expectRevert(abi.encodeWithSelector(IInference.ShapeMismatch.selector, 0, _shape(1, 4), _shape(1)));
        consumer.infer(AFFINE, _wad(1));
    }

    function test_revertsWhenATensorHasAnotherRank() public {
        IInference.Tensor[] memory inputs = new IInference.Tensor[](1);
        inputs[0] = TensorLib.fromWad(_wads(1, 2, 3, 4), _shape(2, 2));
        vm.expectRevert(
            abi.encodeWithSelector(IInference.ShapeMismatch.selector, 0, _shape(ANY_DIMENSION), _shape(2, 2))
        );
        consumer.inferTensors(DOUBLE, inputs);
    }

    function test_revertsWhenATensorHasAnotherType() public {
        IInference.Tensor[] memory inputs = new IInference.Tensor[](1);
        inputs[0] = TensorLib.fromUint8(hex"01020304", _shape(1, 4));
        vm.expectRevert(abi.encodeWithSelector(IInference.DtypeMismatch.selector, 0, Dtype.FLOAT32, Dtype.UINT8));
        consumer.inferTensors(AFFINE, inputs);
    }

    function test_revertsWhenTheOutputIsNotFinite() public {
        vm.expectRevert(abi.encodeWithSelector(IInference.NonFiniteOutput.selector, 0, 0));
        consumer.infer(RECIPROCAL, _wad(0));
    }

    function test_revertsWhenAValueDoesNotFit() public {
        int256[] memory x = _wads(1, 2, 3, 4);
        x[2] = type(int256).max;
        vm.expectRevert(abi.encodeWithSelector(IInference.ValueOutOfRange.selector, 0, 2));
        consumer.infer(AFFINE, x);
    }

    function test_revertsWhenTheModelHasTwoInputs() public {
        vm.expectRevert(abi.encodeWithSelector(IInference.UseInferTensors.selector, PAIR));
        consumer.infer(PAIR, _wad(1));
    }

    function test_revertsWhenTheGraphRejectsAValue() public {
        int256[] memory x = new int256[](1);
        x[0] = 4;
        vm.expectRevert(abi.encodeWithSelector(IInference.GraphRejected.selector, PICK));
        consumer.infer(PICK, x);
    }

    function test_revertsWhereTheChainHasNoPrecompile() public {
        vm.etch(address(Inference.PRECOMPILE), "");
        bytes memory unavailable = abi.encodeWithSelector(Inference.InferenceUnavailable.selector, block.chainid);
        vm.expectRevert(unavailable);
        consumer.infer(AFFINE, _wads(1, 2, 3, 4));
        vm.expectRevert(unavailable);
        consumer.tryInfer(AFFINE, _wads(1, 2, 3, 4));
        vm.expectRevert(unavailable);
        consumer.describe(AFFINE);
    }

    function test_aTryGivesTheModelsErrorBack() public view {
        (bool success, int256[] memory y, bytes memory reason) = consumer.tryInfer(RECIPROCAL, _wad(0));
        vm.assertFalse(success);
        vm.assertEq(y.length, 0);
        vm.assertEq(reason, abi.encodeWithSelector(IInference.NonFiniteOutput.selector, 0, 0));
    }

    function test_aTryOnTensorsGivesTheModelsErrorBack() public view {
        (bool success, IInference.Tensor[] memory outputs, bytes memory reason) =
            consumer.tryInferTensors(AFFINE, _pair(1, 1, 1, 1));
        vm.assertFalse(success);
        vm.assertEq(outputs.length, 0);
        vm.assertEq(reason, abi.encodeWithSelector(IInference.InputCountMismatch.selector, 1, 2));
    }

    /// @dev A devnet that is gone must not look like a model that failed.
    function test_aTryDoesNotCatchAnErrorThatIsNoneOfAModel() public {
        vm.etch(address(Inference.PRECOMPILE), type(LostDevnet).runtimeCode);
        vm.expectRevert("the devnet is gone");
        consumer.tryInfer(RECIPROCAL, _wad(2));
        vm.expectRevert("the devnet is gone");
        consumer.infer(RECIPROCAL, _wad(2));
    }

    function test_answersADelegateCall() public {
        (bool success, bytes memory data) =
            address(Inference.PRECOMPILE).delegatecall(abi.encodeCall(IInference.infer, (RECIPROCAL, _wad(2))));
        vm.assertTrue(success);
        vm.assertEq(abi.decode(data, (int256[]))[0], 0.5e18);
    }

    function test_aTryGivesTheAnswer() public view {
        (bool success, int256[] memory y, bytes memory reason) = consumer.tryInfer(RECIPROCAL, _wad(2));
        vm.assertTrue(success);
        vm.assertEq(y[0], 0.5e18);
        vm.assertEq(reason.length, 0);
    }

    function testFuzz_theAnswerIsTheExactOne(int16 a, int16 b, int16 c, int16 d) public view {
        int256[] memory x = _wads(a, b, c, d);
        int256[] memory y = consumer.infer(AFFINE, x);
        vm.assertEq(y[0], x[0] / 2 + x[1] / 4 + x[2] - 2 * x[3] + 0.0625e18);
        vm.assertEq(y[1], -x[0] + 2 * x[1] + x[2] / 8 + x[3] / 2 - 0.25e18);
    }

    function _pair(int256 a, int256 b, int64 c, int64 d) private pure returns (IInference.Tensor[] memory inputs) {
        int256[] memory floats = new int256[](2);
        (floats[0], floats[1]) = (a, b);
        int64[] memory integers = new int64[](2);
        (integers[0], integers[1]) = (c, d);
        inputs = new IInference.Tensor[](2);
        inputs[0] = TensorLib.fromWad(floats, _shape(2));
        inputs[1] = TensorLib.fromInt64(integers, _shape(2));
    }

    function _wad(int256 a) private pure returns (int256[] memory x) {
        x = new int256[](1);
        x[0] = a * 1e18;
    }

    function _wads(int256 a, int256 b, int256 c, int256 d) private pure returns (int256[] memory x) {
        x = new int256[](4);
        (x[0], x[1], x[2], x[3]) = (a * 1e18, b * 1e18, c * 1e18, d * 1e18);
    }

    function _shape(uint32 a) private pure returns (uint32[] memory shape) {
        shape = new uint32[](1);
        shape[0] = a;
    }

    function _shape(uint32 a, uint32 b) private pure returns (uint32[] memory shape) {
        shape = new uint32[](2);
        (shape[0], shape[1]) = (a, b);
    }
}
