// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Inference} from "@lockstep/sdk/contracts/Inference.sol";
import {IInference} from "@lockstep/sdk/contracts/interfaces/IInference.sol";
import {ModelId} from "@lockstep/sdk/contracts/types/ModelId.sol";

/// A line that a rule finds ends with a comment that names the rule.
contract BlockContext {
    ModelId public immutable MODEL;
    int256[8] private _closes;
    uint256 private _last;

    constructor(ModelId model) {
        MODEL = model;
    }

    function direct() external view returns (int256) {
        int256[] memory x = new int256[](2);
        x[0] = int256(block.timestamp / 1 days); // finds block-context
        return Inference.inferScalar(MODEL, x);
    }

    function throughHash(uint256 nonce) external view returns (int256) {
        bytes32 seed = keccak256(abi.encode(
            block.prevrandao, // finds block-context
            nonce
        ));
        return Inference.inferScalar(MODEL, _spread(seed));
    }

    function throughLoop() external view returns (int256 y) {
        int256[] memory x = new int256[](1);
        int256 carried;
        for (uint256 i; i < 2; ++i) {
            x[0] += carried;
            carried = int256(uint256(uint160(address(block.coinbase)))); // finds block-context
            y = Inference.inferScalar(MODEL, x);
        }
    }

    function throughStruct() external view {
        IInference.Tensor[] memory inputs = new IInference.Tensor[](1);
        inputs[0].data = abi.encodePacked(gasleft()); // finds block-context
        Inference.inferTensors(MODEL, inputs);
    }

    function throughReturn() external view returns (int256) {
        return Inference.inferScalar(MODEL, _spread(_entropy()));
    }

    function throughTry() external view returns (bool success) {
        int256[] memory x = new int256[](1);
        x[0] = int256(uint256(blockhash(_last))); // finds block-context
        (success,,) = Inference.tryInfer(MODEL, x);
    }

    function meant() external view returns (int256) {
        // lockstep-lint-disable-next-line -- all rules
        return Inference.inferScalar(MODEL, _spread(bytes32(block.number)));
    }

    /// What only chooses among stored values, or is compared, is not given to the model.
    function chosen() external view returns (int256) {
        int256[] memory x = new int256[](1);
        x[0] = _closes[block.timestamp / 1 days % 8];
        if (block.number > _last) x[0] = 1;
        return Inference.inferScalar(MODEL, x);
    }

    /// What becomes of the answer is another matter.
    function answered() external returns (int256 y) {
        int256[] memory x = new int256[](1);
        y = Inference.inferScalar(MODEL, x) * int256(block.timestamp);
        _last = block.number;
    }

    function chainOf() external view returns (int256) {
        int256[] memory x = new int256[](1);
        x[0] = int256(block.chainid);
        return Inference.inferScalar(MODEL, x);
    }

    function _entropy() private view returns (bytes32) {
        return bytes32(block.difficulty); // finds block-context
    }

    function _spread(bytes32 seed) private pure returns (int256[] memory x) {
        x = new int256[](32);
        for (uint256 i; i < 32; ++i) {
            x[i] = int256(uint256(uint8(seed[i])));
        }
    }
}
