// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {ForgeInference} from "./ForgeInference.sol";

/// @title InferenceScript
/// @notice Base of a Foundry script whose contracts call models: `forge script` executes in Foundry's own EVM first, which
/// knows no such precompile.
/// @dev `contract Deploy is Script, InferenceScript`. Reads LOCKSTEP_RPC_URL, else http://127.0.0.1:8545. With
/// `--broadcast`, add `--skip-simulation`: that second simulation leaves this help out.
abstract contract InferenceScript is ForgeInference {}
