// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Freshness} from "@lockstep/sdk/contracts/freshness/Freshness.sol";
import {IFeed} from "@lockstep/sdk/contracts/freshness/IFeed.sol";
import {Observation} from "@lockstep/sdk/contracts/freshness/Observation.sol";
import {ModelId} from "@lockstep/sdk/contracts/types/ModelId.sol";
import {VolatilityFee} from "@lockstep/example-volatility/contracts/VolatilityFee.sol";
import {IHooks} from "@uniswap/v4-core/src/interfaces/IHooks.sol";
import {Hooks} from "@uniswap/v4-core/src/libraries/Hooks.sol";
import {LPFeeLibrary} from "@uniswap/v4-core/src/libraries/LPFeeLibrary.sol";
import {BeforeSwapDelta, BeforeSwapDeltaLibrary} from "@uniswap/v4-core/src/types/BeforeSwapDelta.sol";
import {PoolId} from "@uniswap/v4-core/src/types/PoolId.sol";
import {PoolKey} from "@uniswap/v4-core/src/types/PoolKey.sol";
import {SwapParams} from "@uniswap/v4-core/src/types/PoolOperation.sol";

/// @title VolatilityFeeHook
/// @notice Sets the fee of every swap from the volatility that a network predicts in that swap, out of the last eight
/// daily returns of a guarded feed. A swap reverts while the feed is stale, and when the price is no longer the one that
/// its trader saw.
/// @dev A Uniswap v4 hook, `beforeInitialize` and `beforeSwap`; its address says so in its lowest bits.
contract VolatilityFeeHook is VolatilityFee {
    using LPFeeLibrary for uint24;

    /// @notice How far the chain may have moved past what a trader saw.
    uint256 public constant MAX_AGE_SECONDS = 300;
    uint256 public constant MAX_BLOCKS = 25;
    uint256 public constant MAX_DEVIATION_BPS = 100;

    address public immutable POOL_MANAGER;
    /// @notice The price of the index in dollars. It refuses to be read when it is stale.
    IFeed public immutable FEED;

    uint256 public lastDay;

    /// @notice Emitted at every swap, with the prediction that set its fee.
    event FeeSet(PoolId indexed pool, int256 volatility, uint24 feePips);

    error NotPoolManager(address caller);
    /// @notice Thrown for a pool whose fee was fixed when it was made.
    error FeeNotDynamic(uint24 fee);
    /// @notice Thrown for a second close on one day.
    error AlreadyRecorded(uint256 day);

    /// @param feed The hook's own, never calldata.
    constructor(address poolManager, ModelId model, IFeed feed) VolatilityFee(model, address(0)) {
        POOL_MANAGER = poolManager;
        FEED = feed;
        Hooks.Permissions memory permissions;
        permissions.beforeInitialize = true;
        permissions.beforeSwap = true;
        Hooks.validateHookPermissions(IHooks(address(this)), permissions);
    }

    modifier onlyPoolManager() {
        if (msg.sender != POOL_MANAGER) revert NotPoolManager(msg.sender);
        _;
    }

    /// @notice Takes in the feed's price as the close of this day. Anyone may, once a day.
    function recordClose() external {
        uint256 day = block.timestamp / 1 days;
        if (day == lastDay) revert AlreadyRecorded(day);
        lastDay = day;
        // A feed's price is positive, and one beyond 128 bits is none.
        _takeIn(uint128(uint256(Freshness.toWad(FEED.read()))));
    }

    /// @notice Called by the pool manager when a pool is made.
    function beforeInitialize(address, PoolKey calldata key, uint160) external view onlyPoolManager returns (bytes4) {
        if (!key.fee.isDynamicFee()) revert FeeNotDynamic(key.fee);
        return IHooks.beforeInitialize.selector;
    }

    /// @notice Called by the pool manager before a swap.
    /// @param hookData Empty, or `abi.encode(Observation seen, uint256 deadline)`: what the trader decided on.
    function beforeSwap(address, PoolKey calldata key, SwapParams calldata, bytes calldata hookData)
        external
        onlyPoolManager
        returns (bytes4, BeforeSwapDelta, uint24)
    {
        Observation memory price = FEED.read();
        if (hookData.length != 0) _requireFresh(hookData, Freshness.toWad(price));
        (int256 volatility, uint24 feePips) = quoteFee();
        emit FeeSet(key.toId(), volatility, feePips);
        return
            (IHooks.beforeSwap.selector, BeforeSwapDeltaLibrary.ZERO_DELTA, feePips | LPFeeLibrary.OVERRIDE_FEE_FLAG);
    }

    /// @dev It protects the trader alone: who lies here fools only themselves.
    function _requireFresh(bytes calldata hookData, int256 price) private view {
        (Observation memory seen, uint256 deadline) = abi.decode(hookData, (Observation, uint256));
        Freshness.requireDeadline(deadline);
        Freshness.requireTime(seen.time, MAX_AGE_SECONDS);
        Freshness.requireBlock(seen.blockNumber, MAX_BLOCKS);
        Freshness.requireDeviation(Freshness.toWad(seen), price, MAX_DEVIATION_BPS);
    }
}
