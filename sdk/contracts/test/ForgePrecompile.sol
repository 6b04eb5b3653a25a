// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Inference} from "../Inference.sol";
import {DevnetRpc} from "./DevnetRpc.sol";
import {FORGE_VM, IForgeVm} from "./IForgeVm.sol";

/// @dev What a call does: everything but `Answer` serves to measure what the frame itself takes.
enum ForgeMode {
    Answer,
    ReportGas,
    SpendAndReturn,
    SpendAndRevert
}

/// @dev What a call spends in the last two modes.
uint256 constant FORGE_SAMPLE_GAS = 50_000;

/// @dev What `ForgeInference` measures and appends to the code of `ForgePrecompile`. Entry: from the start of a call to the
/// first reading of gas. The others: from the last reading to the end of the call.
struct ForgeSettings {
    ForgeMode mode;
    uint256 entryGas;
    uint256 returnGas;
    uint256 revertGas;
}

/// @title ForgePrecompile
/// @notice Stands at the precompile's address in Foundry's EVM: asks a devnet for the answer, and spends the gas that the
/// devnet charges for it.
/// @dev Foundry's metering is paused while it asks, and the rest of the price is spent after. The settings stand behind
/// the code, because storage would be the caller's under `delegatecall`. The frame itself takes about 700 gas, and 2,500
/// more while no cheatcode was called in the test: a price below that, or hardly above, is missed by the difference.
contract ForgePrecompile {
    enum Ending {
        Return,
        Revert,
        ConsumeAll
    }

    /// @dev Marks a call of this contract to itself.
    bytes32 private constant ASK = keccak256("lockstep.ForgePrecompile.ask");

    /// @dev Below the price of any call, whatever it asks for: `base` and `word` of the gas schedule, less what this frame
    /// has spent before it looks.
    uint256 private constant BASE_GAS = 2_900;
    uint256 private constant WORD_GAS = 12;

    /// @dev More than any call has, and far from the sign bit: nothing is spent down to it.
    uint256 private constant UNMETERED = 1 << 128;

    fallback() external payable {
        uint256 gasLimit;
        bool metered;
        assembly ("memory-safe") {
            gasLimit := gas()
            // Equal readings mean that the test itself paused the metering: it stays so.
            metered := iszero(eq(gasLimit, gas()))
        }
        if (msg.data.length >= 64 && bytes32(msg.data) == ASK) _ask();
        assembly ("memory-safe") {
            // No operation below may cost more than what is left. One that does would end this frame, and leave the
            // metering paused for the rest of the test.
            let words := shr(5, calldatasize())
            if gt(add(add(BASE_GAS, mul(WORD_GAS, words)), shr(8, mul(words, words))), gasLimit) { invalid() }
        }
        if (metered) _callVm(IForgeVm.pauseGasMetering.selector);
        (Ending ending, bytes memory data, uint256 rest) = _outcome(gasLimit);
        if (!metered) rest = UNMETERED;
        if (metered) _callVm(IForgeVm.resumeGasMetering.selector);
        if (ending == Ending.Return) _endInReturn(data, rest);
        if (ending == Ending.Revert) _endInRevert(data, rest);
        assembly ("memory-safe") {
            invalid()
        }
    }

    /// @dev Asks the devnet, in a frame of its own: what becomes of it, the frame that paused the metering lives to resume
    /// it. Answers `abi.encode(success, gasUsed, data)`.
    function _ask() private view {
        uint256 gasLimit = uint256(bytes32(msg.data[32:]));
        (bool success, uint64 gasUsed, bytes memory data) = DevnetRpc.runPrecompile(msg.data[64:], gasLimit);
        _endInReturn(abi.encode(success, gasUsed, data), UNMETERED);
    }

    /// @return ending How the call ends.
    /// @return data Return or revert data.
    /// @return rest What to leave of the gas, for the end of this frame and for the caller.
    function _outcome(uint256 gasAtStart) private view returns (Ending ending, bytes memory data, uint256 rest) {
        ForgeSettings memory settings = _settings();
        uint256 gasLimit = gasAtStart + settings.entryGas;
        if (settings.mode == ForgeMode.ReportGas) return (Ending.Return, abi.encode(gasLimit), UNMETERED);
        bool success = settings.mode == ForgeMode.SpendAndReturn;
        uint256 gasUsed = FORGE_SAMPLE_GAS;
        if (settings.mode == ForgeMode.Answer) {
            bool answered;
            (answered, data) = _callSelf(bytes.concat(ASK, bytes32(gasLimit), msg.data));
            if (!answered) return (data.length == 0 ? Ending.ConsumeAll : Ending.Revert, data, UNMETERED);
            (success, gasUsed, data) = _decode(data);
            if (!success && data.length == 0) return (Ending.ConsumeAll, data, 0);
        }
        rest = gasLimit - gasUsed + (success ? settings.returnGas : settings.revertGas);
        ending = success ? Ending.Return : Ending.Revert;
    }

    /// @dev Without the gas to copy the answer, it counts as none.
    function _callSelf(bytes memory question) private view returns (bool answered, bytes memory answer) {
        address target = address(Inference.PRECOMPILE);
        assembly ("memory-safe") {
            answered := staticcall(gas(), target, add(question, 0x20), mload(question), 0, 0)
            answer := mload(0x40)
            let words := shr(5, add(add(answer, returndatasize()), 0x5f))
            switch gt(gas(), add(mul(6, words), shr(9, mul(words, words))))
            case 0 {
                answered := 0
                answer := 0x60
            }
            default {
                mstore(0x40, shl(5, words))
                mstore(answer, returndatasize())
                returndatacopy(add(answer, 0x20), 0, returndatasize())
            }
        }
    }

    /// @dev Reads `abi.encode(success, gasUsed, data)` in place.
    function _decode(bytes memory answer) private pure returns (bool success, uint256 gasUsed, bytes memory data) {
        assembly ("memory-safe") {
            success := mload(add(answer, 0x20))
            gasUsed := mload(add(answer, 0x40))
            data := add(answer, 0x80)
        }
    }

    function _settings() private pure returns (ForgeSettings memory settings) {
        assembly ("memory-safe") {
            codecopy(settings, sub(codesize(), 0x80), 0x80)
        }
    }

    /// @dev A bare call, so that as little as possible is metered.
    function _callVm(bytes4 selector) private {
        IForgeVm forgeVm = FORGE_VM;
        assembly ("memory-safe") {
            mstore(0, selector)
            pop(call(gas(), forgeVm, 0, 0, 4, 0, 0))
        }
    }

    /// @dev BLAKE2F (EIP-152) fails on empty input and consumes what it was given, so one call spends any amount exactly.
    /// At most 63/64 can be given at a time, hence the loop. The margin is more than passes between two readings of gas.
    /// The call itself costs 100: where there is less to spend, the second loop does, in steps of some 30.
    function _endInReturn(bytes memory data, uint256 rest) private view {
        assembly ("memory-safe") {
            for {} sgt(sub(gas(), rest), 64) {} { pop(staticcall(sub(gas(), rest), 9, 0, 0, 0, 0)) }
            for {} sgt(sub(gas(), rest), sub(0, 100)) {} {}
            return(add(data, 0x20), mload(data))
        }
    }

    function _endInRevert(bytes memory data, uint256 rest) private view {
        assembly ("memory-safe") {
            for {} sgt(sub(gas(), rest), 64) {} { pop(staticcall(sub(gas(), rest), 9, 0, 0, 0, 0)) }
            for {} sgt(sub(gas(), rest), sub(0, 100)) {} {}
            revert(add(data, 0x20), mload(data))
        }
    }
}
