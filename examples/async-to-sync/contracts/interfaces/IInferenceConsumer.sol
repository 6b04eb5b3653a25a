// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @title IInferenceConsumer
/// @notice What a contract offers to an oracle that answers later.
interface IInferenceConsumer {
    /// @notice Called with the answer to a request.
    /// @param y The model's output, WAD.
    function onInference(uint256 request, int256[] calldata y) external;
}
