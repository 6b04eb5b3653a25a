// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @title PriceHistory
/// @notice The last 61 closing prices, four to a word, and what the trees want to know of them.
library PriceHistory {
    uint256 private constant KEPT = 61;
    uint256 private constant LAST_RETURNS = 8;
    int256 private constant WAD = 1e18;

    struct Closes {
        uint64[KEPT] prices;
        uint256 count;
    }

    /// @notice Thrown while there are too few closes for the longest mean.
    error TooFewCloses(uint256 have, uint256 need);
    error ZeroPrice();

    /// @notice Takes in a closing price; the oldest makes room.
    function push(Closes storage self, uint64 price) internal {
        if (price == 0) revert ZeroPrice();
        self.prices[self.count++ % KEPT] = price;
    }

    /// @notice The newest closing price.
    function last(Closes storage self) internal view returns (uint256) {
        if (self.count == 0) revert TooFewCloses(0, 1);
        return self.prices[(self.count - 1) % KEPT];
    }

    /// @notice What the trees are given, fractions in WAD: the last eight daily returns, oldest first; the mean size of
    /// the last 5, 10, 20 and 60 returns; the fall from the highest of the 61 closes.
    function features(Closes storage self) internal view returns (int256[] memory x) {
        int256[] memory closes = _oldestFirst(self);
        x = new int256[](LAST_RETURNS + 5);
        int256 sizes;
        int256 top = closes[KEPT - 1];
        // From the newest return back, so that each mean is the sum so far.
        for (uint256 back = 1; back < KEPT; ++back) {
            int256 before = closes[KEPT - 1 - back];
            int256 change = closes[KEPT - back] * WAD / before - WAD;
            if (back <= LAST_RETURNS) x[LAST_RETURNS - back] = change;
            if (before > top) top = before;
            sizes += change < 0 ? -change : change;
            if (back == 5) x[LAST_RETURNS] = sizes / 5;
            if (back == 10) x[LAST_RETURNS + 1] = sizes / 10;
            if (back == 20) x[LAST_RETURNS + 2] = sizes / 20;
        }
        x[LAST_RETURNS + 3] = sizes / 60;
        x[LAST_RETURNS + 4] = WAD - closes[KEPT - 1] * WAD / top;
    }

    function _oldestFirst(Closes storage self) private view returns (int256[] memory closes) {
        uint256 count = self.count;
        if (count < KEPT) revert TooFewCloses(count, KEPT);
        uint64[KEPT] memory prices = self.prices;
        closes = new int256[](KEPT);
        for (uint256 i; i < KEPT; ++i) {
            closes[i] = int256(uint256(prices[(count + i) % KEPT]));
        }
    }
}
