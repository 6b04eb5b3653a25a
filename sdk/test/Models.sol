// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {ModelId} from "../contracts/types/ModelId.sol";

// Ids of the models in graphs.ts. Written by `npx tsx sdk/test/modelConstants.ts`.
ModelId constant AFFINE = ModelId.wrap(0x743ae9b659af91badc36dbd9f3fa5711aeab7d230d0c600c082e642ccccb6df3);
ModelId constant DOUBLE = ModelId.wrap(0xd84878758ee924443560a97b473aa75fa0c4ff66e4dde3d6837c10e69381d975);
ModelId constant RECIPROCAL = ModelId.wrap(0xa9ad6cf78490a07168593faf41037cee7e58d43677966cb8550a8e64e08eb852);
ModelId constant PAIR = ModelId.wrap(0xcaaa892a6d403d94a6291a1d00ecfacf5fd100d5013a158a103a131016a38568);
ModelId constant PIXELS = ModelId.wrap(0xd7f34753207eb14d305504ff77de22df2b0c5c25d15c0ff667ccc912ea397d37);
ModelId constant PICK = ModelId.wrap(0x5d15ee78af4ca954fed21863dfad4e6ebf2fff58294006839d6cffa7dd125e33);
