// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// Reads another slot before the one that holds the answer, as tokens that can be paused do.
contract Token {
    uint256 private unpaused = 1;
    mapping(address => uint256) private balances;
    mapping(address => mapping(address => uint256)) private allowances;

    function balanceOf(address owner) external view returns (uint256) {
        require(unpaused != 0);
        return balances[owner];
    }

    function allowance(address owner, address spender) external view returns (uint256) {
        require(unpaused != 0);
        return allowances[owner][spender];
    }
}
