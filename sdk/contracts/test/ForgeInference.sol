// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Inference} from "../Inference.sol";
import {DevnetRpc} from "./DevnetRpc.sol";
import {ForgeModelRegistry} from "./ForgeModelRegistry.sol";
import {FORGE_SAMPLE_GAS, ForgeMode, ForgePrecompile, ForgeSettings} from "./ForgePrecompile.sol";
import {FORGE_VM} from "./IForgeVm.sol";

/// @title ForgeInference
/// @notice Gives Foundry's EVM the precompile and the registry of the devnet at LOCKSTEP_RPC_URL, or at
/// http://127.0.0.1:8545.
/// @dev Set up in the constructor, so that a `setUp` of the heir's needs no `super`.
abstract contract ForgeInference {
    /// @dev Enough that a sample call can spend what it is asked to and return the rest.
    uint256 private constant SAMPLE_GAS_LIMIT = 200_000;

    constructor() {
        DevnetRpc.runPrecompile("", 0);
        _installPrecompile(address(Inference.PRECOMPILE));
        _makeLasting(address(Inference.PRECOMPILE));
        _installRegistry(address(Inference.REGISTRY));
    }

    function _installRegistry(address registry) private {
        // A fork of the devnet brings the registry itself.
        if (registry.code.length != 0) return;
        FORGE_VM.etch(registry, type(ForgeModelRegistry).runtimeCode);
        _makeLasting(registry);
    }

    function _makeLasting(address account) private {
        FORGE_VM.makePersistent(account);
        FORGE_VM.allowCheatcodes(account);
    }

    /// @dev Leaves the precompile in its normal mode, knowing what its frame takes beside the price.
    function _installPrecompile(address precompile) private {
        // Code that stops at once shows what the measurement itself takes.
        FORGE_VM.etch(precompile, hex"00");
        (uint256 baseline,) = _sample(precompile);
        ForgeSettings memory settings;
        (, uint256 reported) = _sample(precompile, ForgeMode.ReportGas, settings);
        settings.entryGas = SAMPLE_GAS_LIMIT - reported;
        (uint256 returned,) = _sample(precompile, ForgeMode.SpendAndReturn, settings);
        (uint256 reverted,) = _sample(precompile, ForgeMode.SpendAndRevert, settings);
        settings.returnGas = returned - baseline - FORGE_SAMPLE_GAS;
        settings.revertGas = reverted - baseline - FORGE_SAMPLE_GAS;
        _etch(precompile, ForgeMode.Answer, settings);
    }

    function _etch(address target, ForgeMode mode, ForgeSettings memory settings) private {
        settings.mode = mode;
        FORGE_VM.etch(target, bytes.concat(type(ForgePrecompile).runtimeCode, abi.encode(settings)));
    }

    function _sample(address target, ForgeMode mode, ForgeSettings memory settings)
        private
        returns (uint256 spent, uint256 word)
    {
        _etch(target, mode, settings);
        return _sample(target);
    }

    /// @dev The first call pays for cold accounts, the second is measured. A reverted call makes them cold again, hence
    /// the cheatcode before.
    function _sample(address target) private view returns (uint256 spent, uint256 word) {
        FORGE_VM.toString(target);
        assembly ("memory-safe") {
            pop(staticcall(SAMPLE_GAS_LIMIT, target, 0, 0, 0, 0))
            spent := gas()
            pop(staticcall(SAMPLE_GAS_LIMIT, target, 0, 0, 0, 0x20))
            spent := sub(spent, gas())
            word := mload(0)
        }
    }
}
