// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IERC20} from "@lockstep/example-volatility/contracts/interfaces/IERC20.sol";
import {IPoolManager} from "@uniswap/v4-core/src/interfaces/IPoolManager.sol";
import {IUnlockCallback} from "@uniswap/v4-core/src/interfaces/callback/IUnlockCallback.sol";
import {BalanceDelta} from "@uniswap/v4-core/src/types/BalanceDelta.sol";
import {Currency} from "@uniswap/v4-core/src/types/Currency.sol";
import {PoolKey} from "@uniswap/v4-core/src/types/PoolKey.sol";
import {ModifyLiquidityParams, SwapParams} from "@uniswap/v4-core/src/types/PoolOperation.sol";

/// @title SwapRouter
/// @notice Swaps and provides liquidity on a Uniswap v4 pool manager, for tokens that the caller approved before.
/// @dev The least that the manager's lock asks for: no native currency, positions belong to the router.
contract SwapRouter is IUnlockCallback {
    IPoolManager public immutable POOL_MANAGER;

    enum Action {
        Swap,
        Provide
    }

    error NotPoolManager(address caller);
    error TooLittleOut(uint256 amountOut, uint256 minAmountOut);
    error TransferFailed(address token);

    constructor(IPoolManager poolManager) {
        POOL_MANAGER = poolManager;
    }

    /// @notice Swaps until the input is spent or the price limit reached.
    /// @param hookData Handed to the pool's hook.
    /// @return amountOut What the caller received.
    function swap(PoolKey calldata key, SwapParams calldata params, uint256 minAmountOut, bytes calldata hookData)
        external
        returns (uint256 amountOut)
    {
        BalanceDelta delta = _unlock(Action.Swap, abi.encode(key, params, hookData));
        amountOut = uint256(int256(params.zeroForOne ? delta.amount1() : delta.amount0()));
        if (amountOut < minAmountOut) revert TooLittleOut(amountOut, minAmountOut);
    }

    /// @notice Adds liquidity between two ticks.
    function provide(PoolKey calldata key, ModifyLiquidityParams calldata params) external {
        _unlock(Action.Provide, abi.encode(key, params));
    }

    /// @inheritdoc IUnlockCallback
    function unlockCallback(bytes calldata data) external returns (bytes memory) {
        if (msg.sender != address(POOL_MANAGER)) revert NotPoolManager(msg.sender);
        (address payer, Action action, bytes memory order) = abi.decode(data, (address, Action, bytes));
        (PoolKey memory key, BalanceDelta delta) = action == Action.Swap ? _swap(order) : _provide(order);
        _settle(key.currency0, payer, delta.amount0());
        _settle(key.currency1, payer, delta.amount1());
        return abi.encode(delta);
    }

    function _unlock(Action action, bytes memory order) private returns (BalanceDelta) {
        return abi.decode(POOL_MANAGER.unlock(abi.encode(msg.sender, action, order)), (BalanceDelta));
    }

    function _swap(bytes memory order) private returns (PoolKey memory key, BalanceDelta delta) {
        SwapParams memory params;
        bytes memory hookData;
        (key, params, hookData) = abi.decode(order, (PoolKey, SwapParams, bytes));
        delta = POOL_MANAGER.swap(key, params, hookData);
    }

    function _provide(bytes memory order) private returns (PoolKey memory key, BalanceDelta delta) {
        ModifyLiquidityParams memory params;
        (key, params) = abi.decode(order, (PoolKey, ModifyLiquidityParams));
        (delta,) = POOL_MANAGER.modifyLiquidity(key, params, "");
    }

    /// @dev A negative amount is owed to the pool, a positive one to the payer.
    function _settle(Currency currency, address payer, int128 amount) private {
        if (amount > 0) POOL_MANAGER.take(currency, payer, uint128(amount));
        if (amount >= 0) return;
        POOL_MANAGER.sync(currency);
        address token = Currency.unwrap(currency);
        bool moved = IERC20(token).transferFrom(payer, address(POOL_MANAGER), uint128(-amount));
        if (!moved) revert TransferFailed(token);
        POOL_MANAGER.settle();
    }
}
