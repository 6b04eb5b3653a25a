// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {ModelId} from "@lockstep/sdk/contracts/types/ModelId.sol";
import {FeePool} from "./FeePool.sol";
import {IInferenceConsumer} from "./interfaces/IInferenceConsumer.sol";
import {IInferenceOracle} from "./interfaces/IInferenceOracle.sol";

/// @title CallbackPool
/// @notice The same pool against an oracle that answers in a transaction of its own: the swap is asked for, waits, and
/// is settled, paid back or given up later.
contract CallbackPool is FeePool, IInferenceConsumer {
    IInferenceOracle public immutable ORACLE;

    /// @notice A swap that waits for its fee. The pool holds the trader's tokens meanwhile.
    struct Pending {
        address trader;
        address tokenIn;
        uint256 amountIn;
        uint256 minAmountOut;
        uint256 deadline;
    }

    mapping(uint256 request => Pending) public pending;

    event SwapRequested(uint256 indexed request, address indexed trader);
    event SwapRefunded(uint256 indexed request, address indexed trader, uint256 amountIn);

    error NotOracle(address caller);
    error NotTrader(address caller);
    error DeadlineInThePast(uint256 deadline);
    error StillWaiting(uint256 deadline);

    constructor(ModelId model, address token0, address token1, IInferenceOracle oracle)
        FeePool(model, token0, token1)
    {
        ORACLE = oracle;
    }

    /// @notice Asks for a swap: the oracle's fee travels along, the tokens stay here until it answers.
    /// @param minAmountOut The least to accept when the answer comes.
    /// @param deadline From when on the trader may give up, seconds.
    function requestSwap(address tokenIn, uint256 amountIn, uint256 minAmountOut, uint256 deadline)
        external
        payable
        returns (uint256 request)
    {
        _other(tokenIn);
        if (deadline <= block.timestamp) revert DeadlineInThePast(deadline);
        // The returns of now: by the time the answer comes there may be newer ones.
        request = ORACLE.request{value: msg.value}(MODEL, lastReturns());
        pending[request] = Pending(msg.sender, tokenIn, amountIn, minAmountOut, deadline);
        emit SwapRequested(request, msg.sender);
        _take(tokenIn, amountIn);
    }

    /// @inheritdoc IInferenceConsumer
    /// @dev A revert here would lose the answer and leave the tokens waiting, so what cannot be settled is paid back.
    function onInference(uint256 request, int256[] calldata y) external {
        if (msg.sender != address(ORACLE)) revert NotOracle(msg.sender);
        Pending memory swap = pending[request];
        // The trader gave up in the meantime.
        if (swap.trader == address(0)) return;
        delete pending[request];
        if (y.length != 1 || block.timestamp > swap.deadline) return _refund(request, swap);
        uint256 amountOut = quoteOut(swap.tokenIn, swap.amountIn, y[0]);
        if (amountOut < swap.minAmountOut) return _refund(request, swap);
        _settle(swap.trader, swap.tokenIn, swap.amountIn, y[0], amountOut);
    }

    /// @notice Gives up a swap that the oracle has not answered in time.
    function cancel(uint256 request) external {
        Pending memory swap = pending[request];
        if (msg.sender != swap.trader) revert NotTrader(msg.sender);
        if (block.timestamp <= swap.deadline) revert StillWaiting(swap.deadline);
        delete pending[request];
        _refund(request, swap);
    }

    function _refund(uint256 request, Pending memory swap) private {
        emit SwapRefunded(request, swap.trader, swap.amountIn);
        _give(swap.trader, swap.tokenIn, swap.amountIn);
    }
}
