/*
 * ssh_login: a session of libssh2 that is logged in: the host's key was compared with known_hosts, and a
 * key of the user's was taken.
 *
 * A correct caller: vv_ssh_ready; sets config, options, name and seconds, and fd to -1; open; works with
 * session; close, on failure also. The session is blocking, with the timeout.
 */
#ifndef VV_TRANSPORT_LINE_SSH_LOGIN_H
#define VV_TRANSPORT_LINE_SSH_LOGIN_H

#include <libssh2.h>
#include <stdbool.h>

#include "base/auto.h"
#include "base/error.h"
#include "transport/line/options.h"
#include "transport/line/ssh_config.h"

/* Its pointers are borrowed; only open uses config and options. */
typedef struct vv_ssh_login {
	int fd; /* -1: none */
	LIBSSH2_SESSION *session;
	const vv_ssh_config *config;
	const vv_connect_options *options;
	const char *name; /* of the peer, for messages */
	unsigned seconds; /* the longest wait */
	bool other;       /* after a failure: the ssh program may do better */
} vv_ssh_login;

/* libssh2 is ready to be used from any thread, for as long as the process lives. */
vv_status vv_ssh_ready(vv_error *err);

/* VV_EREFUSED: a host key that is not known or not right, or no key of ours is taken. */
vv_status vv_ssh_login_open(vv_ssh_login *s, vv_error *err);
void vv_ssh_login_close(vv_ssh_login *s);
VV_AUTO_CLEAR(vv_ssh_login, vv_ssh_login_close)

/* Sets err from a code of libssh2; what: the failed action ("cannot send to"). */
vv_status vv_ssh_login_fail(const vv_ssh_login *s, int code, const char *what, vv_error *err);

#endif
