// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Inference} from "@lockstep/sdk/contracts/Inference.sol";
import {TensorLib} from "@lockstep/sdk/contracts/TensorLib.sol";
import {ModelId} from "@lockstep/sdk/contracts/types/ModelId.sol";

/// @title ExactModels
/// @notice Asks exact models inside a transaction. Nothing here differs from a contract that asks float ones.
contract ExactModels {
    using TensorLib for int256[];

    int256 private constant WAD = 1e18;
    int256 private constant WHITE = 255;
    uint256 private constant PIXELS = 28 * 28;

    ModelId public immutable DIGITS;
    ModelId public immutable TREES;
    ModelId public immutable VOLATILITY;

    /// @notice Emitted when a picture of a digit was read.
    event DigitRead(uint256 digit);
    /// @notice Emitted when the next day's return was sized.
    /// @param trees By boosted trees, as a fraction, 18 decimals.
    event ReturnSized(int256 trees);
    /// @notice Emitted when a volatility was predicted.
    /// @param daily As a fraction, 18 decimals.
    event VolatilityPredicted(int256 daily);

    /// @notice Thrown when a picture is not 28 × 28 pixels.
    error WrongPicture(uint256 pixels);

    constructor(ModelId digits, ModelId trees, ModelId volatility) {
        DIGITS = digits;
        TREES = trees;
        VOLATILITY = volatility;
    }

    /// @notice Reads a handwritten digit.
    /// @param picture Grey levels row by row, a byte each: 0 for paper, 255 for ink.
    function readDigit(bytes calldata picture) external returns (uint256 digit) {
        if (picture.length != PIXELS) revert WrongPicture(picture.length);
        int256[] memory x = new int256[](PIXELS);
        for (uint256 i; i < PIXELS; ++i) {
            x[i] = int256(uint256(uint8(picture[i]))) * WAD / WHITE;
        }
        digit = Inference.infer(DIGITS, x).argmax();
        emit DigitRead(digit);
    }

    /// @notice Says how large the next day's return will be.
    /// @param features Thirteen fractions, 18 decimals.
    function sizeReturn(int256[] calldata features) external returns (int256 size) {
        size = Inference.inferScalar(TREES, features);
        emit ReturnSized(size);
    }

    /// @notice Predicts the volatility of the coming days.
    /// @param returns_ Eight daily returns, oldest first, 18 decimals.
    function predictVolatility(int256[] calldata returns_) external returns (int256 daily) {
        daily = Inference.inferScalar(VOLATILITY, returns_);
        emit VolatilityPredicted(daily);
    }
}
