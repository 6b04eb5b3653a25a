// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IUniswapV3Factory} from "@uniswap/v3-core/contracts/interfaces/IUniswapV3Factory.sol";
import {IUniswapV3Pool} from "@uniswap/v3-core/contracts/interfaces/IUniswapV3Pool.sol";
import {vm} from "../Vm.sol";

contract Token {
    uint8 public immutable decimals;
    mapping(address => uint256) public balanceOf;

    constructor(uint8 decimals_) {
        decimals = decimals_;
    }

    function transfer(address to, uint256 amount) external returns (bool) {
        unchecked {
            balanceOf[to] += amount;
        }
        return true;
    }
}

/// @dev Uniswap's own pool of ether and dollars, from the bytecode that its package ships. Starts at 2,000 dollars.
contract EtherPool {
    int24 private constant RANGE = 887_220;

    /// @dev 6 and 18 decimals, as USDC and WETH, in whichever order their addresses give.
    Token public immutable DOLLAR = new Token(6);
    Token public immutable ETHER = new Token(18);
    IUniswapV3Pool public immutable POOL;
    bool public immutable IS_ETHER_FIRST;

    constructor() {
        IUniswapV3Factory factory = _deployFactory();
        IUniswapV3Pool pool = IUniswapV3Pool(factory.createPool(address(DOLLAR), address(ETHER), 3000));
        POOL = pool;
        IS_ETHER_FIRST = pool.token0() == address(ETHER);
        // 2000 · 10^−12 of the one's units for the other's.
        pool.initialize(
            pool.token0() == address(ETHER) ? 3543191142285914205922034 : 1771595571142957102961017000000
        );
        pool.increaseObservationCardinalityNext(50);
    }

    function provideLiquidity() external {
        POOL.mint(address(this), -RANGE, RANGE, 1e18, "");
    }

    /// @dev Buys ether with a tenth of the pool's dollars.
    function swap() external {
        uint160 limit = IS_ETHER_FIRST ? 1461446703485210103287273052203988822378723970341 : 4295128740;
        POOL.swap(address(this), !IS_ETHER_FIRST, 4e12, limit, "");
    }

    function uniswapV3MintCallback(uint256 amount0, uint256 amount1, bytes calldata) external {
        _pay(amount0, amount1);
    }

    function uniswapV3SwapCallback(int256 amount0, int256 amount1, bytes calldata) external {
        _pay(amount0 > 0 ? uint256(amount0) : 0, amount1 > 0 ? uint256(amount1) : 0);
    }

    function _pay(uint256 amount0, uint256 amount1) private {
        Token(POOL.token0()).transfer(address(POOL), amount0);
        Token(POOL.token1()).transfer(address(POOL), amount1);
    }

    function _deployFactory() private returns (IUniswapV3Factory factory) {
        bytes memory code =
            vm.getCode("node_modules/@uniswap/v3-core/artifacts/contracts/UniswapV3Factory.sol/UniswapV3Factory.json");
        assembly ("memory-safe") {
            factory := create(0, add(code, 0x20), mload(code))
        }
    }
}
