// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IFeed} from "./IFeed.sol";
import {Observation} from "./Observation.sol";
import {SourceCall} from "./SourceCall.sol";
import {IPythPrice} from "./vendor/IPythPrice.sol";

/// @title PythFeed
/// @notice A Pyth price that somebody updated on this chain.
/// @dev As `getPriceNoOlderThan` it compares the distance in time, so that a chain whose clock lags is served too; here a
/// price from the future has an error of its own. Pyth keeps no history: `confirm` can only tell of the latest price.
contract PythFeed is IFeed {
    /// @notice Pyth's contract on this chain.
    address public immutable PYTH;

    /// @notice Which price.
    bytes32 public immutable ID;

    /// @notice The most seconds between the price's time and the block's, either way.
    uint256 public immutable MAX_AGE_SECONDS;

    /// @notice The widest confidence interval to accept, one side, in hundredths of a percent of the price.
    uint256 public immutable MAX_CONFIDENCE_BPS;

    uint256 private constant PRICE_WORDS = 4;
    uint256 private constant BPS = 10_000;

    /// @param pyth Pyth's contract on this chain.
    /// @param id Which price.
    /// @param maxAgeSeconds The most seconds between the price's time and the block's.
    /// @param maxConfidenceBps The widest confidence interval, one side, in hundredths of a percent of the price.
    constructor(address pyth, bytes32 id, uint256 maxAgeSeconds, uint256 maxConfidenceBps) {
        PYTH = pyth;
        ID = id;
        MAX_AGE_SECONDS = maxAgeSeconds;
        MAX_CONFIDENCE_BPS = maxConfidenceBps;
    }

    /// @inheritdoc IFeed
    function read() external view returns (Observation memory price) {
        (int256 value, uint256 confidence, int256 exponent, uint256 publishTime) = _latest();
        if (value <= 0) revert InvalidPrice(PYTH, value);
        if (publishTime > block.timestamp) {
            if (publishTime - block.timestamp > MAX_AGE_SECONDS) {
                revert FuturePrice(PYTH, publishTime, block.timestamp);
            }
        } else if (block.timestamp - publishTime > MAX_AGE_SECONDS) {
            revert StalePrice(PYTH, publishTime, MAX_AGE_SECONDS);
        }
        // Both sides are below 2^64 · 2^14 unless the bound is absurd; a bound that overflows admits everything.
        if (MAX_CONFIDENCE_BPS < 1 << 190 && confidence * BPS > uint256(value) * MAX_CONFIDENCE_BPS) {
            revert PriceUncertain(PYTH, value, confidence, MAX_CONFIDENCE_BPS);
        }
        return _observation(value, exponent, publishTime);
    }

    /// @inheritdoc IFeed
    function confirm(Observation calldata observation) external view returns (bool known, bool matches) {
        (int256 value,, int256 exponent, uint256 publishTime) = _latest();
        if (observation.time != publishTime) return (false, false);
        Observation memory latest = _observation(value, exponent, publishTime);
        return (true, latest.value == observation.value && latest.decimals == observation.decimals);
    }

    function _latest()
        private
        view
        returns (int256 value, uint256 confidence, int256 exponent, uint256 publishTime)
    {
        bytes memory answer = SourceCall.read(PYTH, abi.encodeCall(IPythPrice.getPriceUnsafe, (ID)), PRICE_WORDS);
        value = int64(uint64(SourceCall.word(answer, 0)));
        confidence = uint64(SourceCall.word(answer, 1));
        exponent = int32(uint32(SourceCall.word(answer, 2)));
        publishTime = SourceCall.word(answer, 3);
        if (publishTime > type(uint64).max) revert SourceFailed(PYTH);
    }

    /// @dev A positive exponent is multiplied out: up to 10^18 it fits.
    function _observation(int256 value, int256 exponent, uint256 publishTime)
        private
        view
        returns (Observation memory)
    {
        if (exponent > 18 || exponent < -18) revert UnsupportedDecimals(PYTH, -exponent);
        uint8 decimals;
        if (exponent > 0) value *= int256(10 ** uint256(exponent));
        else decimals = uint8(uint256(-exponent));
        return Observation(value, decimals, 0, uint64(publishTime), uint64(block.number));
    }
}
