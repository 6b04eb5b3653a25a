// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Freshness, Guard} from "./freshness/Freshness.sol";
import {Observation} from "./freshness/Observation.sol";
import {IInference} from "./interfaces/IInference.sol";
import {IModelRegistry} from "./interfaces/IModelRegistry.sol";
import {ModelId} from "./types/ModelId.sol";

/// @title Inference
/// @notice Calls a model inline: the answer arrives in the same transaction.
/// @dev Errors of the precompile (see `IInference`) reach the caller unchanged, except through the `try…` functions.
library Inference {
    /// @notice The inference precompile.
    IInference internal constant PRECOMPILE = IInference(0x00000000000000000000000000000000000000A1);

    /// @notice The registry of models.
    IModelRegistry internal constant REGISTRY = IModelRegistry(0x00000000000000000000000000000000000000A2);

    /// @dev Selector of `Error(string)`.
    bytes4 private constant ERROR_STRING = 0x08c379a0;

    /// @notice Thrown when the gas that may be forwarded is below the model's quote.
    /// @param needed The quote, or 0 when the gas did not even suffice to ask for it.
    /// @param left Gas left in the calling contract, of which 63/64 may be forwarded (EIP-150).
    error InsufficientInferenceGas(uint256 needed, uint256 left);

    /// @notice Thrown on a chain without the precompile.
    error InferenceUnavailable(uint256 chainId);

    /// @notice Thrown when a model gave another number of values than one where a scalar was asked for.
    error NotScalar(ModelId model, uint256 length);

    /// @notice Runs a model of one input and one output.
    /// @param model Id of a registered model.
    /// @param x The input, row-major: fixed point with 18 decimals for a float tensor, else the integers themselves.
    /// @return y The output, in the same form.
    function infer(ModelId model, int256[] memory x) internal view returns (int256[] memory y) {
        bool success;
        bytes memory reason;
        (success, y, reason) = tryInfer(model, x);
        if (!success) _bubble(reason);
    }

    /// @notice Runs a model whose output is one value.
    /// @param model Id of a registered model.
    /// @param x The input, as for `infer`.
    /// @return y The value.
    function inferScalar(ModelId model, int256[] memory x) internal view returns (int256 y) {
        int256[] memory values = infer(model, x);
        if (values.length != 1) revert NotScalar(model, values.length);
        return values[0];
    }

    /// @notice As `infer`, for an input that the caller built on a price it saw before sending: reverts when that price is
    /// stale, has moved, is not the feed's, or is not what the input holds.
    /// @dev What the contract can read itself in this transaction needs no observation: read the feed, then `infer`.
    /// @param model Id of a registered model.
    /// @param x The input, as for `infer`.
    /// @param observation What the caller saw.
    /// @param guard How far the chain may have moved on since. The contract's own, never the caller's.
    /// @return y The output, as for `infer`.
    function inferFresh(ModelId model, int256[] memory x, Observation memory observation, Guard memory guard)
        internal
        view
        returns (int256[] memory y)
    {
        Freshness.requireFresh(observation, guard, x);
        return infer(model, x);
    }

    /// @notice Runs a model on tensors of its own element types.
    /// @param model Id of a registered model.
    /// @param inputs One tensor an input (see `TensorLib` for ways to make them).
    /// @return outputs One tensor an output.
    function inferTensors(ModelId model, IInference.Tensor[] memory inputs)
        internal
        view
        returns (IInference.Tensor[] memory outputs)
    {
        bool success;
        bytes memory reason;
        (success, outputs, reason) = tryInferTensors(model, inputs);
        if (!success) _bubble(reason);
    }

    /// @notice As `infer`, but an error of the model is returned instead of thrown.
    /// @dev Never catches a lack of gas: else whoever sends the transaction would choose the fallback by tuning its gas.
    /// A model's error always carries data; running out of gas never does.
    /// @return success Whether the model answered.
    /// @return y The output, empty without success.
    /// @return reason The encoded error of the precompile, empty on success.
    function tryInfer(ModelId model, int256[] memory x)
        internal
        view
        returns (bool success, int256[] memory y, bytes memory reason)
    {
        (uint256 needed,) = _tryQuote(model, _flat(x.length));
        _requireGas(needed);
        try PRECOMPILE.infer(model, x) returns (int256[] memory values) {
            return (true, values, reason);
        } catch (bytes memory raw) {
            _requireModelError(raw, needed);
            return (false, y, raw);
        }
    }

    /// @notice As `inferTensors`, but an error of the model is returned instead of thrown.
    /// @dev Never catches a lack of gas; see `tryInfer`.
    /// @return success Whether the model answered.
    /// @return outputs One tensor an output, none without success.
    /// @return reason The encoded error of the precompile, empty on success.
    function tryInferTensors(ModelId model, IInference.Tensor[] memory inputs)
        internal
        view
        returns (bool success, IInference.Tensor[] memory outputs, bytes memory reason)
    {
        (uint256 needed,) = _tryQuote(model, _shapes(inputs));
        _requireGas(needed);
        try PRECOMPILE.inferTensors(model, inputs) returns (IInference.Tensor[] memory values) {
            return (true, values, reason);
        } catch (bytes memory raw) {
            _requireModelError(raw, needed);
            return (false, outputs, raw);
        }
    }

    /// @notice Gas that the precompile charges for a run on inputs of these shapes.
    /// @param model Id of a registered model.
    /// @param shapes One shape an input; `[[n]]` stands for an `infer` on `n` values.
    function quote(ModelId model, uint32[][] memory shapes) internal view returns (uint256 gasUnits) {
        bytes memory reason;
        (gasUnits, reason) = _tryQuote(model, shapes);
        if (reason.length != 0) _bubble(reason);
    }

    /// @notice Inputs, outputs, class and price of a model.
    /// @param model Id of a registered model.
    function describe(ModelId model) internal view returns (IInference.ModelInfo memory info) {
        _requireAvailable();
        return PRECOMPILE.describe(model);
    }

    /// @dev Reverts for a lack of gas; gives any other error back. A run that cannot be priced fails with its own error.
    function _tryQuote(ModelId model, uint32[][] memory shapes)
        private
        view
        returns (uint256 gasUnits, bytes memory reason)
    {
        _requireAvailable();
        try PRECOMPILE.quote(model, shapes) returns (uint64 units) {
            gasUnits = units;
        } catch (bytes memory raw) {
            _requireModelError(raw, 0);
            reason = raw;
        }
    }

    /// @dev The precompile never gives an `Error(string)`; a test that lost its devnet does, and must not go on without it.
    function _requireModelError(bytes memory reason, uint256 needed) private view {
        if (reason.length == 0) revert InsufficientInferenceGas(needed, gasleft());
        if (bytes4(reason) == ERROR_STRING) _bubble(reason);
    }

    function _requireAvailable() private view {
        if (address(PRECOMPILE).code.length == 0) revert InferenceUnavailable(block.chainid);
    }

    function _requireGas(uint256 needed) private view {
        uint256 left = gasleft();
        if (left - left / 64 < needed) revert InsufficientInferenceGas(needed, left);
    }

    function _flat(uint256 length) private pure returns (uint32[][] memory shapes) {
        shapes = new uint32[][](1);
        shapes[0] = new uint32[](1);
        // An array in memory is far shorter than 2^32 elements.
        shapes[0][0] = uint32(length);
    }

    function _shapes(IInference.Tensor[] memory inputs) private pure returns (uint32[][] memory shapes) {
        shapes = new uint32[][](inputs.length);
        for (uint256 i; i < inputs.length; ++i) {
            shapes[i] = inputs[i].shape;
        }
    }

    function _bubble(bytes memory reason) private pure {
        assembly ("memory-safe") {
            revert(add(reason, 0x20), mload(reason))
        }
    }
}
