"""Which instruction a halfword is, as a table of 65 536 numbers for `thumb.run`."""

import numpy as np

(
    SLOW,
    LSLS_I, LSRS_I, ASRS_I, ADDS_R, SUBS_R, ADDS_3, SUBS_3, MOVS, CMP_I, ADDS_8, SUBS_8,
    ANDS, EORS, LSLS_R, LSRS_R, ASRS_R, ADCS, SBCS, RORS, TST, RSBS, CMP_R, CMN, ORRS, MULS, BICS,
    MVNS, ADD_HI, CMP_HI, MOV_HI, BX, BLX, LDR_PC,
    STR_R, STRH_R, STRB_R, LDRSB_R, LDR_R, LDRH_R, LDRB_R, LDRSH_R,
    STR_I, LDR_I, STRB_I, LDRB_I, STRH_I, LDRH_I, STR_SP, LDR_SP, ADR, ADD_RSP, ADD_SP, SUB_SP,
    SXTH, SXTB, UXTH, UXTB, PUSH, POP, REV, REV16, REVSH, NOP, STM, LDM, B_COND, B, BL,
    BARRIER, MRS, CPSID,
) = range(72)  # fmt: skip
"""Anything else is `SLOW`: rp2040py does it."""

# (shift, value, instruction): all halfwords that are `value` when shifted right by `shift`
# (ARMv6-M Architecture Reference Manual, A5.2, H)
_PATTERNS = (
    (11, 0b00000, LSLS_I), (11, 0b00001, LSRS_I), (11, 0b00010, ASRS_I),
    (9, 0b0001100, ADDS_R), (9, 0b0001101, SUBS_R), (9, 0b0001110, ADDS_3), (9, 0b0001111, SUBS_3),
    (11, 0b00100, MOVS), (11, 0b00101, CMP_I), (11, 0b00110, ADDS_8), (11, 0b00111, SUBS_8),
    *((6, 0b0100000000 | number, op) for number, op in enumerate(
        (ANDS, EORS, LSLS_R, LSRS_R, ASRS_R, ADCS, SBCS, RORS,
         TST, RSBS, CMP_R, CMN, ORRS, MULS, BICS, MVNS))),
    (8, 0b01000100, ADD_HI), (8, 0b01000101, CMP_HI), (8, 0b01000110, MOV_HI),
    (7, 0b010001110, BX), (7, 0b010001111, BLX), (11, 0b01001, LDR_PC),
    *((9, 0b0101000 | number, op) for number, op in enumerate(
        (STR_R, STRH_R, STRB_R, LDRSB_R, LDR_R, LDRH_R, LDRB_R, LDRSH_R))),
    (11, 0b01100, STR_I), (11, 0b01101, LDR_I), (11, 0b01110, STRB_I), (11, 0b01111, LDRB_I),
    (11, 0b10000, STRH_I), (11, 0b10001, LDRH_I), (11, 0b10010, STR_SP), (11, 0b10011, LDR_SP),
    (11, 0b10100, ADR), (11, 0b10101, ADD_RSP), (7, 0b101100000, ADD_SP), (7, 0b101100001, SUB_SP),
    (6, 0b1011001000, SXTH), (6, 0b1011001001, SXTB), (6, 0b1011001010, UXTH),
    (6, 0b1011001011, UXTB), (9, 0b1011010, PUSH), (9, 0b1011110, POP),
    (6, 0b1011101000, REV), (6, 0b1011101001, REV16), (6, 0b1011101011, REVSH),
    (0, 0xBF00, NOP), (11, 0b11000, STM), (11, 0b11001, LDM),
    *((8, 0b11010000 | condition, B_COND) for condition in range(14)),
    (11, 0b11100, B), (11, 0b11110, BL),
    (0, 0xF3BF, BARRIER), (0, 0xF3EF, MRS), (0, 0xB672, CPSID),
)  # fmt: skip


def table() -> np.ndarray:
    """One number of the above for each of the 65 536 halfwords."""
    halfwords = np.arange(1 << 16)
    decoded = np.full(1 << 16, SLOW, dtype=np.uint8)
    for shift, value, instruction in _PATTERNS:
        decoded[halfwords >> shift == value] = instruction
    return decoded
