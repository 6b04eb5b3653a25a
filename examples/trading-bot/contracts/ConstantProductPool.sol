// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IERC20} from "@lockstep/example-volatility/contracts/interfaces/IERC20.sol";

/// @title ConstantProductPool
/// @notice Two tokens, `x · y = k`, and a fee of 0.05 %: what the bot trades with.
/// @dev Kept to what a swap needs: one provider, tokens that take no cut of a transfer.
contract ConstantProductPool {
    uint256 private constant PIPS = 1_000_000;
    uint256 public constant FEE_PIPS = 500;

    address public immutable TOKEN_0;
    address public immutable TOKEN_1;
    address public immutable PROVIDER;

    /// @notice What the pool holds of each token.
    mapping(address token => uint256 amount) public reserves;

    event Swapped(address indexed trader, address indexed tokenIn, uint256 amountIn, uint256 amountOut);

    error NotProvider(address caller);
    error UnknownToken(address token);
    error TooLittleOut(uint256 amountOut, uint256 minAmountOut);
    error TransferFailed(address token);

    constructor(address token0, address token1) {
        TOKEN_0 = token0;
        TOKEN_1 = token1;
        PROVIDER = msg.sender;
    }

    /// @notice Adds liquidity from the provider, who approved it before.
    function provide(uint256 amount0, uint256 amount1) external {
        if (msg.sender != PROVIDER) revert NotProvider(msg.sender);
        reserves[TOKEN_0] += amount0;
        reserves[TOKEN_1] += amount1;
        _take(TOKEN_0, amount0);
        _take(TOKEN_1, amount1);
    }

    /// @notice Swaps at constant product, less the fee.
    /// @param tokenIn The token to give; the trader approved `amountIn` of it before.
    /// @param minAmountOut The least to accept of the other token.
    function swap(address tokenIn, uint256 amountIn, uint256 minAmountOut) external returns (uint256 amountOut) {
        if (tokenIn != TOKEN_0 && tokenIn != TOKEN_1) revert UnknownToken(tokenIn);
        address tokenOut = tokenIn == TOKEN_0 ? TOKEN_1 : TOKEN_0;
        uint256 afterFee = amountIn * (PIPS - FEE_PIPS) / PIPS;
        amountOut = reserves[tokenOut] * afterFee / (reserves[tokenIn] + afterFee);
        if (amountOut < minAmountOut) revert TooLittleOut(amountOut, minAmountOut);

        reserves[tokenIn] += amountIn;
        reserves[tokenOut] -= amountOut;
        emit Swapped(msg.sender, tokenIn, amountIn, amountOut);
        _take(tokenIn, amountIn);
        if (!IERC20(tokenOut).transfer(msg.sender, amountOut)) revert TransferFailed(tokenOut);
    }

    function _take(address token, uint256 amount) private {
        if (!IERC20(token).transferFrom(msg.sender, address(this), amount)) revert TransferFailed(token);
    }
}
