// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Inference} from "@lockstep/sdk/contracts/Inference.sol";
import {Freshness, Guard} from "@lockstep/sdk/contracts/freshness/Freshness.sol";
import {IFeed} from "@lockstep/sdk/contracts/freshness/IFeed.sol";
import {Observation} from "@lockstep/sdk/contracts/freshness/Observation.sol";
import {ModelId} from "@lockstep/sdk/contracts/types/ModelId.sol";
import {IERC20} from "@lockstep/example-volatility/contracts/interfaces/IERC20.sol";
import {ConstantProductPool} from "./ConstantProductPool.sol";

/// @title TradingBot
/// @notice Holds an index token and dollars. A model says which share of it to hold in the index; signal, price guard and
/// swap are one transaction, which reverts whole when the price that it was built on no longer holds.
/// @dev One owner, tokens that take no cut of a transfer. A demonstration of the guard, no advice to trade.
contract TradingBot {
    /// @notice Daily closes that the model sees besides the price of the moment.
    uint256 public constant CLOSES = 8;
    /// @notice How far the chain may move past what the owner saw.
    uint64 public constant MAX_AGE_SECONDS = 300;
    uint64 public constant MAX_BLOCKS = 25;
    uint16 public constant MAX_DEVIATION_BPS = 50;
    /// @notice What the pool may take of a trade at the observed price: its fee, and what the trade moves it by.
    uint256 public constant MAX_SLIPPAGE_BPS = 100;
    /// @notice A target nearer than this share of the portfolio is not worth a trade.
    uint256 public constant BAND_BPS = 200;

    uint256 private constant BPS = 10_000;
    uint256 private constant WAD = 1e18;

    ModelId public immutable MODEL;
    IFeed public immutable FEED;
    ConstantProductPool public immutable POOL;
    IERC20 public immutable INDEX;
    IERC20 public immutable DOLLAR;
    address public immutable OWNER;

    int256[CLOSES] private _closes;
    uint256 public closeCount;
    uint256 public lastDay;

    /// @notice Emitted when the day's close was taken in. WAD.
    event CloseRecorded(uint256 indexed day, int256 close);

    /// @notice Emitted for each decision.
    /// @param price What it was made on, WAD.
    /// @param share The model's signal: the share to hold in the index, WAD.
    /// @param indexChange What the index balance changed by; 0 where the share was near enough.
    event Decided(int256 price, uint256 share, int256 indexChange);

    error NotOwner(address caller);
    /// @notice Thrown for a second close on one day.
    error AlreadyRecorded(uint256 day);
    error TooFewCloses(uint256 have, uint256 need);
    /// @notice Thrown when the model's answer is no share: it is another kind of model.
    error InvalidSignal(int256 share);

    /// @param feed The guarded price of the index in dollars. The contract's own, as the bounds are: never calldata.
    constructor(ModelId model, IFeed feed, ConstantProductPool pool, IERC20 index, IERC20 dollar) {
        MODEL = model;
        FEED = feed;
        POOL = pool;
        INDEX = index;
        DOLLAR = dollar;
        OWNER = msg.sender;
        index.approve(address(pool), type(uint256).max);
        dollar.approve(address(pool), type(uint256).max);
    }

    /// @notice Takes in the price as the close of this day. Anyone may, once a day; the feed refuses to be read when stale.
    function recordClose() external {
        uint256 day = block.timestamp / 1 days;
        if (day == lastDay) revert AlreadyRecorded(day);
        lastDay = day;
        int256 close = Freshness.toWad(FEED.read());
        _closes[closeCount++ % CLOSES] = close;
        emit CloseRecorded(day, close);
    }

    /// @notice Asks the model and trades to the share that it says.
    /// @param seen The price that the owner decided to trade at.
    /// @param deadline The last second at which to trade.
    /// @return share The model's signal, WAD.
    /// @return indexChange What the index balance changed by.
    function trade(Observation memory seen, uint256 deadline) external returns (uint256 share, int256 indexChange) {
        if (msg.sender != OWNER) revert NotOwner(msg.sender);
        Freshness.requireDeadline(deadline);
        int256[] memory prices = pricesWith(seen);
        int256 signal = Inference.inferFresh(MODEL, prices, seen, guard())[0];
        if (signal < 0 || signal > int256(WAD)) revert InvalidSignal(signal);
        share = uint256(signal);
        int256 price = prices[CLOSES];
        indexChange = _moveTo(share, uint256(price));
        emit Decided(price, share, indexChange);
    }

    /// @notice The bounds within which a decision counts.
    function guard() public view returns (Guard memory) {
        return Guard({
            feed: FEED,
            maxAgeSeconds: MAX_AGE_SECONDS,
            maxBlocks: MAX_BLOCKS,
            maxDeviationBps: MAX_DEVIATION_BPS,
            inputIndex: CLOSES
        });
    }

    /// @notice What the model is given: eight closes, oldest first, and the observed price. WAD.
    function pricesWith(Observation memory seen) public view returns (int256[] memory prices) {
        uint256 count = closeCount;
        if (count < CLOSES) revert TooFewCloses(count, CLOSES);
        prices = new int256[](CLOSES + 1);
        for (uint256 i; i < CLOSES; ++i) {
            prices[i] = _closes[(count + i) % CLOSES];
        }
        prices[CLOSES] = Freshness.toWad(seen);
    }

    /// @notice Gives the owner everything.
    function withdraw() external {
        if (msg.sender != OWNER) revert NotOwner(msg.sender);
        INDEX.transfer(OWNER, INDEX.balanceOf(address(this)));
        DOLLAR.transfer(OWNER, DOLLAR.balanceOf(address(this)));
    }

    function _moveTo(uint256 share, uint256 price) private returns (int256 indexChange) {
        uint256 held = INDEX.balanceOf(address(this)) * price / WAD;
        uint256 total = held + DOLLAR.balanceOf(address(this));
        uint256 wanted = total * share / WAD;
        uint256 distance = wanted > held ? wanted - held : held - wanted;
        if (distance * BPS <= total * BAND_BPS) return 0;
        uint256 amount = distance * WAD / price;
        if (wanted > held) return int256(POOL.swap(address(DOLLAR), distance, _least(amount)));
        POOL.swap(address(INDEX), amount, _least(distance));
        return -int256(amount);
    }

    function _least(uint256 fair) private pure returns (uint256) {
        return fair * (BPS - MAX_SLIPPAGE_BPS) / BPS;
    }
}
