// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";
import {Base64} from "@openzeppelin/contracts/utils/Base64.sol";
import {Strings} from "@openzeppelin/contracts/utils/Strings.sol";
import {Inference} from "@lockstep/sdk/contracts/Inference.sol";
import {ModelId} from "@lockstep/sdk/contracts/types/ModelId.sol";
import {Handwriting} from "./Handwriting.sol";
import {Picture} from "./Picture.sol";

/// @title Numerals
/// @notice Each token is a numeral in a handwriting that nobody has: a generator network draws it in the transaction
/// that mints it. No callback, no reveal, no server: when `mint` returns, the picture is on chain.
contract Numerals is ERC721 {
    using Strings for uint256;

    uint256 private constant NUMERALS = 10;

    /// @notice The generator: ten numerals and a handwriting in, ink out.
    ModelId public immutable MODEL;

    /// @notice Tokens minted so far; the next one has this number.
    uint256 public minted;

    struct Drawing {
        uint8 numeral;
        bytes32 seed;
        bytes ink;
    }

    mapping(uint256 token => Drawing) private _drawings;

    /// @notice Emitted when the network has drawn a token's picture.
    /// @param seed What the handwriting was made of.
    event Drawn(uint256 indexed token, uint8 indexed numeral, bytes32 seed);

    /// @notice Thrown for a numeral above 9.
    error NoNumeral(uint8 numeral);

    constructor(ModelId model) ERC721("Numerals", "NUM") {
        MODEL = model;
    }

    /// @notice Draws a numeral and gives it to the caller.
    /// @dev The seed is as public as the block: a caller may look at the picture before sending, and a builder may
    /// choose. A collection whose rarity is worth money wants a commitment before its randomness.
    /// @param numeral 0 to 9.
    /// @return token The number of the new token.
    function mint(uint8 numeral) external returns (uint256 token) {
        if (numeral >= NUMERALS) revert NoNumeral(numeral);
        token = minted++;
        // lockstep-lint-disable-next-line block-context -- chance is what it is for
        bytes32 seed = keccak256(abi.encode(block.prevrandao, msg.sender, token));
        bytes memory ink = Picture.pack(Inference.infer(MODEL, Handwriting.from(seed, numeral)));
        _drawings[token] = Drawing(numeral, seed, ink);
        emit Drawn(token, numeral, seed);
        _safeMint(msg.sender, token);
    }

    /// @notice What the network was given, and what it drew.
    /// @return numeral 0 to 9.
    /// @return seed What the handwriting was made of.
    /// @return ink 28 × 28 pixels row by row, four a byte, the first in the lowest bits: 0 is paper, 3 is ink.
    function drawing(uint256 token) external view returns (uint8 numeral, bytes32 seed, bytes memory ink) {
        _requireOwned(token);
        Drawing storage drawn = _drawings[token];
        return (drawn.numeral, drawn.seed, drawn.ink);
    }

    /// @inheritdoc ERC721
    /// @return A data URI of JSON, whose image is a data URI of SVG.
    function tokenURI(uint256 token) public view override returns (string memory) {
        _requireOwned(token);
        Drawing storage drawn = _drawings[token];
        string memory numeral = uint256(drawn.numeral).toString();
        bytes memory json = abi.encodePacked(
            '{"name":"Numeral #',
            token.toString(),
            '","description":"A ',
            numeral,
            ' that a neural network drew inside the mint transaction.","attributes":[{"trait_type":"Numeral","value":"',
            numeral,
            '"}],"image":"data:image/svg+xml;base64,',
            Base64.encode(Picture.svg(drawn.ink)),
            '"}'
        );
        return string.concat("data:application/json;base64,", Base64.encode(json));
    }
}
