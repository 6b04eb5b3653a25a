// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {AccessControl} from "@openzeppelin/contracts/access/AccessControl.sol";
import {ERC1967Proxy} from "@openzeppelin/contracts/proxy/ERC1967/ERC1967Proxy.sol";
import {ERC1155} from "@openzeppelin/contracts/token/ERC1155/ERC1155.sol";
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {ERC20Votes} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Votes.sol";
import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";
import {Nonces} from "@openzeppelin/contracts/utils/Nonces.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";

/// Votes keep a history by block number; anybody may mint.
contract Token is ERC20, ERC20Permit, ERC20Votes {
    constructor() ERC20("Token", "TOK") ERC20Permit("Token") {}

    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    function burn(uint256 amount) external {
        _burn(msg.sender, amount);
    }

    function _update(address from, address to, uint256 value) internal override(ERC20, ERC20Votes) {
        super._update(from, to, value);
    }

    function nonces(address owner) public view override(ERC20Permit, Nonces) returns (uint256) {
        return super.nonces(owner);
    }
}

contract Collectible is ERC721("Collectible", "COL") {
    function mint(uint256 id) external {
        _safeMint(msg.sender, id);
    }
}

contract Items is ERC1155("https://items/{id}") {
    function mint(uint256[] calldata ids, uint256[] calldata amounts) external {
        _mintBatch(msg.sender, ids, amounts, "");
    }
}

/// The code behind a proxy: roles, signatures and a guard in transient storage.
contract Vault is AccessControl, ReentrancyGuardTransient {
    bytes32 public constant KEEPER = keccak256("KEEPER");
    uint256 public total;

    error TooMuch(uint256 asked, uint256 most);

    function initialize(address admin) external {
        require(total == 0, "initialized");
        total = 1;
        _grantRole(DEFAULT_ADMIN_ROLE, admin);
    }

    function add(uint256 amount) external onlyRole(KEEPER) nonReentrant returns (uint256) {
        if (amount > 1000) revert TooMuch(amount, 1000);
        return total += amount;
    }

    function signer(bytes calldata text, bytes calldata signature) external pure returns (address) {
        return ECDSA.recover(MessageHashUtils.toEthSignedMessageHash(text), signature);
    }
}

contract Proxy is ERC1967Proxy {
    constructor(address code, bytes memory data) ERC1967Proxy(code, data) {}
}

contract Child {
    uint256 public immutable made;
    constructor(uint256 value) payable {
        require(value != 13, "unlucky");
        made = value;
    }
    function end(address payable heir) external {
        selfdestruct(heir);
    }
}

/// One function for each thing that a fork changed or that is easily got wrong.
contract Machine {
    mapping(uint256 => uint256) public kept;
    event Seen(uint256 indexed which, bytes data);
    error Custom(uint256 code, string why);

    receive() external payable {}

    function make(uint256 salt, uint256 value) external payable returns (address) {
        return address(new Child{salt: bytes32(salt), value: msg.value}(value));
    }

    /// Made and ended in one transaction: the account is gone (EIP-6780).
    function flash(uint256 salt, address payable heir) external payable {
        new Child{salt: bytes32(salt), value: msg.value}(salt).end(heir);
    }

    function transient_(uint256 slot, uint256 value) external returns (uint256 read) {
        assembly {
            tstore(slot, value)
            read := tload(slot)
        }
        kept[slot] = read;
    }

    function refund(uint256 count) external {
        for (uint256 index = 0; index < count; index++) kept[index] = 0;
    }

    function fill(uint256 count, uint256 value) external {
        for (uint256 index = 0; index < count; index++) kept[index] = value + index;
    }

    function copy(uint256 length) external {
        bytes memory data = new bytes(length);
        for (uint256 index = 0; index < length; index += 32) data[index] = bytes1(uint8(index));
        assembly {
            mcopy(add(data, 33), add(data, 32), sub(length, 1))
        }
        emit Seen(length, data);
    }

    function fail(uint256 kind) external payable {
        if (kind == 0) revert();
        if (kind == 1) revert("reason");
        if (kind == 2) revert Custom(kind, "why");
        if (kind == 3) assert(false);
        if (kind == 4) kept[0] = kind / (kind - 4);
        if (kind == 5) assembly { invalid() }
        if (kind == 6) while (true) kept[kind]++;
        if (kind == 7) this.fail(2);
        if (kind == 8) { try this.fail(5) {} catch (bytes memory data) { emit Seen(kind, data); } }
        if (kind == 9) { bytes memory none = new bytes(0); none[1]; }
        if (kind == 10) this.deeper(0);
        emit Seen(kind, msg.data);
    }

    function deeper(uint256 depth) external {
        if (gasleft() > 20_000) try this.deeper(depth + 1) {} catch {}
        kept[depth % 3] = depth;
    }

    function precompiles(bytes calldata data) external {
        for (uint160 index = 1; index <= 0x11; index++) {
            (bool ok, bytes memory out) = address(index).staticcall{gas: 30_000}(data);
            emit Seen(index, abi.encode(ok, out));
        }
    }

    function look(address at) external {
        emit Seen(at.code.length, abi.encode(at.codehash, at.balance, block.number, block.timestamp, block.basefee, block.chainid, block.gaslimit, tx.gasprice, gasleft()));
    }
}
