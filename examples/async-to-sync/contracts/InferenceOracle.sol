// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {ModelId} from "@lockstep/sdk/contracts/types/ModelId.sol";
import {IInferenceConsumer} from "./interfaces/IInferenceConsumer.sol";
import {IInferenceOracle} from "./interfaces/IInferenceOracle.sol";

/// @title InferenceOracle
/// @notice The least that a request-and-callback network has on chain: one operator, a flat fee.
contract InferenceOracle is IInferenceOracle {
    uint256 public constant FEE = 0.001 ether;
    uint256 private constant CALLBACK_GAS = 300_000;

    address public immutable OPERATOR;
    mapping(uint256 id => address consumer) private _consumers;
    uint256 private _count;

    constructor(address operator) {
        OPERATOR = operator;
    }

    /// @inheritdoc IInferenceOracle
    function request(ModelId model, int256[] calldata x) external payable returns (uint256 id) {
        if (msg.value < FEE) revert FeeTooLow(msg.value, FEE);
        id = ++_count;
        _consumers[id] = msg.sender;
        emit Requested(id, msg.sender, model, x);
    }

    /// @inheritdoc IInferenceOracle
    function answer(uint256 id, int256[] calldata y) external {
        if (msg.sender != OPERATOR) revert NotOperator(msg.sender);
        address consumer = _consumers[id];
        if (consumer == address(0)) revert UnknownRequest(id);
        delete _consumers[id];
        bool accepted;
        try IInferenceConsumer(consumer).onInference{gas: CALLBACK_GAS}(id, y) {
            accepted = true;
        } catch {}
        emit Answered(id, accepted);
    }
}
