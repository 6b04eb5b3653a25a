// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {ModelId} from "@lockstep/sdk/contracts/types/ModelId.sol";
import {IERC20} from "./interfaces/IERC20.sol";
import {VolatilityFee} from "./VolatilityFee.sol";

/// @title VolatilityPool
/// @notice A constant-product pool whose every swap pays the fee that the model sets in that same transaction.
/// @dev Kept to what shows the fee at work: one provider, tokens that take no cut of a transfer.
contract VolatilityPool is VolatilityFee {
    uint256 private constant PIPS = 1_000_000;

    /// @notice The two tokens.
    address public immutable TOKEN_0;
    address public immutable TOKEN_1;
    /// @notice What the pool holds of each for the provider.
    mapping(address token => uint256 amount) public reserves;

    /// @notice Emitted at every swap, with the prediction that set its fee.
    event Swapped(
        address indexed trader,
        address indexed tokenIn,
        uint256 amountIn,
        uint256 amountOut,
        int256 volatility,
        uint24 feePips
    );

    /// @notice Thrown when a token is not one of the pool's.
    error UnknownToken(address token);

    /// @notice Thrown when the pool gives less than the trader asked for.
    error TooLittleOut(uint256 amountOut, uint256 minAmountOut);

    /// @notice Thrown when a token says that it did not move.
    error TransferFailed(address token);

    /// @param model See `VolatilityFee`.
    /// @param keeper Pushes prices and provides the liquidity.
    constructor(ModelId model, address keeper, address token0, address token1) VolatilityFee(model, keeper) {
        TOKEN_0 = token0;
        TOKEN_1 = token1;
    }

    /// @notice Adds liquidity from the keeper, who approved it before.
    function provide(uint256 amount0, uint256 amount1) external {
        if (msg.sender != KEEPER) revert NotKeeper(msg.sender, KEEPER);
        reserves[TOKEN_0] += amount0;
        reserves[TOKEN_1] += amount1;
        _take(TOKEN_0, amount0);
        _take(TOKEN_1, amount1);
    }

    /// @notice Gives all liquidity, fees included, back to the keeper.
    function withdraw() external {
        if (msg.sender != KEEPER) revert NotKeeper(msg.sender, KEEPER);
        uint256 amount0 = reserves[TOKEN_0];
        uint256 amount1 = reserves[TOKEN_1];
        reserves[TOKEN_0] = 0;
        reserves[TOKEN_1] = 0;
        _give(TOKEN_0, amount0);
        _give(TOKEN_1, amount1);
    }

    /// @notice Swaps at constant product, less the fee of this moment.
    /// @param tokenIn The token to give; the trader approved `amountIn` of it before.
    /// @param minAmountOut The least to accept of the other token; it bounds the fee as well.
    /// @return amountOut What the trader received.
    function swap(address tokenIn, uint256 amountIn, uint256 minAmountOut) external returns (uint256 amountOut) {
        if (tokenIn != TOKEN_0 && tokenIn != TOKEN_1) revert UnknownToken(tokenIn);
        address tokenOut = tokenIn == TOKEN_0 ? TOKEN_1 : TOKEN_0;

        (int256 volatility, uint24 feePips) = quoteFee();
        uint256 afterFee = amountIn * (PIPS - feePips) / PIPS;
        amountOut = reserves[tokenOut] * afterFee / (reserves[tokenIn] + afterFee);
        if (amountOut < minAmountOut) revert TooLittleOut(amountOut, minAmountOut);

        reserves[tokenIn] += amountIn;
        reserves[tokenOut] -= amountOut;
        emit Swapped(msg.sender, tokenIn, amountIn, amountOut, volatility, feePips);
        _take(tokenIn, amountIn);
        _give(tokenOut, amountOut);
    }

    function _take(address token, uint256 amount) private {
        if (!IERC20(token).transferFrom(msg.sender, address(this), amount)) revert TransferFailed(token);
    }

    function _give(address token, uint256 amount) private {
        if (!IERC20(token).transfer(msg.sender, amount)) revert TransferFailed(token);
    }
}
