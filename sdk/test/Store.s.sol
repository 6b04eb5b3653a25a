// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Inference} from "../contracts/Inference.sol";
import {InferenceScript} from "../contracts/test/InferenceScript.sol";
import {AFFINE} from "./Models.sol";

interface ScriptVm {
    function startBroadcast() external;
    function stopBroadcast() external;
}

/// @dev Keeps what the model said.
contract AnswerStore {
    int256 public answer;

    function store(int256[] calldata x) external {
        answer = Inference.infer(AFFINE, x)[0];
    }
}

contract StoreScript is InferenceScript {
    ScriptVm private constant vm = ScriptVm(address(uint160(uint256(keccak256("hevm cheat code")))));

    function run() external returns (int256) {
        vm.startBroadcast();
        AnswerStore kept = new AnswerStore();
        kept.store(new int256[](4));
        vm.stopBroadcast();
        return kept.answer();
    }
}
