import type { Hex } from 'viem'
import { compileSolidity } from './solidity.js'

const source = `
// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

contract Coin is ERC20 {
    constructor() ERC20("Coin", "COIN") {
        _mint(msg.sender, 1e27);
    }

    function burn(uint256 rounds) external pure returns (uint256 sum) {
        for (uint256 i; i < rounds; ++i) sum ^= uint256(keccak256(abi.encode(i, sum)));
    }
}`

/** Creation code of OpenZeppelin's ERC-20, with a loop that costs gas alone. */
export function compileCoin(): Hex {
  return compileSolidity(source, 'Coin')
}
