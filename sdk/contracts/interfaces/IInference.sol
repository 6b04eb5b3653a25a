// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {ModelId} from "../types/ModelId.sol";

/// @title IInference
/// @notice The inference precompile at 0x00000000000000000000000000000000000000A1.
/// @dev Call it through the library `Inference`, which also turns a lack of gas into a typed error.
interface IInference {
    /// @notice A tensor as it travels in calldata and return data.
    /// @param dtype Element type, an ONNX `TensorProto.DataType` (see `Dtype`).
    /// @param shape Dimensions, outermost first. Empty for a scalar.
    /// @param data Elements, row-major and little-endian.
    struct Tensor {
        uint8 dtype;
        uint32[] shape;
        bytes data;
    }

    /// @notice What a model takes, gives and costs. A pure function of the model's bytes.
    /// @param class 0 for `pinned` (one canonical engine), 1 for `exact` (integer-only, every engine).
    /// @param inputDtypes Element type of each input.
    /// @param inputShapes Dimensions of each input, −1 for a dimension that the caller chooses.
    /// @param outputDtypes Element type of each output.
    /// @param outputShapes Dimensions of each output, −1 for one that depends on the inputs.
    /// @param bytesLength Size of the model in bytes.
    /// @param baseGas What a call costs before the model's own work.
    struct ModelInfo {
        uint8 class;
        uint8[] inputDtypes;
        int32[][] inputShapes;
        uint8[] outputDtypes;
        int32[][] outputShapes;
        uint64 bytesLength;
        uint64 baseGas;
    }

    /// @notice Thrown when the chain lists no model of this id. Deploy it, or correct the id.
    error ModelNotFound(ModelId model);

    /// @notice Thrown by `admit` when the bytes of the model are not admitted. `lockstep inspect` says why.
    error ModelRefused(ModelId model);

    /// @notice Thrown when `infer` cannot serve this model: several inputs or outputs, or several free dimensions.
    error UseInferTensors(ModelId model);

    /// @notice Thrown when a call has another number of inputs than the model takes.
    error InputCountMismatch(uint256 want, uint256 got);

    /// @notice Thrown when an input has another element type than the model declares.
    error DtypeMismatch(uint256 input, uint8 want, uint8 got);

    /// @notice Thrown when an input has another shape than the model declares.
    /// @param input Index of the input.
    /// @param want The declared dimensions; 2^32 − 1 for one that the caller chooses.
    /// @param got The dimensions given; for `infer`, the length of `x` alone.
    error ShapeMismatch(uint256 input, uint32[] want, uint32[] got);

    /// @notice Thrown when the data of an input is not as many bytes as its element type and shape take.
    error DataLengthMismatch(uint256 input, uint256 want, uint256 got);

    /// @notice Thrown when a value does not fit the element type of its input.
    /// @param input Index of the input.
    /// @param index Flat index of the value.
    error ValueOutOfRange(uint256 input, uint256 index);

    /// @notice Thrown when inputs of these shapes ask for more memory or work than any block may hold.
    error RunTooLarge(ModelId model);

    /// @notice Thrown when the graph itself rejects the values: an index out of range, a division by zero.
    error GraphRejected(ModelId model);

    /// @notice Thrown when the model gave NaN or an infinity. The run is paid for in full.
    /// @param output Index of the output.
    /// @param index Flat index of the first such element.
    error NonFiniteOutput(uint256 output, uint256 index);

    /// @notice Thrown by `infer` when an output value does not fit int256 with 18 decimals.
    /// @param output Index of the output.
    /// @param index Flat index of the value.
    error OutputOutOfRange(uint256 output, uint256 index);

    /// @notice Thrown when calldata is no valid ABI encoding of the call.
    error MalformedCalldata();

    /// @notice Thrown when no function has this selector.
    error UnknownSelector(bytes4 selector);

    /// @notice Runs a model of one input and one output.
    /// @param model Id of a registered model.
    /// @param x The input, row-major. Fixed point with 18 decimals for a float tensor, the integer itself for an
    /// integer tensor. A model with one free dimension takes its size from the length.
    /// @return y The output, in the same form. Rounded to the nearest, ties to even.
    function infer(ModelId model, int256[] calldata x) external view returns (int256[] memory y);

    /// @notice Runs a model on tensors of its own element types, bit for bit.
    /// @param model Id of a registered model.
    /// @param inputs One tensor an input, in the order that `describe` gives.
    /// @return outputs One tensor an output.
    function inferTensors(ModelId model, Tensor[] calldata inputs) external view returns (Tensor[] memory outputs);

    /// @notice Gas that a run costs on inputs of these shapes.
    /// @param model Id of a registered model.
    /// @param shapes One shape an input. A flat length `[[n]]` stands for an `infer` on `n` values.
    /// @return gasUnits The price of the call to the precompile.
    function quote(ModelId model, uint32[][] calldata shapes) external view returns (uint64 gasUnits);

    /// @notice Charges what registering this model costs. The registry calls it; others have no use for it.
    /// @param model Id of a model whose bytes the node holds; it need not be registered yet.
    /// @return gasUnits What was charged.
    function admit(ModelId model) external view returns (uint64 gasUnits);

    /// @notice Inputs, outputs, class and price of a model.
    function describe(ModelId model) external view returns (ModelInfo memory info);
}
