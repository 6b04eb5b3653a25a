// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {DevnetRpc} from "./DevnetRpc.sol";
import {FORGE_VM, IForgeVm} from "./IForgeVm.sol";

/// @dev What a call spends in the two modes that measure an exit.
uint256 constant FORGE_SAMPLE_GAS = 50_000;

/// @title ForgePrecompile
/// @notice Stands at the precompile's address in Foundry's EVM: asks a devnet for the answer, and spends the gas that the
/// devnet charges for it.
/// @dev Its own work is not metered. The entry, two calls to the cheatcodes and the exit are; how much they take depends
/// on the compiler's settings, so `ForgeInference` measures them and writes them to storage. A call whose price is below
/// them costs too much by the difference. A caller that forwards less than 1/63 more than the price gets back up to
/// `returnGas` too much.
contract ForgePrecompile {
    /// @notice What a call does: everything but `Answer` serves the measurement.
    enum Mode {
        Answer,
        ReportGas,
        SpendAndReturn,
        SpendAndRevert
    }

    /// @dev The layout is part of `ForgeInference`, which writes it from outside.
    Mode internal _mode;
    /// @dev Gas from the start of a call to the first reading of it.
    uint256 internal _entryGas;
    /// @dev Gas from the last reading to the end of a call that returns.
    uint256 internal _returnGas;
    /// @dev Gas from the last reading to the end of a call that reverts.
    uint256 internal _revertGas;

    fallback() external payable {
        uint256 gasAtStart;
        bool metered;
        assembly ("memory-safe") {
            gasAtStart := gas()
            // Equal readings mean that the test itself paused the metering: it stays so.
            metered := iszero(eq(gasAtStart, gas()))
        }
        if (metered) _callVm(IForgeVm.pauseGasMetering.selector);
        uint256 gasLimit = gasAtStart + _entryGas;
        (bool success, uint256 gasUsed, bytes memory data) = _outcome(gasLimit);
        bool outOfGas = !success && data.length == 0 && _mode == Mode.Answer;
        uint256 rest = gasLimit - gasUsed + (success ? _returnGas : _revertGas);
        if (metered) _callVm(IForgeVm.resumeGasMetering.selector);
        if (outOfGas) _consumeAll();
        if (success) _endInReturn(data, metered ? rest : type(uint256).max);
        _endInRevert(data, metered ? rest : type(uint256).max);
    }

    function _outcome(uint256 gasLimit) private view returns (bool success, uint256 gasUsed, bytes memory data) {
        if (_mode == Mode.Answer) return DevnetRpc.runPrecompile(msg.data, gasLimit);
        if (_mode == Mode.ReportGas) return (true, 0, abi.encode(gasLimit));
        return (_mode == Mode.SpendAndReturn, FORGE_SAMPLE_GAS, data);
    }

    /// @dev A bare call: what it costs is charged to the test, as metering is on before or after it.
    function _callVm(bytes4 selector) private {
        IForgeVm vm = FORGE_VM;
        assembly ("memory-safe") {
            mstore(0, selector)
            pop(call(gas(), vm, 0, 0, 4, 0, 0))
        }
    }

    function _consumeAll() private pure {
        assembly ("memory-safe") {
            invalid()
        }
    }

    /// @dev BLAKE2F (EIP-152) fails on empty input and consumes what it was given, so one call spends any amount exactly.
    /// At most 63/64 can be given at a time, hence the loop.
    function _endInReturn(bytes memory data, uint256 rest) private view {
        assembly ("memory-safe") {
            for {} gt(gas(), rest) {} { pop(staticcall(sub(gas(), rest), 9, 0, 0, 0, 0)) }
            return(add(data, 0x20), mload(data))
        }
    }

    function _endInRevert(bytes memory data, uint256 rest) private view {
        assembly ("memory-safe") {
            for {} gt(gas(), rest) {} { pop(staticcall(sub(gas(), rest), 9, 0, 0, 0, 0)) }
            revert(add(data, 0x20), mload(data))
        }
    }
}
