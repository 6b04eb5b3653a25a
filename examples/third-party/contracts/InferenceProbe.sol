// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Inference} from "@lockstep/sdk/contracts/Inference.sol";
import {IInference} from "@lockstep/sdk/contracts/interfaces/IInference.sol";
import {ModelId} from "@lockstep/sdk/contracts/types/ModelId.sol";

/// @title InferenceProbe
/// @notice Runs any model inside a transaction and leaves the hash of every output in the log.
contract InferenceProbe {
    /// @notice Emitted after a run.
    /// @param outputHashes keccak256 of each output's bytes, in the model's order.
    event Answered(ModelId indexed model, bytes32[] outputHashes);

    /// @notice Runs a model on tensors of its own element types.
    /// @return outputs The model's outputs, for callers that simulate.
    function run(ModelId model, IInference.Tensor[] calldata inputs)
        external
        returns (IInference.Tensor[] memory outputs)
    {
        outputs = Inference.inferTensors(model, inputs);
        bytes32[] memory hashes = new bytes32[](outputs.length);
        for (uint256 i; i < outputs.length; ++i) {
            hashes[i] = keccak256(outputs[i].data);
        }
        emit Answered(model, hashes);
    }
}
