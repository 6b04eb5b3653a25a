// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @title IForgeVm
/// @notice The few of Foundry's cheatcodes that real inference needs.
/// @dev Foundry serves cheatcodes under `staticcall` too: what the view functions of a registry or a precompile need is
/// declared `view`, whatever it does.
interface IForgeVm {
    /// @notice Sends a JSON-RPC request. A hex string comes back as its bytes.
    function rpc(string calldata url, string calldata method, string calldata params)
        external
        view
        returns (bytes memory result);

    /// @notice Sets the code of an account.
    function etch(address target, bytes calldata code) external;

    /// @notice Keeps an account across forks.
    function makePersistent(address account) external;

    /// @notice Lets an account use cheatcodes on a fork.
    function allowCheatcodes(address account) external;

    /// @notice Reads an environment variable.
    function envOr(string calldata name, string calldata defaultValue) external view returns (string memory value);

    /// @notice Writes a file, in the place of the one that is there.
    function writeFile(string calldata path, string calldata text) external view;

    /// @notice Reads a file.
    function readFile(string calldata path) external view returns (string memory text);

    /// @notice Whether there is such a file or folder.
    function exists(string calldata path) external view returns (bool);

    /// @notice Makes a folder, and those above it where `recursive`.
    function createDir(string calldata path, bool recursive) external view;

    /// @notice Bytes at a key of a JSON text, such as `.answer`.
    function parseJsonBytes(string calldata json, string calldata key) external pure returns (bytes memory value);

    /// @notice 0x-prefixed hex.
    function toString(bytes calldata value) external pure returns (string memory);

    /// @notice 0x-prefixed hex.
    function toString(bytes32 value) external pure returns (string memory);

    /// @notice 0x-prefixed, checksummed.
    function toString(address value) external pure returns (string memory);

    /// @notice Sets the block's time.
    function warp(uint256 timestamp) external;

    /// @notice Sets the block's number.
    function roll(uint256 number) external;

    /// @notice Stops counting gas.
    function pauseGasMetering() external;

    /// @notice Counts gas again.
    function resumeGasMetering() external;
}

/// @dev Where Foundry answers cheatcodes.
IForgeVm constant FORGE_VM = IForgeVm(address(uint160(uint256(keccak256("hevm cheat code")))));
