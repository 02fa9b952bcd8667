/*
 * ssh_login: connects and logs in with libssh2: compares the host's key with known_hosts, and logs
 * in with one of the user's keys.
 *
 * A correct caller: vv_ssh_ready; set config, options, name and seconds, and set fd to -1;
 * vv_ssh_login_open; use session; vv_ssh_login_close, also after a failure. The session is
 * blocking, with `seconds` as its time limit.
 */
#ifndef VV_TRANSPORT_LINE_SSH_LOGIN_H
#define VV_TRANSPORT_LINE_SSH_LOGIN_H

#include <libssh2.h>
#include <stdbool.h>

#include "base/auto.h"
#include "base/error.h"
#include "transport/line/options.h"
#include "transport/line/ssh_config.h"

/* A login and its session. config, options and name are borrowed; config and options only until
 * vv_ssh_login_open returns. */
typedef struct vv_ssh_login {
	int fd; /* the socket; -1: not connected */
	LIBSSH2_SESSION *session;
	const vv_ssh_config *config;
	const vv_connect_options *options;
	const char *name; /* the peer's name for messages */
	unsigned seconds; /* time limit of each wait */
	bool other;       /* after a failure: the program ssh may succeed */
} vv_ssh_login;

/* Initialises libssh2 for use from all threads, until the process ends. */
vv_status vv_ssh_ready(vv_error *err);

/* Connects and logs in, and sets s->session. VV_EREFUSED: the host's key is unknown or wrong, or
 * the host does not accept any of the user's keys. */
vv_status vv_ssh_login_open(vv_ssh_login *s, vv_error *err);
void vv_ssh_login_close(vv_ssh_login *s);
VV_AUTO_CLEAR(vv_ssh_login, vv_ssh_login_close)

/* Sets err from an error code of libssh2, and returns err's code. what describes the failed action
 * ("cannot send to"). */
vv_status vv_ssh_login_fail(const vv_ssh_login *s, int code, const char *what, vv_error *err);

#endif
