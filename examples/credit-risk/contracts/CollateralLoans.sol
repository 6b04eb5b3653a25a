// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Inference} from "@lockstep/sdk/contracts/Inference.sol";
import {ModelId} from "@lockstep/sdk/contracts/types/ModelId.sol";
import {IERC20} from "@lockstep/example-volatility/contracts/interfaces/IERC20.sol";
import {PriceHistory} from "./PriceHistory.sol";

/// @title CollateralLoans
/// @notice Lends dollars against a token, up to 95 % of its price, while the odds are good that the token keeps that
/// price. Boosted trees say how good, in the transaction that asks for the loan.
/// @dev Kept to what shows the gate: one lender, no interest, tokens that take no cut of a transfer.
contract CollateralLoans {
    using PriceHistory for PriceHistory.Closes;

    /// @notice Log-odds of a loss from which nothing is lent, WAD: -2.2 is a chance of one in ten.
    int256 public constant MAX_SCORE = -2.2e18;
    uint256 private constant MAX_LOAN_PERCENT = 95;
    uint256 private constant PRICE_UNIT = 1e6;

    /// @notice The trees, pinned by the hash of their bytes.
    ModelId public immutable MODEL;
    /// @notice Pushes closing prices, and lends.
    address public immutable LENDER;
    IERC20 public immutable COLLATERAL;
    IERC20 public immutable DOLLAR;

    struct Loan {
        address borrower;
        uint256 collateral;
        uint256 debt;
    }

    mapping(uint256 id => Loan) public loans;
    uint256 public loanCount;
    PriceHistory.Closes private _closes;

    event Opened(uint256 indexed id, address indexed borrower, uint256 collateral, uint256 debt, int256 score);
    event Repaid(uint256 indexed id);
    event Seized(uint256 indexed id, uint256 collateral, uint256 debt);

    error NotLender(address caller);
    error NotBorrower(address caller);
    /// @notice Thrown when the odds of a loss are too high.
    error TooRisky(int256 score, int256 maxScore);
    error TooMuchDebt(uint256 debt, uint256 maxDebt);
    error StillCovered(uint256 value, uint256 debt);
    error TransferFailed(address token);

    constructor(ModelId model, IERC20 collateral, IERC20 dollar) {
        MODEL = model;
        LENDER = msg.sender;
        COLLATERAL = collateral;
        DOLLAR = dollar;
    }

    /// @notice Takes in closing prices, oldest first, in dollars with six decimals.
    function pushCloses(uint64[] calldata closes) external {
        if (msg.sender != LENDER) revert NotLender(msg.sender);
        for (uint256 i; i < closes.length; ++i) {
            _closes.push(closes[i]);
        }
    }

    /// @notice What the trees are given: thirteen fractions, WAD. See `PriceHistory.features`.
    function features() public view returns (int256[] memory) {
        return _closes.features();
    }

    /// @notice Log-odds that the token falls by more than 5 % within ten trading days, WAD.
    function score() public view returns (int256) {
        return Inference.inferScalar(MODEL, features());
    }

    /// @notice What a collateral is worth at the last close.
    function valueOf(uint256 collateral) public view returns (uint256) {
        return collateral * _closes.last() / PRICE_UNIT;
    }

    /// @notice Borrows dollars against the token, which the caller approved before.
    /// @return id The number of the loan.
    function open(uint256 collateral, uint256 debt) external returns (uint256 id) {
        uint256 maxDebt = valueOf(collateral) * MAX_LOAN_PERCENT / 100;
        if (debt > maxDebt) revert TooMuchDebt(debt, maxDebt);
        int256 risk = score();
        if (risk > MAX_SCORE) revert TooRisky(risk, MAX_SCORE);

        id = ++loanCount;
        loans[id] = Loan(msg.sender, collateral, debt);
        emit Opened(id, msg.sender, collateral, debt, risk);
        _take(COLLATERAL, collateral);
        _give(DOLLAR, msg.sender, debt);
    }

    /// @notice Pays a loan back and gives the collateral out.
    function repay(uint256 id) external {
        Loan memory loan = loans[id];
        if (msg.sender != loan.borrower) revert NotBorrower(msg.sender);
        delete loans[id];
        emit Repaid(id);
        _take(DOLLAR, loan.debt);
        _give(COLLATERAL, loan.borrower, loan.collateral);
    }

    /// @notice Gives the lender a collateral that is worth less than its loan.
    function seize(uint256 id) external {
        Loan memory loan = loans[id];
        uint256 value = valueOf(loan.collateral);
        if (value >= loan.debt) revert StillCovered(value, loan.debt);
        delete loans[id];
        emit Seized(id, loan.collateral, loan.debt);
        _give(COLLATERAL, LENDER, loan.collateral);
    }

    function _take(IERC20 token, uint256 amount) private {
        if (!token.transferFrom(msg.sender, address(this), amount)) revert TransferFailed(address(token));
    }

    function _give(IERC20 token, address to, uint256 amount) private {
        if (!token.transfer(to, amount)) revert TransferFailed(address(token));
    }
}
