// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IModelRegistry} from "../../sdk/contracts/interfaces/IModelRegistry.sol";
import {ModelId} from "../../sdk/contracts/types/ModelId.sol";

/// @title ModelRegistry
/// @notice Which models the chain knows, and their names. Part of genesis at
/// 0x00000000000000000000000000000000000000A2.
contract ModelRegistry is IModelRegistry {
    address private constant INFERENCE = 0x00000000000000000000000000000000000000A1;

    /// @inheritdoc IModelRegistry
    /// @dev The inference precompile reads this mapping at slot 0: it must stay the first variable.
    mapping(ModelId model => bool) public override isRegistered;

    mapping(address owner => mapping(bytes32 name => ModelId model)) private _names;

    /// @inheritdoc IModelRegistry
    function register(ModelId model) external override {
        if (isRegistered[model]) return;
        _admit(model);
        isRegistered[model] = true;
        emit ModelRegistered(model, msg.sender);
    }

    /// @inheritdoc IModelRegistry
    function setName(bytes32 name, ModelId model) external override {
        if (name == bytes32(0)) revert EmptyName();
        bool clears = ModelId.unwrap(model) == bytes32(0);
        if (!clears && !isRegistered[model]) revert ModelNotRegistered(model);
        _names[msg.sender][name] = model;
        emit NameSet(msg.sender, name, model);
    }

    /// @inheritdoc IModelRegistry
    function resolve(address owner, bytes32 name) external view override returns (ModelId model) {
        model = _names[owner][name];
        if (ModelId.unwrap(model) == bytes32(0)) revert NameNotSet(owner, name);
    }

    /// @dev The precompile charges for loading the model by its size and operators, and reverts for a refused one.
    function _admit(ModelId model) private view {
        (bool admitted, bytes memory reason) =
            INFERENCE.staticcall(abi.encodeWithSignature("admit(bytes32)", ModelId.unwrap(model)));
        if (admitted) return;
        assembly ("memory-safe") {
            revert(add(reason, 0x20), mload(reason))
        }
    }
}
