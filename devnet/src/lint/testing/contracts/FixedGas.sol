// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Inference} from "@lockstep/sdk/contracts/Inference.sol";
import {ModelId} from "@lockstep/sdk/contracts/types/ModelId.sol";

interface IPricer {
    function price(int256[] calldata x) external view returns (int256);

    function decimals() external view returns (uint8);
}

contract Pricer is IPricer {
    ModelId public immutable MODEL;

    constructor(ModelId model) {
        MODEL = model;
    }

    function price(int256[] calldata x) external view returns (int256) {
        return Inference.inferScalar(MODEL, x);
    }

    function decimals() external pure returns (uint8) {
        return 18;
    }
}

/// A line that a rule finds ends with a comment that names the rule.
contract FixedGas {
    uint256 private constant BUDGET = 500_000;
    address private constant MODELS = 0x00000000000000000000000000000000000000A1;

    IPricer public immutable PRICER;

    constructor(IPricer pricer) {
        PRICER = pricer;
    }

    function precompile(ModelId model, int256[] calldata x) external view returns (int256[] memory) {
        return Inference.PRECOMPILE.infer{gas: BUDGET * 2}(model, x); // finds fixed-gas
    }

    function byAddress(bytes calldata data) external view returns (bytes memory y) {
        (, y) = MODELS.staticcall{gas: 1_000_000}(data); // finds fixed-gas
    }

    function throughInterface(int256[] calldata x) external view returns (int256) {
        return PRICER.price{gas: 250_000}(x); // finds fixed-gas
    }

    function ignored(int256[] calldata x) external view returns (int256) {
        // lockstep-lint-disable-next-line fixed-gas, absurd-guard
        return PRICER.price{gas: 250_000}(x);
    }

    function quoted(ModelId model, int256[] calldata x) external view returns (int256[] memory) {
        uint32[][] memory shapes = new uint32[][](1);
        return Inference.PRECOMPILE.infer{gas: Inference.quote(model, shapes)}(model, x);
    }

    function asksNoModel() external view returns (uint8) {
        return PRICER.decimals{gas: 30_000}();
    }
}
