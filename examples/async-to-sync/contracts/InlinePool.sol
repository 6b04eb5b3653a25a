// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Inference} from "@lockstep/sdk/contracts/Inference.sol";
import {ModelId} from "@lockstep/sdk/contracts/types/ModelId.sol";
import {FeePool} from "./FeePool.sol";

/// @title InlinePool
/// @notice The pool with inference inline: the swap asks, is answered, and settles.
contract InlinePool is FeePool {
    constructor(ModelId model, address token0, address token1) FeePool(model, token0, token1) {}

    /// @notice Swaps at the fee of this moment. Whatever fails, nothing has happened.
    /// @param minAmountOut The least to accept.
    function swap(address tokenIn, uint256 amountIn, uint256 minAmountOut) external returns (uint256 amountOut) {
        int256 volatility = Inference.inferScalar(MODEL, lastReturns());
        amountOut = quoteOut(tokenIn, amountIn, volatility);
        if (amountOut < minAmountOut) revert TooLittleOut(amountOut, minAmountOut);
        _take(tokenIn, amountIn);
        _settle(msg.sender, tokenIn, amountIn, volatility, amountOut);
    }
}
