/* SPDX-License-Identifier: MIT */
/*
 * Last include of a stub that included vec_avx2.h or vec_avx512.h: closes the target
 * region those files open, which clang refuses to leave open at the end of a file.
 * Harmless after vec_scalar.h.
 */
#if defined(BP_VEC_POP) && defined(__clang__)
#pragma clang attribute pop
#endif
#undef BP_VEC_POP
