// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// What the tests of the chain call.
contract Probe {
    event Stored(address indexed by, uint256 value);

    error Refused(uint256 value);

    uint256 public value;
    uint256 public gasSeen;

    constructor(uint256 initial) payable {
        value = initial;
    }

    receive() external payable {}

    function store(uint256 next) external {
        value = next;
        emit Stored(msg.sender, next);
    }

    function refuse(uint256 given) external pure {
        revert Refused(given);
    }

    function fail() external pure {
        require(false, "no");
    }

    function gasLeft() external view returns (uint256) {
        return gasleft();
    }

    function recordGas() external returns (uint256) {
        gasSeen = 1;
        gasSeen = gasleft();
        return gasSeen;
    }

    function burn(uint256 rounds) external returns (uint256 sum) {
        for (uint256 i = 0; i < rounds; i++) sum ^= uint256(keccak256(abi.encode(i, sum)));
        value = sum;
    }

    /// Succeeds with the last bit of gas only when much is given: 63/64 of it must cover the inner call.
    function nest(uint256 depth) external returns (uint256) {
        if (depth == 0) return this.burn(20);
        return this.nest(depth - 1);
    }

    function sender() external view returns (address) {
        return msg.sender;
    }

    function blockContext()
        external
        view
        returns (uint256 number, uint256 timestamp, uint256 baseFee, uint256 gasLimit, uint256 chainId, address coinbase)
    {
        return (block.number, block.timestamp, block.basefee, block.gaslimit, block.chainid, block.coinbase);
    }

    function hashOf(uint256 number) external view returns (bytes32) {
        return blockhash(number);
    }

    function create() external returns (address child) {
        child = address(new Child());
    }

    function send(address payable to, uint256 amount) external {
        (bool sent,) = to.call{value: amount}("");
        require(sent, "not sent");
    }
}

contract Child {
    function destroy() external {
        selfdestruct(payable(msg.sender));
    }
}
