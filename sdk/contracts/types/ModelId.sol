// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @notice keccak256 of the bytes of an ONNX model, as deployed.
/// @dev A contract that pins a ModelId pins the model: no one can put other bytes under it.
type ModelId is bytes32;

using {equals as ==, differs as !=} for ModelId global;

/// @notice Whether two ids name the same model.
function equals(ModelId a, ModelId b) pure returns (bool) {
    return ModelId.unwrap(a) == ModelId.unwrap(b);
}

/// @notice Whether two ids name different models.
function differs(ModelId a, ModelId b) pure returns (bool) {
    return ModelId.unwrap(a) != ModelId.unwrap(b);
}
