// Whether kernels for the instruction sets of x86-64 are part of this build.
#pragma once

#if defined(__x86_64__) && defined(__GNUC__)
#define VMNET_X86_KERNELS 1
#else
#define VMNET_X86_KERNELS 0
#endif
