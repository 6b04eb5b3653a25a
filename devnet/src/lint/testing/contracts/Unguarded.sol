// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Inference} from "@lockstep/sdk/contracts/Inference.sol";
import {Freshness, Guard} from "@lockstep/sdk/contracts/freshness/Freshness.sol";
import {IFeed} from "@lockstep/sdk/contracts/freshness/IFeed.sol";
import {Observation} from "@lockstep/sdk/contracts/freshness/Observation.sol";
import {IAggregatorV3} from "@lockstep/sdk/contracts/freshness/vendor/IAggregatorV3.sol";
import {ModelId} from "@lockstep/sdk/contracts/types/ModelId.sol";

/// A line that a rule finds ends with a comment that names the rule.
contract Unguarded {
    using Inference for ModelId;

    error Stale();

    ModelId public immutable MODEL;
    IAggregatorV3 public immutable SOURCE;
    IFeed public immutable FEED;

    constructor(ModelId model, IAggregatorV3 source, IFeed feed) {
        (MODEL, SOURCE, FEED) = (model, source, feed);
    }

    modifier fresh(uint256 time) {
        Freshness.requireTime(time, 300);
        _;
    }

    function sourceRead() external view returns (int256) {
        (, int256 answer,,,) = SOURCE.latestRoundData();
        int256[] memory x = new int256[](2);
        x[1] = answer * 1e10;
        return Inference.inferScalar(MODEL, x); // finds unguarded-inference
    }

    function sourceReadIgnored() external view returns (int256) {
        (, int256 answer,,,) = SOURCE.latestRoundData();
        // lockstep-lint-disable-next-line unguarded-inference -- a test network whose prices stand still
        return Inference.inferScalar(MODEL, _one(answer));
    }

    function otherRuleIgnored() external view returns (int256) {
        (, int256 answer,,,) = SOURCE.latestRoundData();
        // lockstep-lint-disable-next-line block-context
        return Inference.inferScalar(MODEL, _one(answer)); // finds unguarded-inference
    }

    function sourceReadChecked() external view returns (int256) {
        (, int256 answer,, uint256 updatedAt,) = SOURCE.latestRoundData();
        Freshness.requireTime(updatedAt, 3600);
        return Inference.inferScalar(MODEL, _one(answer));
    }

    function sourceReadCheckedByHand() external view returns (int256) {
        (, int256 answer,, uint256 updatedAt,) = SOURCE.latestRoundData();
        uint256 age = block.timestamp - updatedAt;
        if (age > 1 hours) revert Stale();
        return Inference.inferScalar(MODEL, _one(answer));
    }

    function sourceReadCheckedTooLate() external view returns (int256 y) {
        (, int256 answer,, uint256 updatedAt,) = SOURCE.latestRoundData();
        y = MODEL.infer(_one(answer))[0]; // finds unguarded-inference
        Freshness.requireTime(updatedAt, 3600);
    }

    function feedRead() external view returns (int256) {
        return Inference.inferScalar(MODEL, _one(Freshness.toWad(FEED.read())));
    }

    function callersPrice(int256 price) external view returns (int256) {
        return _ask(price);
    }

    function callersPriceChecked(int256 price, uint256 time) external view fresh(time) returns (int256) {
        return Inference.inferScalar(MODEL, _one(price));
    }

    function callersPrices(int256[] calldata closingPrices) external view returns (int256[] memory) {
        return Inference.PRECOMPILE.infer(MODEL, closingPrices); // finds unguarded-inference
    }

    function observed(Observation memory seen) external view returns (int256) {
        return Inference.inferScalar({x: _one(Freshness.toWad(seen)), model: MODEL}); // finds unguarded-inference
    }

    function observedGuarded(Observation memory seen, Guard memory guard) external view returns (int256) {
        return Inference.inferFresh(MODEL, _one(Freshness.toWad(seen)), seen, guard)[0];
    }

    function callersFeatures(int256[] calldata features) external view returns (int256) {
        return Inference.inferScalar(MODEL, features); // finds unguarded-calldata
    }

    function _ask(int256 value) private view returns (int256) {
        return Inference.inferScalar(MODEL, _one(value)); // finds unguarded-inference
    }

    function _one(int256 value) private pure returns (int256[] memory x) {
        x = new int256[](1);
        x[0] = value;
    }
}
