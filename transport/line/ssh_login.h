/*
 * ssh_login: connects to a host with libssh2, compares the host's key with known_hosts, and logs in
 * with one of the user's keys.
 *
 * A caller calls vv_ssh_ready, sets the members config, options, name, seconds and fd (to -1), and
 * calls vv_ssh_login_open. It then uses session, and calls vv_ssh_login_close, also after a
 * failure. The session is blocking; each wait in it ends after `seconds`.
 */
#ifndef VV_TRANSPORT_LINE_SSH_LOGIN_H
#define VV_TRANSPORT_LINE_SSH_LOGIN_H

#include <libssh2.h>
#include <stdbool.h>

#include "base/auto.h"
#include "base/error.h"
#include "transport/line/options.h"
#include "transport/line/ssh_config.h"

/* A login and its session. name is borrowed until vv_ssh_login_close; config and options, until
 * vv_ssh_login_open returns. */
typedef struct vv_ssh_login {
	int fd; /* the socket; -1: not connected */
	LIBSSH2_SESSION *session;
	const vv_ssh_config *config;
	const vv_connect_options *options;
	const char *name; /* the peer's name for messages */
	unsigned
		seconds; /* time limit of each wait after the handshake; before: vv_first_sec(options) */
	bool other;      /* set after a failure: the program ssh may succeed */
} vv_ssh_login;

/* Initialises libssh2 for the whole process. Thread-safe; later calls do nothing. */
vv_status vv_ssh_ready(vv_error *err);

/* Connects and logs in, and sets s->session. VV_EREFUSED: the host's key is unknown, wrong or
 * revoked. VV_EREFUSED with err->login: there is no usable key, or the host does not accept any of
 * the user's keys. VV_ENOSUPPORT: libssh2 cannot check the host's key. VV_ENOTFOUND: no such host.
 * VV_EIO: the connection failed or took too long; with err->silent: the host accepted it, but did
 * not answer in time. */
vv_status vv_ssh_login_open(vv_ssh_login *s, vv_error *err);
void vv_ssh_login_close(vv_ssh_login *s);
VV_AUTO_CLEAR(vv_ssh_login, vv_ssh_login_close)

/* Sets err from an error code of libssh2, and returns err's code. what: the failed action, such as
 * "cannot send to". */
vv_status vv_ssh_login_fail(const vv_ssh_login *s, int code, const char *what, vv_error *err);

#endif
