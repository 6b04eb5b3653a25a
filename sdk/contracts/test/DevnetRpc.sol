// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {FORGE_VM} from "./IForgeVm.sol";
import {Recording} from "./Recording.sol";

/// @title DevnetRpc
/// @notice Asks the devnet that a Foundry test runs against, or the answers that were recorded of one.
library DevnetRpc {
    /// @dev More than any model may cost, so that what is recorded holds for a call with any gas.
    uint256 private constant RECORDED_GAS = 1 << 40;

    /// @notice URL of the devnet: the environment variable LOCKSTEP_RPC_URL, or the devnet's default.
    function url() internal view returns (string memory) {
        return FORGE_VM.envOr("LOCKSTEP_RPC_URL", "http://127.0.0.1:8545");
    }

    /// @notice Sends one request.
    /// @return result The bytes of the hex string that the node answered.
    function request(string memory method, string memory params) internal view returns (bytes memory result) {
        try FORGE_VM.rpc(url(), method, params) returns (bytes memory answer) {
            return answer;
        } catch (bytes memory reason) {
            revert(
                string.concat(
                    "Lockstep: no answer from a devnet at ",
                    url(),
                    ". Start one with `npx lockstep`, or set LOCKSTEP_RPC_URL. ",
                    _message(reason)
                )
            );
        }
    }

    /// @notice Runs the precompile on the devnet, against its latest block.
    /// @return success False for a revert and for out of gas, which has no data.
    /// @return gasUsed What it charges.
    /// @return data Return or revert data.
    function runPrecompile(bytes memory input, uint256 gasLimit)
        internal
        view
        returns (bool success, uint64 gasUsed, bytes memory data)
    {
        bool isReplaying = Recording.isReplaying();
        if (!isReplaying && !Recording.isRecording()) {
            return abi.decode(_runPrecompile(input, gasLimit), (bool, uint64, bytes));
        }
        bytes memory answer;
        if (isReplaying) {
            answer = Recording.read(input);
        } else {
            answer = _runPrecompile(input, RECORDED_GAS);
            Recording.write(input, answer);
        }
        (success, gasUsed, data) = abi.decode(answer, (bool, uint64, bytes));
        if (gasUsed > gasLimit) return (false, uint64(gasLimit), "");
    }

    function _runPrecompile(bytes memory input, uint256 gasLimit) private view returns (bytes memory answer) {
        string memory params = string.concat('["', FORGE_VM.toString(input), '","', _quantity(gasLimit), '"]');
        return request("lockstep_runPrecompile", params);
    }

    /// @notice Calls a contract on the devnet, against its latest block. The call leaves no trace there.
    /// @return success Whether the contract returned.
    /// @return data Return or revert data.
    function call(address target, bytes memory input) internal view returns (bool success, bytes memory data) {
        bytes memory question = abi.encodePacked(target, input);
        if (Recording.isReplaying()) return abi.decode(Recording.read(question), (bool, bytes));
        bytes memory probe = abi.encodePacked(type(CallProbe).creationCode, abi.encode(target, input));
        string memory params = string.concat('[{"data":"', FORGE_VM.toString(probe), '"},"latest"]');
        bytes memory answer = request("eth_call", params);
        if (Recording.isRecording()) Recording.write(question, answer);
        return abi.decode(answer, (bool, bytes));
    }

    /// @dev The text of a cheatcode's error, which is encoded as `CheatcodeError(string)`.
    function _message(bytes memory reason) private pure returns (string memory) {
        if (reason.length < 68) return "";
        bytes memory body = new bytes(reason.length - 4);
        for (uint256 i; i < body.length; ++i) {
            body[i] = reason[i + 4];
        }
        return string.concat("(", abi.decode(body, (string)), ")");
    }

    /// @dev A JSON-RPC quantity: hex without leading zeros.
    function _quantity(uint256 value) private pure returns (string memory) {
        bytes16 digits = "0123456789abcdef";
        uint256 count = 1;
        while (count < 64 && value >> (4 * count) != 0) ++count;
        bytes memory text = new bytes(count);
        for (uint256 i = count; i != 0; --i) {
            text[i - 1] = digits[value & 0xf];
            value >>= 4;
        }
        return string.concat("0x", string(text));
    }
}

/// @title CallProbe
/// @notice Creation code that makes one call and answers with its outcome in place of code, so that a node tells revert
/// data as data and not inside a message.
contract CallProbe {
    constructor(address target, bytes memory input) {
        (bool success, bytes memory data) = target.staticcall(input);
        bytes memory outcome = abi.encode(success, data);
        assembly ("memory-safe") {
            return(add(outcome, 0x20), mload(outcome))
        }
    }
}
