/*
 * no_transports: stands in programs for libgit2's network transports and TLS, where they are linked with the static
 * libgit2 (tests/cmake/libgit2.cmake).
 *
 * varve never lets libgit2 talk to a network: git and libcurl do that. The linker finds these functions first, and so
 * leaves out the parts of libgit2 that have them, with Kerberos, mbedTLS and libssh2. A shared libgit2 loads these
 * libraries whenever a program starts, and parses the system's certificates. Were libgit2 to open a connection
 * nevertheless, it would fail.
 */
#include <stdbool.h>

/* Hidden from other libraries, as in libgit2: tests/faults/shim.c finds libvarve by its public functions. */
#pragma GCC visibility push(hidden)

#define REFUSED (-1) /* as libgit2's GIT_ERROR */

#define REFUSES(name)                                                                              \
	int name(void);                                                                            \
	int name(void)                                                                             \
	{                                                                                          \
		return REFUSED;                                                                    \
	}
#define STARTS(name)                                                                               \
	int name(void);                                                                            \
	int name(void)                                                                             \
	{                                                                                          \
		return 0;                                                                          \
	}

REFUSES(git_smart_subtransport_http)
REFUSES(git_smart_subtransport_ssh)
REFUSES(git_transport_ssh_with_paths)
REFUSES(git_mbedtls_stream_new)
REFUSES(git_mbedtls_stream_wrap)
REFUSES(git_mbedtls__set_cert_location)
STARTS(git_transport_ssh_global_init)
STARTS(git_mbedtls_stream_global_init)

extern bool git_http__expect_continue;
bool git_http__expect_continue;
