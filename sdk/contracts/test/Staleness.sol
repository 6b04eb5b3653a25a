// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Guard} from "../freshness/Freshness.sol";
import {Observation} from "../freshness/Observation.sol";
import {FORGE_VM} from "./IForgeVm.sol";

/// @title Staleness
/// @notice Lets a test go to where an observation stops to hold.
library Staleness {
    /// @notice Warps to the first second at which the guard finds the observation too old.
    function warpPast(Observation memory seen, Guard memory guard) internal {
        FORGE_VM.warp(uint256(seen.time) + guard.maxAgeSeconds + 1);
    }

    /// @notice Rolls to the first block at which the guard finds the observation too old.
    function rollPast(Observation memory seen, Guard memory guard) internal {
        FORGE_VM.roll(uint256(seen.blockNumber) + guard.maxBlocks + 1);
    }
}
