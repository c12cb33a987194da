/* Takes doubles; gives exp, log and square root to nearly the last bit, the same bits on every machine.
 *
 * libm may round as it likes, so the fit does not call it. What is used instead: +, −, ×, ÷, which IEEE 754 rounds in
 * one way only, and the bits of a double. Three things would break that, and each is excluded where it could enter:
 * wider intermediates (FLT_EVAL_METHOD below), reassociation (-ffast-math, below), and fused multiply-add, which
 * compilers may form across + and × unless told otherwise (-ffp-contract=off in CMakeLists.txt). The rounding mode is
 * the default one, as everywhere in LLVM. */
#include "fit.h"

#include <float.h>
#include <string.h>

_Static_assert(FLT_EVAL_METHOD == 0, "the fit needs doubles that are computed as doubles (on 32-bit x86: -msse2)");
#ifdef __FAST_MATH__
#error "the fit needs IEEE arithmetic; build without -ffast-math"
#endif

static const double LN2_HIGH = 0x1.62e42fefa0000p-1; /* 41 bits, so that n × LN2_HIGH is exact */
static const double LN2_LOW = 0x1.cf79abc9e3b3ap-40;

static uint64_t get_bits(double x) {
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static double make_double(uint64_t bits) {
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* exp(x) = 2ⁿ · exp(r), |r| ≤ ln 2 / 2: there thirteen terms of the series reach the last bit. Odd and even terms are
 * summed apart, so that two sums run at a time. */
double pgo_exp(double x) {
    if (!(x > -700)) x = -700;
    if (x > 700) x = 700;
    /* Adding 1.5 · 2⁵² leaves no bits for a fraction: rounds to the nearest integer. */
    const double shift = 0x1.8p52;
    double n = x * (1 / 0.6931471805599453) + shift - shift;
    double r = (x - n * LN2_HIGH) - n * LN2_LOW, square = r * r;
    double even = 1. / 479001600, odd = 1. / 6227020800;
    even = even * square + 1. / 3628800;
    odd = odd * square + 1. / 39916800;
    even = even * square + 1. / 40320;
    odd = odd * square + 1. / 362880;
    even = even * square + 1. / 720;
    odd = odd * square + 1. / 5040;
    even = even * square + 1. / 24;
    odd = odd * square + 1. / 120;
    even = even * square + 1. / 2;
    odd = odd * square + 1. / 6;
    double sum = 1 + (r + square * (even + r * odd));
    return sum * make_double((uint64_t)(1023 + (int64_t)n) << 52);
}

/* log(x) = n · ln 2 + log(m), m in [√½, √2), log(m) = 2 artanh(s), s = (m − 1) / (m + 1): twelve terms. */
double pgo_log(double x) {
    if (!(x > DBL_MIN)) x = DBL_MIN;
    if (x > DBL_MAX) x = DBL_MAX;
    uint64_t bits = get_bits(x);
    int n = (int)(bits >> 52) - 1023;
    double m = make_double((bits & 0xfffffffffffff) | (uint64_t)1023 << 52);
    if (m > 1.4142135623730951) {
        m /= 2;
        n++;
    }
    double s = (m - 1) / (m + 1), square = s * s, fourth = square * square;
    double even = 1. / 21, odd = 1. / 23; /* s⁴, s⁸ … and s², s⁶ … of artanh(s) / s − 1 */
    even = even * fourth + 1. / 17;
    odd = odd * fourth + 1. / 19;
    even = even * fourth + 1. / 13;
    odd = odd * fourth + 1. / 15;
    even = even * fourth + 1. / 9;
    odd = odd * fourth + 1. / 11;
    even = even * fourth + 1. / 5;
    odd = odd * fourth + 1. / 7;
    even = even * fourth;
    odd = odd * fourth + 1. / 3;
    double rest = even + odd * square;
    return n * LN2_HIGH + (2 * s + (2 * s * rest + n * LN2_LOW));
}

/* The sqrt instruction would be exact too, but compilers make a call of libm's sqrt for negative numbers. */
double pgo_square_root(double x) {
    return pgo_exp(pgo_log(x) / 2);
}
