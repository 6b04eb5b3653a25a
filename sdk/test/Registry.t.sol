// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Inference} from "../contracts/Inference.sol";
import {IModelRegistry} from "../contracts/interfaces/IModelRegistry.sol";
import {InferenceTest} from "../contracts/test/InferenceTest.sol";
import {ModelId} from "../contracts/types/ModelId.sol";
import {AFFINE, DOUBLE} from "./Models.sol";
import {vm} from "./Vm.sol";

/// @dev The runner names AFFINE `affine-v1` on the devnet, as the owner of its first account.
contract RegistryTest is InferenceTest {
    ModelId private constant UNKNOWN = ModelId.wrap(bytes32(uint256(1)));
    ModelId private constant NONE = ModelId.wrap(0);
    address private constant OWNER = 0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266;

    IModelRegistry private registry = Inference.REGISTRY;

    function test_knowsTheModelsOfTheDevnet() public view {
        vm.assertTrue(registry.isRegistered(AFFINE));
        vm.assertFalse(registry.isRegistered(UNKNOWN));
    }

    function test_resolvesANameOfTheDevnet() public view {
        vm.assertTrue(registry.resolve(OWNER, "affine-v1") == AFFINE);
    }

    function test_revertsWhenANameIsNotSet() public {
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.NameNotSet.selector, OWNER, bytes32("unset")));
        registry.resolve(OWNER, "unset");
    }

    function test_aNameSetInATestMovesThereAlone() public {
        vm.prank(OWNER);
        registry.setName("affine-v1", DOUBLE);
        vm.assertTrue(registry.resolve(OWNER, "affine-v1") == DOUBLE);
        vm.prank(OWNER);
        registry.setName("affine-v1", NONE);
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.NameNotSet.selector, OWNER, bytes32("affine-v1")));
        registry.resolve(OWNER, "affine-v1");
    }

    function test_registeringAKnownModelChangesNothing() public {
        registry.register(AFFINE);
        vm.assertTrue(registry.isRegistered(AFFINE));
    }

    function test_revertsWhenAnUnknownModelIsRegisteredOrNamed() public {
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.ModelNotRegistered.selector, UNKNOWN));
        registry.register(UNKNOWN);
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.ModelNotRegistered.selector, UNKNOWN));
        registry.setName("unknown", UNKNOWN);
    }

    function test_revertsWhenANameIsEmpty() public {
        vm.expectRevert(IModelRegistry.EmptyName.selector);
        registry.setName("", AFFINE);
    }
}
