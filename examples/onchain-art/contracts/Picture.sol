// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Strings} from "@openzeppelin/contracts/utils/Strings.sol";

/// @title Picture
/// @notice Pictures of 28 × 28 pixels in four shades, two bits a pixel: seven words of storage.
library Picture {
    using Strings for uint256;

    uint256 internal constant SIDE = 28;
    uint256 private constant PIXELS = SIDE * SIDE;
    uint256 private constant SHADES = 4;

    /// @notice Thrown when the network drew something that is not 28 × 28 pixels.
    error WrongPicture(uint256 pixels);

    /// @notice Rounds ink to four shades.
    /// @param ink Fractions from 0 (paper) to 1 (ink), 18 decimals; what lies outside is cut.
    /// @return pixels Four pixels a byte, the first in the lowest bits.
    function pack(int256[] memory ink) internal pure returns (bytes memory pixels) {
        if (ink.length != PIXELS) revert WrongPicture(ink.length);
        pixels = new bytes(PIXELS / 4);
        for (uint256 i; i < pixels.length; ++i) {
            uint256 four;
            for (uint256 j; j < 4; ++j) {
                four |= _shade(ink[4 * i + j]) << (2 * j);
            }
            pixels[i] = bytes1(uint8(four));
        }
    }

    /// @notice Draws pixels as an SVG: a path a shade, a stroke a run of pixels.
    function svg(bytes memory pixels) internal pure returns (bytes memory) {
        bytes memory paths;
        for (uint256 shade = 1; shade < SHADES; ++shade) {
            bytes memory path = _path(pixels, shade);
            if (path.length == 0) continue;
            paths = abi.encodePacked(
                paths, '<path opacity="', shade == 3 ? "1" : shade == 2 ? ".67" : ".33", '" d="', path, '"/>'
            );
        }
        return abi.encodePacked(
            '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 28 28" shape-rendering="crispEdges">',
            '<path fill="#fdf6e3" d="M0 0h28v28H0z"/><g fill="#073642">',
            paths,
            "</g></svg>"
        );
    }

    function _path(bytes memory pixels, uint256 shade) private pure returns (bytes memory path) {
        for (uint256 y; y < SIDE; ++y) {
            for (uint256 x; x < SIDE;) {
                uint256 start = x;
                while (x < SIDE && _pixel(pixels, y * SIDE + x) == shade) ++x;
                if (x > start) path = abi.encodePacked(path, _run(start, y, x - start));
                else ++x;
            }
        }
    }

    function _run(uint256 x, uint256 y, uint256 length) private pure returns (bytes memory) {
        return abi.encodePacked("M", x.toString(), " ", y.toString(), "h", length.toString(), "v1h-", length.toString(), "z");
    }

    function _pixel(bytes memory pixels, uint256 i) private pure returns (uint256) {
        return (uint8(pixels[i / 4]) >> (2 * (i % 4))) & 3;
    }

    function _shade(int256 ink) private pure returns (uint256) {
        if (ink <= 0) return 0;
        uint256 shade = uint256(ink) * SHADES / 1e18;
        return shade < SHADES ? shade : SHADES - 1;
    }
}
