// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Inference} from "@lockstep/sdk/contracts/Inference.sol";
import {ModelId} from "@lockstep/sdk/contracts/types/ModelId.sol";
import {IVolatilityFee} from "./interfaces/IVolatilityFee.sol";

/// @title VolatilityFee
/// @notice Keeps the last eight daily returns of a price and predicts volatility from them, inline.
/// @dev Nothing is cached: every quote is the model's answer on the returns that stand at that moment.
contract VolatilityFee is IVolatilityFee {
    /// @notice Daily returns that the model takes.
    uint256 public constant WINDOW = 8;
    /// @notice Fee per unit of daily volatility, in pips: at 1 % a day the fee is 0.30 %.
    int256 public constant FEE_PIPS_PER_VOLATILITY = 300_000;
    /// @notice Lowest fee, 0.05 %.
    int256 public constant MIN_FEE_PIPS = 500;
    /// @notice Highest fee, 3 %: what a wrong price or prediction can cost a trader.
    int256 public constant MAX_FEE_PIPS = 30_000;

    int256 private constant WAD = 1e18;
    int256 private constant MAX_RETURN = WAD;

    /// @notice The model, pinned by the hash of its bytes.
    ModelId public immutable MODEL;
    /// @notice The account that pushes closing prices.
    address public immutable KEEPER;

    /// @notice The last closing price.
    uint128 public lastPrice;
    /// @notice Returns taken in so far; the last `WINDOW` of them are kept.
    uint64 public returnCount;
    int64[WINDOW] private _returns;

    /// @param model Takes eight daily returns and gives one volatility.
    /// @param keeper The account that pushes closing prices.
    constructor(ModelId model, address keeper) {
        // A model that is unknown, or takes another length, fails here and not at the first swap.
        uint32[][] memory shapes = new uint32[][](1);
        shapes[0] = new uint32[](1);
        shapes[0][0] = uint32(WINDOW);
        Inference.quote(model, shapes);
        MODEL = model;
        KEEPER = keeper;
    }

    /// @inheritdoc IVolatilityFee
    function pushPrice(uint128 price) external {
        if (msg.sender != KEEPER) revert NotKeeper(msg.sender, KEEPER);
        _takeIn(price);
    }

    /// @inheritdoc IVolatilityFee
    function predictedVolatility() public view returns (int256 volatility) {
        volatility = Inference.inferScalar(MODEL, lastReturns());
        if (volatility <= 0) revert InvalidVolatility(volatility);
    }

    /// @inheritdoc IVolatilityFee
    function quoteFee() public view returns (int256 volatility, uint24 feePips) {
        volatility = predictedVolatility();
        int256 pips = MAX_FEE_PIPS;
        // Compared before multiplying, so that no answer of a model can overflow.
        if (volatility < WAD) pips = volatility * FEE_PIPS_PER_VOLATILITY / WAD;
        if (pips < MIN_FEE_PIPS) pips = MIN_FEE_PIPS;
        if (pips > MAX_FEE_PIPS) pips = MAX_FEE_PIPS;
        feePips = uint24(uint256(pips));
    }

    /// @notice What the model is given: the last eight returns, WAD, oldest first.
    function lastReturns() public view returns (int256[] memory x) {
        uint256 count = returnCount;
        if (count < WINDOW) revert TooFewReturns(count, WINDOW);
        x = new int256[](WINDOW);
        for (uint256 i; i < WINDOW; ++i) {
            x[i] = _returns[(count + i) % WINDOW];
        }
    }

    /// @dev For the keeper, or for whatever else an heir trusts with prices.
    function _takeIn(uint128 price) internal {
        if (price == 0) revert ZeroPrice();
        int256 dailyReturn;
        if (lastPrice != 0) {
            dailyReturn = int256(uint256(price)) * WAD / int256(uint256(lastPrice)) - WAD;
            if (dailyReturn > MAX_RETURN) revert ReturnTooLarge(dailyReturn, MAX_RETURN);
            _returns[returnCount++ % WINDOW] = int64(dailyReturn);
        }
        lastPrice = price;
        emit PricePushed(price, dailyReturn);
    }
}
