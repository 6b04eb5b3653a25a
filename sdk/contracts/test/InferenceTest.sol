// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {ForgeInference} from "./ForgeInference.sol";

/// @title InferenceTest
/// @notice Base of a Foundry test that calls models for real: a devnet runs them, and `forge test` sees their answers,
/// their errors and their gas.
/// @dev `contract FeeTest is Test, InferenceTest`. Reads LOCKSTEP_RPC_URL, else http://127.0.0.1:8545. Gas of a call is
/// the devnet's, but for the first touch of the precompile in a test, which costs 2,500 more: to Foundry it is no
/// precompile, so its account is cold.
abstract contract InferenceTest is ForgeInference {}
