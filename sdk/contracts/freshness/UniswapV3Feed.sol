// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IFeed} from "./IFeed.sol";
import {Observation} from "./Observation.sol";
import {SourceCall} from "./SourceCall.sol";
import {TickPrice} from "./TickPrice.sol";
import {WideMath} from "./WideMath.sol";
import {IDecimals} from "./vendor/IDecimals.sol";
import {IUniswapV3Oracle} from "./vendor/IUniswapV3Oracle.sol";

/// @title UniswapV3Feed
/// @notice The time-weighted average price of a Uniswap v3 pool.
/// @dev A geometric mean over a window that ends now, so it is never stale and lags by half the window. The longer the
/// window and the deeper the pool, the more it costs to move. The pool keeps a history, so observations are confirmed as
/// far back as it reaches.
contract UniswapV3Feed is IFeed {
    /// @notice Thrown when the token to price is not of the pool.
    error NotInPool(address pool, address token);

    /// @notice Thrown for a window of no length, over which there is no average.
    error EmptyWindow();

    /// @notice The pool.
    address public immutable POOL;

    /// @notice Length of the window.
    uint32 public immutable WINDOW_SECONDS;

    /// @notice Whether the priced token is the pool's first, so that the price is the pool's own and not its inverse.
    bool public immutable IS_TOKEN0;

    /// @dev 10^(18 + decimals of the priced token − those of the other).
    uint256 private immutable SCALE;

    /// @dev `observe` answers the offsets of two lists, and then the first: its length and the tick sums.
    uint256 private constant OBSERVE_WORDS = 5;
    uint256 private constant FIRST_LIST = 64;

    /// @param pool A pool of the priced token and the one to price it in.
    /// @param base The token to price.
    /// @param windowSeconds Length of the window.
    constructor(address pool, address base, uint32 windowSeconds) {
        if (windowSeconds == 0) revert EmptyWindow();
        address token0 = _token(pool, abi.encodeCall(IUniswapV3Oracle.token0, ()));
        address token1 = _token(pool, abi.encodeCall(IUniswapV3Oracle.token1, ()));
        if (base != token0 && base != token1) revert NotInPool(pool, base);
        POOL = pool;
        WINDOW_SECONDS = windowSeconds;
        IS_TOKEN0 = base == token0;
        SCALE = 10 ** (18 + _decimals(base) - _decimals(base == token0 ? token1 : token0));
    }

    /// @inheritdoc IFeed
    function read() external view returns (Observation memory price) {
        (bool known, int256 value) = _average(0);
        if (!known) {
            if (POOL.code.length == 0) revert SourceFailed(POOL);
            revert HistoryTooShort(POOL, WINDOW_SECONDS);
        }
        if (value <= 0) revert InvalidPrice(POOL, value);
        return Observation(value, 18, 0, uint64(block.timestamp), uint64(block.number));
    }

    /// @inheritdoc IFeed
    /// @dev Computes the average of the window that ended at the observation's time once more.
    function confirm(Observation calldata observation) external view returns (bool known, bool matches) {
        if (observation.time > block.timestamp) return (true, false);
        uint256 ago = block.timestamp - observation.time;
        if (ago > type(uint32).max - WINDOW_SECONDS) return (false, false);
        int256 value;
        (known, value) = _average(uint32(ago));
        matches = value == observation.value && observation.decimals == 18;
    }

    /// @dev The average over the window that ended `ago` seconds before now, with 18 decimals.
    function _average(uint32 ago) private view returns (bool known, int256 value) {
        uint32[] memory agos = new uint32[](2);
        agos[0] = ago + WINDOW_SECONDS;
        agos[1] = ago;
        bytes memory answer =
            SourceCall.tryRead(POOL, abi.encodeCall(IUniswapV3Oracle.observe, (agos)), OBSERVE_WORDS);
        if (answer.length == 0) return (false, 0);
        if (SourceCall.word(answer, 0) != FIRST_LIST || SourceCall.word(answer, 2) != 2) {
            revert SourceFailed(POOL);
        }
        int56 earlier = int56(uint56(SourceCall.word(answer, 3)));
        int56 later = int56(uint56(SourceCall.word(answer, 4)));
        unchecked {
            // The pool lets the sums wrap around.
            return (true, _price(_floorDivide(later - earlier, int56(uint56(WINDOW_SECONDS)))));
        }
    }

    function _price(int256 tick) private view returns (int256) {
        uint256 priceX128 = TickPrice.priceX128(IS_TOKEN0 ? tick : -tick);
        (uint256 high, uint256 low) = WideMath.product(priceX128, SCALE);
        // The price is below 2^192 and the scale below 2^120, so the shifted product is below 2^184.
        return int256((high << 128) | (low >> 128));
    }

    /// @dev Towards negative infinity, as Uniswap's own library rounds ticks.
    function _floorDivide(int56 dividend, int56 divisor) private pure returns (int256 quotient) {
        quotient = dividend / divisor;
        if (dividend < 0 && dividend % divisor != 0) quotient--;
    }

    function _token(address pool, bytes memory call) private view returns (address) {
        return address(uint160(SourceCall.word(SourceCall.read(pool, call, 1), 0)));
    }

    function _decimals(address token) private view returns (uint256 decimals) {
        decimals = SourceCall.word(SourceCall.read(token, abi.encodeCall(IDecimals.decimals, ()), 1), 0);
        if (decimals > 18) revert UnsupportedDecimals(token, int256(decimals));
    }
}
