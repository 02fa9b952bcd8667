/*
 * resolv: the part of the header of macOS that transport/line/txt.c uses. zig does not include this
 * header. A caller may use only the first two members of the state, which has room for the
 * library's state.
 */
#ifndef RESOLV_H
#define RESOLV_H

#include <arpa/nameser.h>

#define __res_state __res_9_state
#define res_ninit res_9_ninit
#define res_nclose res_9_nclose
#define res_nmkquery res_9_nmkquery
#define res_nsend res_9_nsend

struct __res_9_state {
	int retrans, retry;
	unsigned long others[127];
};

int res_ninit(struct __res_state *);
void res_nclose(struct __res_state *);
int res_nmkquery(struct __res_state *, int, const char *, int, int, const unsigned char *, int,
		 const unsigned char *, unsigned char *, int);
int res_nsend(struct __res_state *, const unsigned char *, int, unsigned char *, int);

#endif
