/** What the pages take for given around the Solidity that they show: a test puts each piece where the mark stands. */
export const solidityContext = `// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Inference} from "@lockstep/sdk/contracts/Inference.sol";
import {Freshness, Guard} from "@lockstep/sdk/contracts/freshness/Freshness.sol";
import {IFeed} from "@lockstep/sdk/contracts/freshness/IFeed.sol";
import {Observation} from "@lockstep/sdk/contracts/freshness/Observation.sol";
import {MockFeed} from "@lockstep/sdk/contracts/test/MockFeed.sol";
import {Staleness} from "@lockstep/sdk/contracts/test/Staleness.sol";
import {ModelId} from "@lockstep/sdk/contracts/types/ModelId.sol";

contract Context {
    using Staleness for Observation;

    ModelId internal immutable MODEL;
    IFeed internal immutable FEED;
    Guard internal guard;
    address internal proxy;
    address internal sequencer;
    int256[8] internal returns_;

    // SNIPPET
}
`
