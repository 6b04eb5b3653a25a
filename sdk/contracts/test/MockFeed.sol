// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IFeed} from "../freshness/IFeed.sol";
import {Observation} from "../freshness/Observation.sol";

/// @title MockFeed
/// @notice A feed for tests that stands where a real one will: a test sets its price, moves it, and lets it grow old.
/// @dev It remembers every round, as Chainlink's do, so that forged observations are found out.
contract MockFeed is IFeed {
    /// @notice Decimals of the price.
    uint8 public immutable DECIMALS;

    /// @notice The most seconds that a price counts.
    uint256 public immutable HEARTBEAT_SECONDS;

    uint80 private _latest;
    mapping(uint80 roundId => Observation) private _rounds;

    /// @param decimals Decimals of the price, 0 to 18.
    /// @param heartbeatSeconds The most seconds that a price counts.
    /// @param price The first price.
    constructor(uint8 decimals, uint256 heartbeatSeconds, int256 price) {
        if (decimals > 18) revert UnsupportedDecimals(address(this), int256(uint256(decimals)));
        DECIMALS = decimals;
        HEARTBEAT_SECONDS = heartbeatSeconds;
        set(price);
    }

    /// @notice Answers another price from now on.
    function set(int256 price) public {
        _latest++;
        _rounds[_latest] = Observation(price, DECIMALS, _latest, uint64(block.timestamp), 0);
    }

    /// @notice Moves the price by so many hundredths of a percent of itself, up or down.
    function move(int256 bps) external {
        int256 price = _rounds[_latest].value;
        set(price + price * bps / 10_000);
    }

    /// @inheritdoc IFeed
    function read() external view returns (Observation memory price) {
        price = _rounds[_latest];
        if (price.value <= 0) revert InvalidPrice(address(this), price.value);
        if (price.time > block.timestamp) revert FuturePrice(address(this), price.time, block.timestamp);
        if (block.timestamp - price.time > HEARTBEAT_SECONDS) {
            revert StalePrice(address(this), price.time, HEARTBEAT_SECONDS);
        }
        price.blockNumber = uint64(block.number);
    }

    /// @inheritdoc IFeed
    function confirm(Observation calldata observation) external view returns (bool known, bool matches) {
        Observation memory round = _rounds[observation.roundId];
        matches = round.roundId != 0 && round.value == observation.value && round.time == observation.time
            && round.decimals == observation.decimals;
        return (true, matches);
    }
}
