// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @title IVolatilityFee
/// @notice A swap fee that follows the volatility which a network predicts from the last eight daily returns.
interface IVolatilityFee {
    /// @notice Emitted when a closing price was taken in.
    /// @param price The price, in whatever unit the keeper keeps to.
    /// @param dailyReturn `price / previous − 1`, WAD; 0 for the first price.
    event PricePushed(uint128 price, int256 dailyReturn);

    /// @notice Thrown when someone other than the keeper pushes a price.
    error NotKeeper(address caller, address keeper);

    /// @notice Thrown when a price is zero.
    error ZeroPrice();

    /// @notice Thrown when a price is more than double the last one: more likely a wrong unit than a day's return.
    /// @param dailyReturn The return that it would make, WAD.
    /// @param maxReturn The largest taken, WAD.
    error ReturnTooLarge(int256 dailyReturn, int256 maxReturn);

    /// @notice Thrown when there are too few returns to predict from. Push more prices.
    error TooFewReturns(uint256 have, uint256 need);

    /// @notice Thrown when the model predicts no positive volatility: it is another kind of model.
    error InvalidVolatility(int256 volatility);

    /// @notice Takes in the closing price of a day. Only the keeper may.
    function pushPrice(uint128 price) external;

    /// @notice Runs the model on the last eight returns.
    /// @return volatility Standard deviation of a day's return over the next five trading days, WAD (1e16 is 1 %).
    function predictedVolatility() external view returns (int256 volatility);

    /// @notice The fee at this moment, from a fresh prediction.
    /// @return volatility The prediction, WAD.
    /// @return feePips Hundredths of a basis point: 3000 is 0.30 %.
    function quoteFee() external view returns (int256 volatility, uint24 feePips);
}
