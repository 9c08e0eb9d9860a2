#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Derive every polynomial of lib/kernel/vmath_poly.h.

    scripts/fit-polynomials.py > lib/kernel/vmath_poly.h

Each is a minimax fit by Remez exchange in 60 digits: the coefficients c_i of

    p(x) = sum c_i x^i       minimising   max |w(x) (p(x) - f(x))|  on [a, b]

with the weight w chosen so that the error is relative to the final result of the
function p is part of. A coefficient must end as a float or double, and rounding them
all at once costs accuracy; so they are rounded one by one, the most important (lowest)
first, and the rest is fitted again around the ones already fixed. The largest weighted
error after rounding is written beside each polynomial.

Needs mpmath. Runs in a quarter of a minute; the output is a pure function of this file.
"""
import functools
import struct
import sys

import mpmath as mp

mp.mp.dps = 60
GRID = 400


def round_to(value, bits):
    """The nearest float (32) or double (64); both packers round to nearest even."""
    double = float(value)
    if bits == 64:
        return mp.mpf(double)
    return mp.mpf(struct.unpack("f", struct.pack("f", double))[0])


def horner(coefs, x):
    total = mp.mpf(0)
    for c in reversed(coefs):
        total = total * x + c
    return total


def chebyshev_points(a, b, count):
    return [(a + b) / 2 + (b - a) / 2 * mp.cos(mp.pi * (2 * i + 1) / (2 * count))
            for i in reversed(range(count))]


def solve_levelled(values, weights, degree, points):
    """Coefficients for which w (p - f) = +-level at alternate points."""
    rows = len(points)
    matrix, right = mp.matrix(rows, rows), mp.matrix(rows, 1)
    for i, x in enumerate(points):
        for power in range(degree + 1):
            matrix[i, power] = x ** power
        matrix[i, rows - 1] = (-1) ** i / weights[x]
        right[i] = values[x]
    solution = mp.lu_solve(matrix, right)
    return [solution[power] for power in range(degree + 1)]


def extrema(errors, count):
    """The points of largest |error| of alternating sign, thinned out to count."""
    best = []
    for x, e in errors:
        if best and (best[-1][1] > 0) == (e > 0):
            if abs(e) > abs(best[-1][1]):
                best[-1] = (x, e)
        else:
            best.append((x, e))
    while len(best) > count:
        low = min(range(len(best)), key=lambda i: abs(best[i][1]))
        if low in (0, len(best) - 1):
            best.pop(low)
        elif len(best) == count + 1:
            best.pop(0 if abs(best[0][1]) < abs(best[-1][1]) else -1)
        else:  # a pair, so that signs still alternate
            best[low - 1:low + 2] = [max(best[low - 1], best[low + 1],
                                         key=lambda p: abs(p[1]))]
    return best


def remez(target, weight, lowest, degree, a, b):
    """Minimax coefficients of x^lowest ... x^degree on [a, b].

    Both sides are divided by x^lowest: powers from 0 up can meet the conditions of the
    exchange on an interval around 0, powers from 1 up cannot.
    """
    grid = chebyshev_points(a, b, GRID)
    values = {x: target(x) / x ** lowest for x in grid}
    weights = {x: weight(x) * abs(x) ** lowest for x in grid}
    degree -= lowest
    points = [grid[int((i + mp.mpf(1) / 2) * GRID / (degree + 2))]
              for i in range(degree + 2)]
    for _ in range(40):
        coefs = solve_levelled(values, weights, degree, points)
        errors = [(x, weights[x] * (horner(coefs, x) - values[x])) for x in grid]
        best = extrema(errors, degree + 2)
        if len(best) < degree + 2:
            raise ArithmeticError("the error does not alternate")
        sizes = [abs(e) for _, e in best]
        points = [x for x, _ in best]
        if max(sizes) < min(sizes) * mp.mpf("1.001"):
            return coefs
    return coefs


def fit(target, weight, degree, a, b, bits):
    """Round the coefficients from the lowest up, fitting the rest again each time."""
    a, b, fixed = mp.mpf(a), mp.mpf(b), []
    for power in range(degree + 1):
        left = functools.partial(lambda done, x: target(x) - horner(done, x), fixed)
        fixed = fixed + [round_to(remez(left, weight, power, degree, a, b)[0], bits)]
    worst = max(abs(weight(x) * (horner(fixed, x) - target(x)))
                for x in chebyshev_points(a, b, 2 * GRID + 1))
    return fixed, worst


# ---- what is fitted ---------------------------------------------------------------

LN2 = mp.log(2)
HALF_LN2 = LN2 / 2 * mp.mpf("1.0001")  # k is rounded from an inexact product


def series(x, limit, direct, terms):
    """Direct away from 0, a Taylor sum near it where the quotient would be 0 / 0."""
    return direct(x) if abs(x) > limit else terms(x)


def exp_tail(r):
    """(e^r - 1 - r) / r^2"""
    return series(r, mp.mpf("1e-8"), lambda r: (mp.expm1(r) - r) / r ** 2,
                  lambda r: sum(r ** i / mp.factorial(i + 2) for i in range(8)))


def exp_weight(r):
    """relative to e^r - 1, the harder of exp and expm1"""
    return abs(r) if abs(r) < mp.mpf("1e-8") else r ** 2 / abs(mp.expm1(r))


def log_tail(f):
    """(log(1 + f) - f) / f^2"""
    return series(f, mp.mpf("1e-8"), lambda f: (mp.log1p(f) - f) / f ** 2,
                  lambda f: sum((-1) ** (i + 1) * f ** i / (i + 2) for i in range(8)))


def log_weight(f):
    return abs(f) if abs(f) < mp.mpf("1e-8") else f ** 2 / abs(mp.log1p(f))


def atanh_tail(first):
    """(2 atanh(s) / s - terms below s^2first) / s^(2 first), in z = s^2"""
    def tail(z):
        return sum(2 * z ** i / (2 * (i + first) + 1) for i in range(60))
    return tail


def erf_small(z):
    """erf(x) / x - 1 in z = x^2"""
    if z < mp.mpf("1e-16"):
        return 2 / mp.sqrt(mp.pi) * (1 - z / 3 + z ** 2 / 10) - 1
    return mp.erf(mp.sqrt(z)) / mp.sqrt(z) - 1


def erf_small_weight(z):
    return 1 / (erf_small(z) + 1)


def erf_tail(x):
    """-log erfc(x)"""
    return -mp.log(mp.erfc(x))


def erf_tail_weight(x):
    """an error d of the exponent moves erf by d erfc"""
    return mp.erfc(x) / mp.erf(x)


def sin_tail(z):
    """(sin(r) / r - 1) / r^2 in z = r^2"""
    return sum((-1) ** (i + 1) * z ** i / mp.factorial(2 * i + 3) for i in range(20))


def cos_tail(z):
    """(cos(r) - 1 + r^2 / 2) / r^4 in z = r^2"""
    return sum((-1) ** i * z ** i / mp.factorial(2 * i + 4) for i in range(20))


def sin_weight(z):
    r = mp.sqrt(z)
    return z * r / mp.sin(r) if z > mp.mpf("1e-16") else z


def cos_weight(z):
    return z ** 2 / mp.cos(mp.sqrt(z))


ERF_SPLIT = {32: mp.mpf(1), 64: mp.mpf(1)}
ERF_END = {32: mp.mpf(4), 64: mp.mpf(6)}
LOG_RANGE = (mp.sqrt(mp.mpf("0.5")) - 1, mp.sqrt(2) - 1)
S2 = ((mp.sqrt(2) - 1) / (mp.sqrt(2) + 1)) ** 2
QUARTER = (mp.pi / 4 * mp.mpf("1.0001")) ** 2


def fits(bits):
    """name, formula, target, weight, degree, interval"""
    single = bits == 32
    split_at, end = ERF_SPLIT[bits], ERF_END[bits]
    rows = [("exp", "(e^x - 1 - x) / x^2", exp_tail, exp_weight, 4 if single else 10,
             -HALF_LN2, HALF_LN2),
            ("erf_small", "erf(s) / s - 1 in x = s^2", erf_small, erf_small_weight,
             6 if single else 12, 0, split_at ** 2),
            ("erf_tail", "-log erfc(x)", erf_tail, erf_tail_weight, 6 if single else 17,
             split_at, end)]
    if single:
        return rows + [("log", "(log(1 + x) - x) / x^2", log_tail, log_weight, 8,
                        *LOG_RANGE)]
    return rows + [
        ("log", "2 (atanh(s) / s - 1) / s^2 in x = s^2", atanh_tail(1),
         lambda z: z / 2, 6, 0, S2),
        ("pow_log", "2 (atanh(s) - s - s^3 / 3) / s^5 in x = s^2", atanh_tail(2),
         lambda z: z ** 2 / 2, 7, 0, S2),
        ("sin", "(sin(s) / s - 1) / s^2 in x = s^2", sin_tail, sin_weight, 5, 0, QUARTER),
        ("cos", "(cos(s) - 1 + s^2 / 2) / s^4 in x = s^2", cos_tail, cos_weight, 5, 0,
         QUARTER)]


# ---- writing ----------------------------------------------------------------------

HEAD = """/* SPDX-License-Identifier: MIT */
/* Generated by scripts/fit-polynomials.py, which tells where each number comes from. */
#ifndef BP_KERNEL_VMATH_POLY_H
#define BP_KERNEL_VMATH_POLY_H
"""


def literal(value):
    """The shortest hexadecimal form; exact in both precisions."""
    mantissa, exponent = float(value).hex().split("p")
    mantissa = mantissa.rstrip("0").rstrip(".")
    return f"{mantissa}p{exponent}"


def describe(formula, a, b, worst):
    bounds = f"[{mp.nstr(mp.mpf(a), 5)}, {mp.nstr(mp.mpf(b), 5)}]"
    return (f"/* {formula}\n * on {bounds}; the result is off by 2^"
            f"{mp.nstr(mp.log(worst, 2), 4)} of itself at most. */\n")


def function(name, coefs):
    lines = [f"static inline vec poly_{name}(vec x)\n{{"]
    lines.append(f"    vec p = vec_set1(REAL_C({literal(coefs[-1])}));\n")
    for c in reversed(coefs[:-1]):
        lines.append(f"    p = vec_fma(p, x, vec_set1(REAL_C({literal(c)})));")
    lines.append("    return p;\n}\n")
    return "\n".join(lines)


def emit(bits):
    text = []
    for name, formula, target, weight, degree, a, b in fits(bits):
        coefs, worst = fit(target, weight, degree, a, b, bits)
        text.append(describe(formula, a, b, worst) + function(name, coefs))
    return "\n".join(text)


def split(value, parts, bits=64):
    """value as a sum of reals, each the nearest to what is left"""
    out = []
    for _ in range(parts):
        out.append(round_to(value, bits))
        value -= out[-1]
    return out


def constants(bits):
    rows = list(zip(("LN2_HI", "LN2_LO"), split(LN2, 2, bits)))
    rows += [("LOG2_E", round_to(1 / LN2, bits)),
             ("SQRT_HALF", round_to(mp.sqrt(mp.mpf("0.5")), bits)),
             ("ERF_SPLIT", ERF_SPLIT[bits]), ("ERF_END", ERF_END[bits])]
    return rows + (double_constants() if bits == 64 else [])


def double_constants():
    """For sin, cos and pow. k times POW_LN2_1, of 42 bits, is exact for |k| < 2^11."""
    short = mp.nint(LN2 * mp.mpf(2) ** 42) / mp.mpf(2) ** 42
    rows = list(zip(("PIO2_1", "PIO2_2", "PIO2_3"), split(mp.pi / 2, 3)))
    rows += list(zip(("TWO_THIRDS_HI", "TWO_THIRDS_LO"), split(mp.mpf(2) / 3, 2)))
    return rows + [("TWO_OVER_PI", round_to(2 / mp.pi, 64)),
                   ("TWO_PI", round_to(2 * mp.pi, 64)),
                   ("POW_LN2_1", short), ("POW_LN2_2", round_to(LN2 - short, 64))]


def main():
    out = HEAD
    for bits, test in ((32, "#if BP_PRECISION == 32"), (64, "#else")):
        names = "".join(f"#define {n} REAL_C({literal(v)})\n" for n, v in constants(bits))
        out += f"\n{test}\n\n{names}\n{emit(bits)}"
    sys.stdout.write(out + "\n#endif\n\n#endif\n")


if __name__ == "__main__":
    main()
