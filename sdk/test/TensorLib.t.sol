// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Inference} from "../contracts/Inference.sol";
import {IInference} from "../contracts/interfaces/IInference.sol";
import {TensorLib} from "../contracts/TensorLib.sol";
import {InferenceTest} from "../contracts/test/InferenceTest.sol";
import {Dtype} from "../contracts/types/Dtype.sol";
import {DOUBLE} from "./Models.sol";
import {vm} from "./Vm.sol";

contract TensorLibHarness {
    function toFloat32(int256 wad) external pure returns (uint32) {
        return TensorLib.toFloat32(wad);
    }

    function fromFloat32Bits(uint32 bits) external pure returns (int256) {
        return TensorLib.fromFloat32Bits(bits);
    }

    function fromWad(int256[] calldata wad, uint32[] calldata shape) external pure returns (IInference.Tensor memory) {
        return TensorLib.fromWad(wad, shape);
    }

    function fromFloat32(bytes calldata data, uint32[] calldata shape)
        external
        pure
        returns (IInference.Tensor memory)
    {
        return TensorLib.fromFloat32(data, shape);
    }

    function toWad(IInference.Tensor calldata tensor) external pure returns (int256[] memory) {
        return TensorLib.toWad(tensor);
    }

    function toIntegers(IInference.Tensor calldata tensor) external pure returns (int256[] memory) {
        return TensorLib.toIntegers(tensor);
    }

    function argmax(int256[] calldata values) external pure returns (uint256) {
        return TensorLib.argmax(values);
    }
}

