// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @title Dtype
/// @notice Element types of tensors, numbered as ONNX numbers them (`TensorProto.DataType`).
library Dtype {
    uint8 internal constant FLOAT32 = 1;
    uint8 internal constant UINT8 = 2;
    uint8 internal constant INT8 = 3;
    uint8 internal constant UINT16 = 4;
    uint8 internal constant INT16 = 5;
    uint8 internal constant INT32 = 6;
    uint8 internal constant INT64 = 7;
    uint8 internal constant BOOL = 9;
    uint8 internal constant FLOAT16 = 10;
    uint8 internal constant FLOAT64 = 11;
    uint8 internal constant UINT32 = 12;
    uint8 internal constant UINT64 = 13;
    uint8 internal constant BFLOAT16 = 16;
}
