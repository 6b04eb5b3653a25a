// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {ModelId} from "@lockstep/sdk/contracts/types/ModelId.sol";
import {IERC20} from "@lockstep/example-volatility/contracts/interfaces/IERC20.sol";

/// @title FeePool
/// @notice What both versions share: a constant-product pool whose fee follows a volatility that a model predicts from
/// the last eight daily returns. How the prediction is had is what the versions differ in.
/// @dev Kept to what the comparison needs: one provider, tokens that take no cut of a transfer.
abstract contract FeePool {
    uint256 private constant WINDOW = 8;
    uint256 private constant PIPS = 1_000_000;
    int256 private constant WAD = 1e18;
    /// @dev 0.30 % for each percent of daily volatility, from 0.05 % to 3 %.
    int256 private constant FEE_PIPS_PER_VOLATILITY = 300_000;
    int256 private constant MIN_FEE_PIPS = 500;
    int256 private constant MAX_FEE_PIPS = 30_000;

    ModelId public immutable MODEL;
    address public immutable KEEPER;
    address public immutable TOKEN_0;
    address public immutable TOKEN_1;

    /// @notice What the pool holds of each token for its provider.
    mapping(address token => uint256 amount) public reserves;

    int256[WINDOW] private _returns;
    uint256 private _count;

    /// @notice Emitted at every swap, with the prediction that set its fee.
    event Swapped(
        address indexed trader,
        address indexed tokenIn,
        uint256 amountIn,
        uint256 amountOut,
        int256 volatility,
        uint24 feePips
    );

    error NotKeeper(address caller);
    error UnknownToken(address token);
    error TooLittleOut(uint256 amountOut, uint256 minAmountOut);
    error TransferFailed(address token);

    constructor(ModelId model, address token0, address token1) {
        MODEL = model;
        KEEPER = msg.sender;
        TOKEN_0 = token0;
        TOKEN_1 = token1;
    }

    modifier onlyKeeper() {
        if (msg.sender != KEEPER) revert NotKeeper(msg.sender);
        _;
    }

    /// @notice Takes in a day's return, WAD.
    function pushReturn(int256 dailyReturn) external onlyKeeper {
        _returns[_count++ % WINDOW] = dailyReturn;
    }

    /// @notice Adds liquidity from the keeper, who approved it before.
    function provide(uint256 amount0, uint256 amount1) external onlyKeeper {
        reserves[TOKEN_0] += amount0;
        reserves[TOKEN_1] += amount1;
        _take(TOKEN_0, amount0);
        _take(TOKEN_1, amount1);
    }

    /// @notice What the model is given: eight returns, WAD, oldest first.
    function lastReturns() public view returns (int256[] memory x) {
        x = new int256[](WINDOW);
        for (uint256 i; i < WINDOW; ++i) {
            x[i] = _returns[(_count + i) % WINDOW];
        }
    }

    /// @notice The fee at a volatility, in hundredths of a basis point.
    function feeOf(int256 volatility) public pure returns (uint24) {
        int256 pips = MAX_FEE_PIPS;
        // Compared before multiplying, so that no answer of a model can overflow.
        if (volatility < WAD) pips = volatility * FEE_PIPS_PER_VOLATILITY / WAD;
        if (pips < MIN_FEE_PIPS) pips = MIN_FEE_PIPS;
        if (pips > MAX_FEE_PIPS) pips = MAX_FEE_PIPS;
        return uint24(uint256(pips));
    }

    /// @notice What a swap gives at a volatility, on the reserves of this moment.
    function quoteOut(address tokenIn, uint256 amountIn, int256 volatility) public view returns (uint256) {
        uint256 afterFee = amountIn * (PIPS - feeOf(volatility)) / PIPS;
        return reserves[_other(tokenIn)] * afterFee / (reserves[tokenIn] + afterFee);
    }

    /// @dev Keeps the books of a swap and pays it out. The pool holds `amountIn` already.
    function _settle(address trader, address tokenIn, uint256 amountIn, int256 volatility, uint256 amountOut) internal {
        reserves[tokenIn] += amountIn;
        reserves[_other(tokenIn)] -= amountOut;
        emit Swapped(trader, tokenIn, amountIn, amountOut, volatility, feeOf(volatility));
        _give(trader, _other(tokenIn), amountOut);
    }

    function _other(address token) internal view returns (address) {
        if (token == TOKEN_0) return TOKEN_1;
        if (token == TOKEN_1) return TOKEN_0;
        revert UnknownToken(token);
    }

    function _take(address token, uint256 amount) internal {
        if (!IERC20(token).transferFrom(msg.sender, address(this), amount)) revert TransferFailed(token);
    }

    function _give(address to, address token, uint256 amount) internal {
        if (!IERC20(token).transfer(to, amount)) revert TransferFailed(token);
    }
}