contract TensorLibTest is InferenceTest {
    TensorLibHarness private lib = new TensorLibHarness();

    /// @dev The precompile converts on one side, the library on the other; the model between them only doubles.
    function testFuzz_wadToFloatAndBackIsThePrecompilesOwn(int256 wad, uint8 shift) public view {
        int256[] memory x = new int256[](1);
        x[0] = wad >> shift;
        (bool success, int256[] memory y, bytes memory reason) = Inference.tryInfer(DOUBLE, x);
        try lib.fromWad(x, _shape(1)) returns (IInference.Tensor memory tensor) {
            IInference.Tensor[] memory inputs = new IInference.Tensor[](1);
            inputs[0] = tensor;
            (bool same, IInference.Tensor[] memory outputs,) = Inference.tryInferTensors(DOUBLE, inputs);
            vm.assertTrue(same == success);
            if (success) vm.assertEq(lib.toWad(outputs[0]), y);
        } catch (bytes memory error) {
            vm.assertEq(error, abi.encodeWithSelector(TensorLib.ValueTooLarge.selector, x[0]));
            vm.assertEq(reason, abi.encodeWithSelector(IInference.ValueOutOfRange.selector, 0, 0));
        }
    }

    function testFuzz_everyFloatThatAWadHoldsExactlySurvivesTheRoundTrip(uint32 bits) public view {
        // From 2^5 up a float32 has at most 18 fractional bits, so 18 decimals hold it exactly.
        uint32 exponent = 132 + (bits >> 23) % 122;
        uint32 float = (bits & 0x807fffff) | (exponent << 23);
        vm.assertEq(uint256(lib.toFloat32(lib.fromFloat32Bits(float))), float);
    }

    function test_convertsKnownFloats() public view {
        vm.assertEq(uint256(lib.toFloat32(0)), 0);
        vm.assertEq(uint256(lib.toFloat32(1e18)), 0x3f800000);
        vm.assertEq(uint256(lib.toFloat32(-2.5e18)), 0xc0200000);
        vm.assertEq(uint256(lib.toFloat32(0.1e18)), 0x3dcccccd);
        vm.assertEq(lib.fromFloat32Bits(0x3dcccccd), 0.100000001490116119e18);
        vm.assertEq(lib.fromFloat32Bits(0x80000000), 0);
        vm.assertEq(lib.fromFloat32Bits(1), 0);
        vm.assertEq(lib.fromFloat32Bits(0x7f7fffff), 340282346638528859811704183484516925440e18);
    }

    function test_tiesGoToTheEvenFloat() public view {
        vm.assertEq(uint256(lib.toFloat32(16_777_217e18)), 0x4b800000);
        vm.assertEq(uint256(lib.toFloat32(16_777_219e18)), 0x4b800002);
    }

    function test_tiesGoToTheEvenWad() public view {
        // An odd multiple of 2^−19 has 19 decimals, the last of them a 5.
        vm.assertEq(lib.fromFloat32Bits((127 - 19) << 23), 1907348632812);
        vm.assertEq(lib.fromFloat32Bits(((127 - 18) << 23) | 0x400000), 5722045898438);
    }

    function test_theLargestFloatIsTheBound() public {
        int256 largest = lib.fromFloat32Bits(0x7f7fffff);
        vm.assertEq(uint256(lib.toFloat32(largest)), 0x7f7fffff);
        int256 halfUlp = int256(1 << 103) * 1e18;
        vm.assertEq(uint256(lib.toFloat32(largest + halfUlp - 1)), 0x7f7fffff);
        vm.expectRevert(abi.encodeWithSelector(TensorLib.ValueTooLarge.selector, largest + halfUlp));
        lib.toFloat32(largest + halfUlp);
        vm.expectRevert(abi.encodeWithSelector(TensorLib.ValueTooLarge.selector, type(int256).min));
        lib.toFloat32(type(int256).min);
    }

    function test_revertsWhenAFloatIsNotFinite() public {
        vm.expectRevert(abi.encodeWithSelector(TensorLib.NotFinite.selector, 0x7fc00000));
        lib.fromFloat32Bits(0x7fc00000);
        vm.expectRevert(abi.encodeWithSelector(TensorLib.NotFinite.selector, 0xff800000));
        lib.fromFloat32Bits(0xff800000);
    }

    function test_writesFloatsLittleEndian() public view {
        int256[] memory wad = new int256[](3);
        (wad[0], wad[1], wad[2]) = (1e18, -2.5e18, 0.1e18);
        IInference.Tensor memory tensor = lib.fromWad(wad, _shape(3));
        vm.assertEq(tensor.data, hex"0000803f000020c0cdcccc3d");
    }

    function testFuzz_writingATensorLeavesItsNeighboursAlone(int64[] memory values) public pure {
        bytes memory before = hex"a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5";
        IInference.Tensor memory tensor = TensorLib.fromInt64(values, _shapeOf(values.length));
        bytes memory behind = hex"5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a";
        int256[] memory read = TensorLib.toIntegers(tensor);
        vm.assertEq(read.length, values.length);
        for (uint256 i; i < read.length; ++i) {
            vm.assertEq(read[i], values[i]);
        }
        vm.assertEq(before, hex"a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5");
        vm.assertEq(behind, hex"5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a");
    }

    function test_readsBytesAsWadAndAsIntegers() public view {
        IInference.Tensor memory tensor = IInference.Tensor(Dtype.UINT8, _shape(2), hex"07ff");
        vm.assertEq(lib.toWad(tensor)[1], 255e18);
        vm.assertEq(lib.toIntegers(tensor)[0], 7);
    }

    function test_revertsWhenTheShapeHoldsAnotherNumberOfElements() public {
        vm.expectRevert(abi.encodeWithSelector(TensorLib.ElementCountMismatch.selector, 3, 2));
        lib.fromWad(new int256[](2), _shape(3));
    }

    function test_revertsWhenTheDataIsNoWholeNumberOfElements() public {
        vm.expectRevert(abi.encodeWithSelector(TensorLib.RaggedData.selector, Dtype.FLOAT32, 5));
        lib.fromFloat32(hex"0102030405", _shape(1));
        vm.expectRevert(abi.encodeWithSelector(TensorLib.RaggedData.selector, Dtype.INT64, 9));
        lib.toWad(IInference.Tensor(Dtype.INT64, _shape(1), hex"010203040506070809"));
    }

    function test_revertsWhenItDoesNotReadTheType() public {
        vm.expectRevert(abi.encodeWithSelector(TensorLib.UnsupportedDtype.selector, Dtype.FLOAT64));
        lib.toWad(IInference.Tensor(Dtype.FLOAT64, _shape(1), hex"0000000000000000"));
        vm.expectRevert(abi.encodeWithSelector(TensorLib.UnsupportedDtype.selector, Dtype.FLOAT32));
        lib.toIntegers(IInference.Tensor(Dtype.FLOAT32, _shape(1), hex"00000000"));
    }

    function test_argmaxTakesTheFirstOfEquals() public {
        int256[] memory values = new int256[](4);
        (values[0], values[1], values[2], values[3]) = (-3, 5, 5, type(int256).min);
        vm.assertEq(lib.argmax(values), 1);
        vm.expectRevert(TensorLib.EmptyArray.selector);
        lib.argmax(new int256[](0));
    }

    function _shape(uint32 a) private pure returns (uint32[] memory shape) {
        shape = new uint32[](1);
        shape[0] = a;
    }

    function _shapeOf(uint256 length) private pure returns (uint32[] memory) {
        return _shape(uint32(length));
    }
}
