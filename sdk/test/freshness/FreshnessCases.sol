// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {ChainlinkFeed} from "../../contracts/freshness/ChainlinkFeed.sol";
import {Freshness, Guard} from "../../contracts/freshness/Freshness.sol";
import {IFeed} from "../../contracts/freshness/IFeed.sol";
import {Observation} from "../../contracts/freshness/Observation.sol";
import {PythFeed} from "../../contracts/freshness/PythFeed.sol";
import {UniswapV3Feed} from "../../contracts/freshness/UniswapV3Feed.sol";

/// @dev Answers calls by their selector with the bytes that a test gave it, and reverts for others.
contract Scripted {
    mapping(bytes4 => bytes) private answers;

    function set(bytes4 selector, bytes memory answer) external {
        answers[selector] = answer;
    }

    fallback() external {
        bytes memory answer = answers[msg.sig];
        if (answer.length == 0) revert();
        assembly ("memory-safe") {
            return(add(answer, 0x20), mload(answer))
        }
    }
}

/// @dev Runs one case of a fuzz, feeds and all, in one `eth_call` that leaves nothing behind. What the rule says is told
/// by a model of it in TypeScript.
contract FreshnessCases {
    struct Answer {
        bytes4 selector;
        bytes data;
    }

    /// @dev Where sources stand, so that errors that name them can be foretold.
    Scripted public immutable SOURCE = new Scripted();
    Scripted public immutable OTHER = new Scripted();

    function requireTime(uint256 time, uint256 maxAgeSeconds) external view {
        Freshness.requireTime(time, maxAgeSeconds);
    }

    function requireBlock(uint256 observed, uint256 maxBlocks) external view {
        Freshness.requireBlock(observed, maxBlocks);
    }

    function requireDeadline(uint256 deadline) external view {
        Freshness.requireDeadline(deadline);
    }

    function requireDeviation(int256 observed, int256 current, uint256 maxDeviationBps) external pure {
        Freshness.requireDeviation(observed, current, maxDeviationBps);
    }

    function toWad(Observation memory observation) external pure returns (int256) {
        return Freshness.toWad(observation);
    }

    function readChainlink(Answer[] memory source, Answer[] memory sequencer, uint256 heartbeat, uint256 grace)
        external
        returns (Observation memory)
    {
        return _chainlink(source, sequencer, heartbeat, grace).read();
    }

    function readPyth(Answer[] memory source, uint256 maxAgeSeconds, uint256 maxConfidenceBps)
        external
        returns (Observation memory)
    {
        _script(SOURCE, source);
        return new PythFeed(address(SOURCE), 0, maxAgeSeconds, maxConfidenceBps).read();
    }

    /// @dev The pool is `SOURCE`; the priced token is the pool itself, the other one `OTHER`.
    function readUniswap(Answer[] memory pool, Answer[] memory other, uint32 windowSeconds)
        external
        returns (Observation memory)
    {
        _script(SOURCE, pool);
        _script(OTHER, other);
        return new UniswapV3Feed(address(SOURCE), address(SOURCE), windowSeconds).read();
    }

    /// @dev Through a Chainlink feed on an L1. The feed itself stands in errors, hence `this` in its place.
    function requireFresh(
        Answer[] memory source,
        uint256 heartbeat,
        Observation memory seen,
        Guard memory guard,
        int256[] memory x
    ) external returns (Observation memory) {
        guard.feed = _chainlink(source, new Answer[](0), heartbeat, 0);
        try this.check(seen, guard, x) returns (Observation memory price) {
            return price;
        } catch (bytes memory reason) {
            if (bytes4(reason) == Freshness.ObservationForged.selector) {
                revert Freshness.ObservationForged(address(this), seen.roundId, seen.time);
            }
            assembly ("memory-safe") {
                revert(add(reason, 0x20), mload(reason))
            }
        }
    }

    function check(Observation memory seen, Guard memory guard, int256[] memory x)
        external
        view
        returns (Observation memory)
    {
        return Freshness.requireFresh(seen, guard, x);
    }

    function _chainlink(Answer[] memory source, Answer[] memory sequencer, uint256 heartbeat, uint256 grace)
        private
        returns (ChainlinkFeed)
    {
        _script(SOURCE, source);
        _script(OTHER, sequencer);
        address uptime = sequencer.length == 0 ? address(0) : address(OTHER);
        return new ChainlinkFeed(address(SOURCE), heartbeat, uptime, grace);
    }

    function _script(Scripted target, Answer[] memory answers) private {
        for (uint256 i; i < answers.length; i++) {
            target.set(answers[i].selector, answers[i].data);
        }
    }
}
