// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {ModelId} from "../types/ModelId.sol";

/// @title IModelRegistry
/// @notice The predeploy at 0x00000000000000000000000000000000000000A2: which models the chain knows, and their names.
interface IModelRegistry {
    /// @notice Emitted when a model becomes known to the chain.
    /// @param model Its id.
    /// @param by The account that registered it first.
    event ModelRegistered(ModelId indexed model, address indexed by);

    /// @notice Emitted when a name moves. `model` is zero when the name was cleared.
    event NameSet(address indexed owner, bytes32 indexed name, ModelId model);

    /// @notice Thrown when a name is set to a model that the chain does not know. Register it first.
    error ModelNotRegistered(ModelId model);

    /// @notice Thrown when a name is empty.
    error EmptyName();

    /// @notice Thrown when the owner has no model under this name.
    error NameNotSet(address owner, bytes32 name);

    /// @notice Makes a model known to the chain. Anyone may; doing so again changes nothing.
    /// @dev Pays for loading the model by its size and operators. The node must hold its bytes.
    function register(ModelId model) external;

    /// @notice Whether the chain knows the model.
    function isRegistered(ModelId model) external view returns (bool);

    /// @notice Points a name of the caller's at a registered model, or clears it with the zero id.
    /// @param name UTF-8, left-aligned and padded with zeros.
    /// @param model A registered model, or zero.
    function setName(bytes32 name, ModelId model) external;

    /// @notice The model that an owner's name points to now.
    /// @dev The owner may move it at any time: a contract that resolves at run time trusts the owner.
    function resolve(address owner, bytes32 name) external view returns (ModelId model);
}
