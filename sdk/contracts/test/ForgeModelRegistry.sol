// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IModelRegistry} from "../interfaces/IModelRegistry.sol";
import {ModelId} from "../types/ModelId.sol";
import {DevnetRpc} from "./DevnetRpc.sol";

/// @title ForgeModelRegistry
/// @notice Stands at the registry's address in Foundry's EVM: reads the devnet's registry, and keeps names that a test
/// sets to itself.
/// @dev Its gas is not the registry's: every call goes through the network.
contract ForgeModelRegistry is IModelRegistry {
    mapping(address owner => mapping(bytes32 name => ModelId)) private _names;
    mapping(address owner => mapping(bytes32 name => bool)) private _moved;

    /// @inheritdoc IModelRegistry
    /// @dev A test cannot register a model on the devnet: deploy it there first.
    function register(ModelId model) external view {
        _requireRegistered(model);
    }

    /// @inheritdoc IModelRegistry
    function setName(bytes32 name, ModelId model) external {
        if (name == bytes32(0)) revert EmptyName();
        if (ModelId.unwrap(model) != bytes32(0)) _requireRegistered(model);
        _names[msg.sender][name] = model;
        _moved[msg.sender][name] = true;
        emit NameSet(msg.sender, name, model);
    }

    /// @inheritdoc IModelRegistry
    function isRegistered(ModelId model) public view returns (bool) {
        return abi.decode(_ask(abi.encodeCall(IModelRegistry.isRegistered, (model))), (bool));
    }

    /// @inheritdoc IModelRegistry
    function resolve(address owner, bytes32 name) external view returns (ModelId model) {
        if (!_moved[owner][name]) {
            return abi.decode(_ask(abi.encodeCall(IModelRegistry.resolve, (owner, name))), (ModelId));
        }
        model = _names[owner][name];
        if (ModelId.unwrap(model) == bytes32(0)) revert NameNotSet(owner, name);
    }

    function _requireRegistered(ModelId model) private view {
        if (!isRegistered(model)) revert ModelNotRegistered(model);
    }

    /// @dev This contract stands at the registry's own address.
    function _ask(bytes memory input) private view returns (bytes memory data) {
        bool success;
        (success, data) = DevnetRpc.call(address(this), input);
        if (success) return data;
        assembly ("memory-safe") {
            revert(add(data, 0x20), mload(data))
        }
    }
}
