// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IInference} from "../../../../sdk/contracts/interfaces/IInference.sol";
import {ModelId} from "../../../../sdk/contracts/types/ModelId.sol";

/// Calls models in every way that a contract can.
contract InferenceProbe {
    IInference private constant INFERENCE = IInference(0x00000000000000000000000000000000000000A1);

    int256[] public last;
    uint256 public runs;

    error GivenUp();

    function infer(ModelId model, int256[] calldata x) external returns (int256[] memory y) {
        y = INFERENCE.infer(model, x);
        last = y;
        runs++;
    }

    function look(ModelId model, int256[] calldata x) external view returns (int256[] memory) {
        return INFERENCE.infer(model, x);
    }

    function delegated(ModelId model, int256[] calldata x) external returns (int256[] memory y) {
        (bool ok, bytes memory data) = address(INFERENCE).delegatecall(abi.encodeCall(IInference.infer, (model, x)));
        require(ok, "delegatecall failed");
        return abi.decode(data, (int256[]));
    }

    function nested(ModelId model, int256[] calldata x, uint256 depth) external returns (int256[] memory) {
        return depth == 0 ? this.infer(model, x) : this.nested(model, x, depth - 1);
    }

    function inferAndRevert(ModelId model, int256[] calldata x) external {
        this.infer(model, x);
        revert GivenUp();
    }

    /// Runs the model in a frame that reverts, and goes on.
    function caught(ModelId model, int256[] calldata x) external returns (bool reverted) {
        try this.inferAndRevert(model, x) {}
        catch {
            reverted = true;
        }
        runs += 100;
    }

    /// Goes on whatever the precompile answers, with what gas is left.
    function swallow(ModelId model, int256[] calldata x) external returns (bool ok) {
        (ok,) = address(INFERENCE).call(abi.encodeCall(IInference.infer, (model, x)));
        runs += 1000;
    }

    function twice(ModelId model, int256[] calldata x) external returns (int256[] memory) {
        return INFERENCE.infer(model, INFERENCE.infer(model, x));
    }

    function size() external view returns (uint256) {
        return address(INFERENCE).code.length;
    }
}
