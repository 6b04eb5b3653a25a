// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IFeed} from "./IFeed.sol";

/// @title SourceCall
/// @notice Asks a source without trusting it to be a contract, to succeed, or to answer in its interface's form.
/// @dev `try` does not catch an answer that is too short to decode, nor an address without code.
library SourceCall {
    /// @notice Reads an answer of at least `words` words.
    /// @return answer The bytes of the answer; empty when it is none.
    function tryRead(address source, bytes memory call, uint256 words) internal view returns (bytes memory answer) {
        (bool success, bytes memory data) = source.staticcall(call);
        if (success && data.length >= words * 32) answer = data;
    }

    /// @notice The same, where the source must answer.
    function read(address source, bytes memory call, uint256 words) internal view returns (bytes memory answer) {
        answer = tryRead(source, call, words);
        if (answer.length == 0) revert IFeed.SourceFailed(source);
    }

    /// @notice The word at an index of an answer. Its type is for the caller to check.
    function word(bytes memory answer, uint256 index) internal pure returns (uint256 value) {
        assembly ("memory-safe") {
            value := mload(add(add(answer, 0x20), shl(5, index)))
        }
    }
}
