import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import solc from 'solc'
import type { Hex } from 'viem'

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
  const input = {
    language: 'Solidity',
    sources: { 'Coin.sol': { content: source } },
    settings: {
      evmVersion: 'prague',
      optimizer: { enabled: true },
      outputSelection: { 'Coin.sol': { Coin: ['evm.bytecode.object'] } },
    },
  }
  const read = (name: string) => ({
    contents: readFileSync(
      fileURLToPath(new URL(`../node_modules/${name}`, import.meta.url)),
      'utf8',
    ),
  })
  const output = JSON.parse(solc.compile(JSON.stringify(input), { import: read }))
  const compiled = output.contracts?.['Coin.sol']?.Coin
  if (!compiled) throw new Error(JSON.stringify(output.errors))
  return `0x${compiled.evm.bytecode.object}`
}
