/*
 * auth: reads a server's users and their rights from a file, checks their secrets, and limits
 * attempts with wrong secrets.
 *
 * The file has one user per line: NAME:RIGHTS:HASH. RIGHTS is r or rw; HASH is a hash as in
 * base/secret.h ("varve serve --hash-secret NAME" writes such lines). Blank lines and lines that
 * begin with '#' are ignored. Names must not contain ':' or control characters. The file is read
 * again when it was changed or replaced, or when a symbolic link to it was changed; secret_file.h
 * describes which files are refused. The functions are thread-safe. Since each comparison of
 * secrets is slow by design, one secret is compared at a time, and correct secrets are cached until
 * the file changes.
 */
#ifndef VV_TRANSPORT_SERVER_AUTH_H
#define VV_TRANSPORT_SERVER_AUTH_H

#include <stdbool.h>

#include "base/auto.h"
#include "base/error.h"
#include "transport/http/address.h"

/* login: limits the checks of secrets. Each check is slow by design. Because of the limits, a
 * client that tries many secrets delays only itself.
 *
 * Each pair of a name and a client (address.h) has limits of its own: for the number of its waiting
 * checks, and for the number of its wrong secrets in a short time. So wrong secrets for one name do
 * not lock out other names at the same address. The waiting checks of one client, and of all
 * clients together, are limited, too. The functions are thread-safe. */

#define VV_LOGIN_WAITING 4u /* most checks of one name and client, including the running one */
#define VV_LOGIN_WAITING_CLIENT 16u /* most checks of one client */
#define VV_LOGIN_WAITING_ALL 32u    /* most checks of all clients */
#define VV_LOGIN_WRONG 10u          /* most wrong secrets in a row */
/* After VV_LOGIN_WRONG wrong secrets, one more attempt is allowed every VV_LOGIN_AGAIN_MS. */
#define VV_LOGIN_AGAIN_MS 6000u

typedef struct vv_login vv_login;

vv_login *vv_login_new(void);    /* NULL: out of memory */
void vv_login_free(vv_login *l); /* accepts NULL */
VV_AUTO_FREE(vv_login, vv_login_free)

/* The name and the client of an attempt. */
typedef struct vv_login_who {
	vv_address client;
	/* a hash of the name; unknown names are limited in the same way, so that a client cannot
	 * find out which names exist */
	uint64_t name;
} vv_login_who;

/* Waits until a secret of `who` may be checked. VV_ELOCKED: a limit was reached. After VV_OK, the
 * caller must call vv_login_end once. */
vv_status vv_login_begin(vv_login *l, const vv_login_who *who, vv_error *err);
/* Ends the check of a secret. wrong: the secret was wrong. */
void vv_login_end(vv_login *l, const vv_login_who *who, bool wrong);

#define VV_HTTP_NAME_MAX 64 /* most bytes of a user's name */

typedef struct vv_http_auth vv_http_auth;

/* Opens and reads the file. VV_EINPUT: a line is invalid; the message has its number. */
vv_status vv_http_auth_open(vv_http_auth **out, const char *file, vv_error *err);
void vv_http_auth_close(vv_http_auth *a); /* accepts NULL */
VV_AUTO_FREE(vv_http_auth, vv_http_auth_close)

/* A user whose secret was checked. */
typedef struct vv_http_user {
	char name[VV_HTTP_NAME_MAX + 1];
	bool may_write;
} vv_http_user;

/* Returns true, and sets *out to the reason, if the file has changed and cannot be used; the
 * previous rules then still apply. Returns true only once for each such reason. */
bool vv_http_auth_trouble(vv_http_auth *a, vv_error *out);

/* Checks header, the value of a client's Authorization header, and sets *out to the user.
 * VV_EREFUSED: no such user, or the secret is wrong. VV_ELOCKED: too many checks are waiting or
 * have failed. */
vv_status vv_http_auth_check(vv_http_auth *a, const char *header, const vv_address *client,
			     vv_http_user *out, vv_error *err);

#endif
