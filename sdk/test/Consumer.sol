// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Inference} from "../contracts/Inference.sol";
import {IInference} from "../contracts/interfaces/IInference.sol";
import {ModelId} from "../contracts/types/ModelId.sol";

/// @dev A contract as users write them: everything of the library, from outside.
contract Consumer {
    function infer(ModelId model, int256[] calldata x) external view returns (int256[] memory) {
        return Inference.infer(model, x);
    }

    function inferScalar(ModelId model, int256[] calldata x) external view returns (int256) {
        return Inference.inferScalar(model, x);
    }

    function inferTensors(ModelId model, IInference.Tensor[] calldata inputs)
        external
        view
        returns (IInference.Tensor[] memory)
    {
        return Inference.inferTensors(model, inputs);
    }

    function tryInfer(ModelId model, int256[] calldata x) external view returns (bool, int256[] memory, bytes memory) {
        return Inference.tryInfer(model, x);
    }

    function tryInferTensors(ModelId model, IInference.Tensor[] calldata inputs)
        external
        view
        returns (bool, IInference.Tensor[] memory, bytes memory)
    {
        return Inference.tryInferTensors(model, inputs);
    }

    function quote(ModelId model, uint32[][] calldata shapes) external view returns (uint256) {
        return Inference.quote(model, shapes);
    }

    function describe(ModelId model) external view returns (IInference.ModelInfo memory) {
        return Inference.describe(model);
    }

    /// @dev Gas of one inference as a contract sees it, with every account warm.
    function gasOfInfer(ModelId model, int256[] calldata x) external view returns (uint256 gasUsed) {
        if (address(Inference.PRECOMPILE).code.length == 0) return 0;
        int256[] memory input = x;
        gasUsed = gasleft();
        Inference.infer(model, input);
        gasUsed -= gasleft();
    }

    /// @dev The same for one that fails.
    function gasOfFailure(ModelId model, int256[] calldata x) external view returns (uint256 gasUsed) {
        if (address(Inference.PRECOMPILE).code.length == 0) return 0;
        int256[] memory input = x;
        gasUsed = gasleft();
        Inference.tryInfer(model, input);
        gasUsed -= gasleft();
    }
}
