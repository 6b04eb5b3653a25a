// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IInference} from "../../../../sdk/contracts/interfaces/IInference.sol";
import {ModelId} from "../../../../sdk/contracts/types/ModelId.sol";

/// Asks a model about what is stored, so that one transaction decides what another one asks.
contract Feedback {
    IInference private constant INFERENCE = IInference(0x00000000000000000000000000000000000000A1);

    int256 public value;

    function set(int256 value_) external {
        value = value_;
    }

    /// Takes the model's answer about the value for the next value, so often.
    function step(ModelId model, uint256 times) external {
        int256[] memory x = new int256[](1);
        for (uint256 i; i < times; i++) {
            x[0] = value;
            value = INFERENCE.infer(model, x)[0];
        }
    }
}
