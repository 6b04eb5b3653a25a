// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {FORGE_VM} from "./IForgeVm.sol";

/// @title Recording
/// @notice Answers of a devnet in files, so that a test passes where no devnet runs.
/// @dev One file an answer, named by the hash of its question: tests that run side by side do not write to one file, and
/// a question that was never asked has none. Foundry asks for `fs_permissions` on the folder.
library Recording {
    /// @dev Names the environment variables too.
    string private constant RECORD = "LOCKSTEP_RECORD";
    string private constant REPLAY = "LOCKSTEP_REPLAY";

    /// @notice Whether answers come from files alone.
    function isReplaying() internal view returns (bool) {
        return bytes(_folder(REPLAY)).length != 0;
    }

    /// @notice Whether answers are kept.
    function isRecording() internal view returns (bool) {
        return bytes(_folder(RECORD)).length != 0;
    }

    /// @notice Keeps an answer.
    function write(bytes memory question, bytes memory answer) internal view {
        string memory folder = _folder(RECORD);
        if (!FORGE_VM.exists(folder)) FORGE_VM.createDir(folder, true);
        FORGE_VM.writeFile(
            _file(folder, question),
            string.concat(
                '{\n  "question": "',
                FORGE_VM.toString(question),
                '",\n  "answer": "',
                FORGE_VM.toString(answer),
                '"\n}\n'
            )
        );
    }

    /// @notice Reads an answer. Reverts where the question was not asked when the answers were recorded.
    function read(bytes memory question) internal view returns (bytes memory answer) {
        string memory folder = _folder(REPLAY);
        string memory file = _file(folder, question);
        if (!FORGE_VM.exists(file)) {
            revert(
                string.concat(
                    "Lockstep: ",
                    folder,
                    " holds no answer to this question: a model or an input has changed. Start a devnet, and record anew with ",
                    RECORD,
                    "=",
                    folder,
                    " forge test. The question is ",
                    FORGE_VM.toString(question)
                )
            );
        }
        return FORGE_VM.parseJsonBytes(FORGE_VM.readFile(file), ".answer");
    }

    function _folder(string memory variable) private view returns (string memory) {
        return FORGE_VM.envOr(variable, "");
    }

    function _file(string memory folder, bytes memory question) private pure returns (string memory) {
        return string.concat(folder, "/", FORGE_VM.toString(keccak256(question)), ".json");
    }
}
