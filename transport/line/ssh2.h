/*
 * ssh2: one session of libssh2, shared by the sources that make and use it.
 */
#ifndef VV_TRANSPORT_LINE_SSH2_H
#define VV_TRANSPORT_LINE_SSH2_H

#include <libssh2.h>

#include "transport/line/ssh.h"

typedef struct vv_ssh2 {
	int fd; /* -1: none */
	LIBSSH2_SESSION *session;
	const vv_ssh_config *config;
	const vv_connect_options *options;
	const char *name; /* of the peer, for messages */
	unsigned seconds; /* the longest wait */
	bool other;       /* the ssh program may do better */
} vv_ssh2;

/* Connects, checks the host's key, and proves who the user is. The session is then blocking,
 * with s->seconds as its limit. On failure s is as vv_ssh2_logout leaves it. */
vv_status vv_ssh2_login(vv_ssh2 *s, vv_error *err);
/* Ends the session, whatever its state, within two seconds. */
void vv_ssh2_logout(vv_ssh2 *s);

/* Puts libssh2's own words behind ours; code is what it returned. A time-out becomes the usual
 * message. */
vv_status vv_ssh2_fail(const vv_ssh2 *s, int code, const char *what, vv_error *err);

/* ssh2_host.c: the session's host key against known_hosts; an unknown one is asked about where
 * somebody can be asked. *types: what to prefer in the handshake, owned; *other is set when the
 * files have what only the ssh program can use. */
vv_status vv_ssh2_host_types(char **types, vv_ssh2 *s, vv_error *err);
vv_status vv_ssh2_host_check(vv_ssh2 *s, vv_error *err);

#endif
