// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {ModelId} from "@lockstep/sdk/contracts/types/ModelId.sol";

/// @title IInferenceOracle
/// @notice A network that answers in a transaction of its own.
interface IInferenceOracle {
    /// @notice Emitted for whoever runs models off chain.
    event Requested(uint256 indexed request, address indexed consumer, ModelId model, int256[] x);
    /// @notice Emitted when an answer was handed over.
    /// @param accepted False when the consumer reverted; the answer is not offered again.
    event Answered(uint256 indexed request, bool accepted);

    error FeeTooLow(uint256 paid, uint256 fee);
    error NotOperator(address caller);
    error UnknownRequest(uint256 request);

    /// @notice Asks for a run of a model; the value sent pays for the answer's transaction.
    function request(ModelId model, int256[] calldata x) external payable returns (uint256 id);

    /// @notice Hands an answer to whoever asked.
    function answer(uint256 id, int256[] calldata y) external;
}
