// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @title Owned
/// @notice One account that may do more than others.
/// @dev Stands for the contract of this name that Uniswap's pool manager imports from a package of another licence.
abstract contract Owned {
    address public owner;

    event OwnershipTransferred(address indexed user, address indexed newOwner);

    error NotOwner(address caller);

    constructor(address owner_) {
        owner = owner_;
        emit OwnershipTransferred(address(0), owner_);
    }

    modifier onlyOwner() virtual {
        if (msg.sender != owner) revert NotOwner(msg.sender);
        _;
    }

    /// @notice Gives the place to another.
    function transferOwnership(address newOwner) public virtual onlyOwner {
        owner = newOwner;
        emit OwnershipTransferred(msg.sender, newOwner);
    }
}
