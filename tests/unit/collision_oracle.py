#!/usr/bin/env python3
"""Prints collision_oracle.tsv: collision mathematics to 25 digits.

Up to 20,000 ids the probability is the product itself, in exact integers. Above,
it comes from 120-digit decimals: the log of the falling
factorial by Stirling's series, whose error is far below the digits printed.
Columns: ids, slots, probability of a collision, expected number of ids that
share a slot.
"""
from decimal import Decimal, getcontext
from fractions import Fraction

getcontext().prec = 120
BERNOULLI = [Fraction(1, 6), Fraction(-1, 30), Fraction(1, 42), Fraction(-1, 30), Fraction(5, 66),
             Fraction(-691, 2730), Fraction(7, 6), Fraction(-3617, 510)]


def dec(fraction):
    return Decimal(fraction.numerator) / Decimal(fraction.denominator)


PI = Decimal("3.14159265358979323846264338327950288419716939937510582097494459230781640628620899"
             "86280348253421170679821480865132823066470938446095505822317253594081284811174502841")


def log_factorial(n):
    """log(n!) for n >= 10^4 (Stirling; the first term left out is below 10^-60)."""
    if n < 10_000:
        product = 1
        for i in range(2, n + 1):
            product *= i
        return Decimal(product).ln()
    x = Decimal(n)
    total = x * x.ln() - x + (2 * PI * x).ln() / 2
    for k, b in enumerate(BERNOULLI, start=1):
        total += dec(b) / (2 * k * (2 * k - 1) * x ** (2 * k - 1))
    return total


def probability(n, m):
    if n < 2:
        return Decimal(0)
    if n > m:
        return Decimal(1)
    if n <= 20_000:
        differ = Decimal(1)
        getcontext().prec = 60
        for i in range(n):
            differ *= Decimal(m - i) / Decimal(m)
        getcontext().prec = 120
        return 1 - differ
    return 1 - (log_factorial(m) - log_factorial(m - n) - n * Decimal(m).ln()).exp()


def sharing(n, m):
    if n < 2:
        return Decimal(0)
    if m < 2:
        return Decimal(n)
    return n * (1 - ((n - 1) * (1 - 1 / Decimal(m)).ln()).exp())


def float_text(value):
    return f"{value:.24e}" if value else "0"


def main():
    slots = [1, 2, 5, 253, 365, 1021, 4093, 65533, 16777213, 2**32 - 3, 2**32, 2**40, 2**46]
    ids = [0, 1, 2, 3, 20, 23, 253, 302, 1000, 1023, 1024, 1025, 1026, 2000, 4823, 10_000, 20_001,
           77_164, 100_000, 500_000, 1_000_000, 1_234_567, 10**7, 10**8, 10**9]
    for m in slots:
        for n in ids:
            print(f"{n}\t{m}\t{float_text(probability(n, m))}\t{float_text(sharing(n, m))}")


main()
