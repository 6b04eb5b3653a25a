// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IInference} from "./interfaces/IInference.sol";
import {Dtype} from "./types/Dtype.sol";

/// @title TensorLib
/// @notice Makes tensors of Solidity values, and reads them back.
/// @dev WAD is fixed point with 18 decimals. Conversions are exact integer arithmetic, rounded to the nearest, ties to
/// even: the precompile's own rule.
library TensorLib {
    /// @notice Thrown when a shape does not hold as many elements as were given.
    error ElementCountMismatch(uint256 want, uint256 got);

    /// @notice Thrown when the data of a tensor is no whole number of elements of its type.
    error RaggedData(uint8 dtype, uint256 length);

    /// @notice Thrown when a function does not read tensors of this element type.
    error UnsupportedDtype(uint8 dtype);

    /// @notice Thrown when a value does not fit the element type.
    error ValueTooLarge(int256 value);

    /// @notice Thrown when a float is NaN or infinite.
    error NotFinite(uint32 bits);

    /// @notice Thrown when the greatest of no values was asked for.
    error EmptyArray();

    /// @notice A tensor of float32 from fixed-point values.
    /// @param wad Values with 18 decimals, row-major.
    /// @param shape Dimensions, outermost first.
    function fromWad(int256[] memory wad, uint32[] memory shape) internal pure returns (IInference.Tensor memory) {
        _requireCount(shape, wad.length);
        bytes memory data = _allocate(wad.length, 4);
        for (uint256 i; i < wad.length; ++i) {
            _store(data, i, 4, toFloat32(wad[i]));
        }
        return IInference.Tensor(Dtype.FLOAT32, shape, data);
    }

    /// @notice A tensor of uint8 from bytes, such as pixels.
    /// @param data One byte an element, row-major.
    /// @param shape Dimensions, outermost first.
    function fromUint8(bytes memory data, uint32[] memory shape) internal pure returns (IInference.Tensor memory) {
        _requireCount(shape, data.length);
        return IInference.Tensor(Dtype.UINT8, shape, data);
    }

    /// @notice A tensor of float32 from the elements' own bytes, the smallest calldata for floats.
    /// @param data Four bytes an element, little-endian, row-major.
    /// @param shape Dimensions, outermost first.
    function fromFloat32(bytes memory data, uint32[] memory shape) internal pure returns (IInference.Tensor memory) {
        if (data.length % 4 != 0) revert RaggedData(Dtype.FLOAT32, data.length);
        _requireCount(shape, data.length / 4);
        return IInference.Tensor(Dtype.FLOAT32, shape, data);
    }

    /// @notice A tensor of int64.
    /// @param values Row-major.
    /// @param shape Dimensions, outermost first.
    function fromInt64(int64[] memory values, uint32[] memory shape) internal pure returns (IInference.Tensor memory) {
        _requireCount(shape, values.length);
        bytes memory data = _allocate(values.length, 8);
        for (uint256 i; i < values.length; ++i) {
            _store(data, i, 8, uint64(values[i]));
        }
        return IInference.Tensor(Dtype.INT64, shape, data);
    }

    /// @notice The numbers in a tensor of float32, uint8 or int64, with 18 decimals.
    function toWad(IInference.Tensor memory tensor) internal pure returns (int256[] memory wad) {
        bytes memory data = tensor.data;
        uint256 width = _width(tensor.dtype);
        if (data.length % width != 0) revert RaggedData(tensor.dtype, data.length);
        wad = new int256[](data.length / width);
        for (uint256 i; i < wad.length; ++i) {
            uint64 bits = _load(data, i, width);
            if (tensor.dtype == Dtype.FLOAT32) wad[i] = fromFloat32Bits(uint32(bits));
            else if (tensor.dtype == Dtype.UINT8) wad[i] = int256(uint256(bits)) * 1e18;
            else wad[i] = int256(int64(bits)) * 1e18;
        }
    }

    /// @notice The integers in a tensor of uint8 or int64.
    function toIntegers(IInference.Tensor memory tensor) internal pure returns (int256[] memory values) {
        if (tensor.dtype == Dtype.FLOAT32) revert UnsupportedDtype(tensor.dtype);
        bytes memory data = tensor.data;
        uint256 width = _width(tensor.dtype);
        if (data.length % width != 0) revert RaggedData(tensor.dtype, data.length);
        values = new int256[](data.length / width);
        for (uint256 i; i < values.length; ++i) {
            uint64 bits = _load(data, i, width);
            values[i] = tensor.dtype == Dtype.UINT8 ? int256(uint256(bits)) : int256(int64(bits));
        }
    }

    /// @notice The float32 nearest to a fixed-point value, as its IEEE 754 bits.
    /// @param wad A value with 18 decimals. Reverts with `ValueTooLarge` beyond the largest finite float32.
    function toFloat32(int256 wad) internal pure returns (uint32 bits) {
        if (wad == 0) return 0;
        uint256 magnitude = wad < 0 ? (wad == type(int256).min ? 1 << 255 : uint256(-wad)) : uint256(wad);
        // value = significand · 2^−shift, significand in [2^23, 2^24]. No WAD but zero is subnormal.
        int256 shift = 83 - int256(_log2(magnitude));
        if (_scaled(magnitude, shift) >= 1 << 24) --shift;
        uint256 significand = _roundedScaled(magnitude, shift);
        // The sum carries into the exponent where rounding reached 2^24.
        uint256 encoded = (uint256(150 - shift) << 23) + significand - (1 << 23);
        if (encoded >= 0x7f800000) revert ValueTooLarge(wad);
        bits = uint32(encoded);
        if (wad < 0) bits |= 0x80000000;
    }

    /// @notice The fixed-point value nearest to a float32 given by its IEEE 754 bits.
    /// @return wad The value with 18 decimals. Reverts with `NotFinite` for NaN and the infinities.
    function fromFloat32Bits(uint32 bits) internal pure returns (int256 wad) {
        uint256 exponent = (bits >> 23) & 0xff;
        uint256 significand = bits & 0x7fffff;
        if (exponent == 0xff) revert NotFinite(bits);
        if (exponent == 0) exponent = 1;
        else significand |= 0x800000;
        uint256 scaled = significand * 1e18;
        if (exponent >= 150) {
            scaled <<= exponent - 150;
        } else {
            scaled = _divide(scaled, 1 << (150 - exponent));
        }
        wad = bits >> 31 == 0 ? int256(scaled) : -int256(scaled);
    }

    /// @notice Index of the greatest value, the first of equals, as ONNX's `ArgMax` has it.
    function argmax(int256[] memory values) internal pure returns (uint256 index) {
        if (values.length == 0) revert EmptyArray();
        for (uint256 i = 1; i < values.length; ++i) {
            if (values[i] > values[index]) index = i;
        }
    }

    function _requireCount(uint32[] memory shape, uint256 got) private pure {
        uint256 want = 1;
        for (uint256 i; i < shape.length; ++i) {
            want *= shape[i];
        }
        if (want != got) revert ElementCountMismatch(want, got);
    }

    function _width(uint8 dtype) private pure returns (uint256) {
        if (dtype == Dtype.UINT8) return 1;
        if (dtype == Dtype.FLOAT32) return 4;
        if (dtype == Dtype.INT64) return 8;
        revert UnsupportedDtype(dtype);
    }

    /// @dev Bytes for `count` elements, with room behind for whole-word writes of the last of them.
    function _allocate(uint256 count, uint256 width) private pure returns (bytes memory data) {
        data = new bytes(count * width + 32);
        assembly ("memory-safe") {
            mstore(data, mul(count, width))
        }
    }

    /// @dev Writes element `index` little-endian. Clears up to a word behind it: write in order.
    function _store(bytes memory data, uint256 index, uint256 width, uint64 value) private pure {
        uint256 word = uint256(_reverse(value)) << 192;
        assembly ("memory-safe") {
            mstore(add(add(data, 0x20), mul(index, width)), word)
        }
    }

    function _load(bytes memory data, uint256 index, uint256 width) private pure returns (uint64 value) {
        assembly ("memory-safe") {
            value := shr(192, mload(add(add(data, 0x20), mul(index, width))))
        }
        value = _reverse(value) & uint64(type(uint64).max >> (64 - 8 * width));
    }

    /// @dev Reverses the order of the eight bytes.
    function _reverse(uint64 value) private pure returns (uint64) {
        value = ((value & 0xff00ff00ff00ff00) >> 8) | ((value & 0x00ff00ff00ff00ff) << 8);
        value = ((value & 0xffff0000ffff0000) >> 16) | ((value & 0x0000ffff0000ffff) << 16);
        return (value >> 32) | (value << 32);
    }

    /// @dev floor(magnitude · 2^shift / 1e18) for the shifts that `toFloat32` takes: no product overflows.
    function _scaled(uint256 magnitude, int256 shift) private pure returns (uint256) {
        return shift >= 0 ? (magnitude << uint256(shift)) / 1e18 : magnitude / (1e18 << uint256(-shift));
    }

    function _roundedScaled(uint256 magnitude, int256 shift) private pure returns (uint256) {
        return shift >= 0 ? _divide(magnitude << uint256(shift), 1e18) : _divide(magnitude, 1e18 << uint256(-shift));
    }

    /// @dev Division rounded to the nearest, ties to even.
    function _divide(uint256 numerator, uint256 denominator) private pure returns (uint256 quotient) {
        quotient = numerator / denominator;
        uint256 remainder = numerator % denominator;
        uint256 rest = denominator - remainder;
        if (remainder > rest || (remainder == rest && quotient & 1 == 1)) ++quotient;
    }

    function _log2(uint256 value) private pure returns (uint256 result) {
        for (uint256 step = 128; step != 0; step >>= 1) {
            if (value >> step != 0) {
                value >>= step;
                result += step;
            }
        }
    }
}
