/*
 * auth: reads a server's users and their rights from a file, checks their secrets, and limits
 * attempts with wrong secrets.
 *
 * Each line of the file is a user: NAME:RIGHTS:HASH. A name occurs once, and has 1 to
 * VV_HTTP_NAME_MAX bytes, without ':' and control characters. RIGHTS is r or rw. HASH is a hash as
 * in base/secret.h. "varve serve --hash-secret NAME" writes such lines. Empty lines and lines that
 * begin with '#' are ignored. secret_file.h describes which files are refused.
 *
 * The file is read again when it was changed or replaced, or when a symbolic link to it was
 * changed. Each comparison of secrets is slow by design. Therefore only one secret is compared at a
 * time, and correct secrets are cached until the file changes. The functions are thread-safe.
 */
#ifndef VV_TRANSPORT_SERVER_AUTH_H
#define VV_TRANSPORT_SERVER_AUTH_H

#include <stdbool.h>

#include "base/auto.h"
#include "base/error.h"
#include "transport/http/address.h"

/* login: limits the checks of secrets, so that a client that tries many secrets delays only itself.
 *
 * Each pair of a name and a client (address.h) has limits of its own: one for its waiting checks,
 * and one for its wrong secrets in a short time. So wrong secrets for one name do not lock out
 * other names at the same address. There are also limits for the waiting checks of one client, and
 * of all clients together. The functions are thread-safe. */

#define VV_LOGIN_WAITING 4u /* most checks of one name and client, including the running one */
#define VV_LOGIN_WAITING_CLIENT 16u /* most checks of one client */
#define VV_LOGIN_WAITING_ALL 32u    /* most checks of all clients */
#define VV_LOGIN_WRONG 10u          /* most wrong secrets in a short time */
/* After VV_LOGIN_WRONG wrong secrets, one more attempt is allowed every VV_LOGIN_AGAIN_MS. */
#define VV_LOGIN_AGAIN_MS 6000u

typedef struct vv_login vv_login;

vv_login *vv_login_new(void);    /* NULL: out of memory */
void vv_login_free(vv_login *l); /* accepts NULL */
VV_AUTO_FREE(vv_login, vv_login_free)

/* The name and the client of an attempt. */
typedef struct vv_login_who {
	vv_address client;
	/* a hash of the name. Names that do not exist have the same limits, so that a client cannot
	 * find out which names exist */
	uint64_t name;
} vv_login_who;

/* Waits until a secret of `who` may be checked. After VV_OK, the caller checks the secret, and
 * calls vv_login_end. VV_ELOCKED: a limit is reached; the caller does not call vv_login_end. */
vv_status vv_login_begin(vv_login *l, const vv_login_who *who, vv_error *err);
/* Ends the check of a secret. wrong: the secret was wrong. */
void vv_login_end(vv_login *l, const vv_login_who *who, bool wrong);

#define VV_HTTP_NAME_MAX 64 /* most bytes of a user's name */

typedef struct vv_http_auth vv_http_auth;

/* Opens and reads the file. VV_EINPUT: a line is invalid, and the message has its number; or the
 * path is not a regular file. VV_ENOTFOUND: no such file. VV_EREFUSED: secret_file.h does not allow
 * the file, or it has more than 1 MiB. */
vv_status vv_http_auth_open(vv_http_auth **out, const char *file, vv_error *err);
void vv_http_auth_close(vv_http_auth *a); /* accepts NULL */
VV_AUTO_FREE(vv_http_auth, vv_http_auth_close)

/* A user whose secret was checked. */
typedef struct vv_http_user {
	char name[VV_HTTP_NAME_MAX + 1];
	bool may_write;
} vv_http_user;

/* Returns true if the file was changed and cannot be used, and sets *out to the reason. The
 * previous users then still apply. Returns true once for each such change. */
bool vv_http_auth_trouble(vv_http_auth *a, vv_error *out);

/* Checks `header`, the value of a client's Authorization header, and sets *out to the user.
 * VV_EREFUSED: no such user, the secret is wrong, or the header is malformed. VV_ELOCKED: too many
 * checks wait or have failed (vv_login_begin). */
vv_status vv_http_auth_check(vv_http_auth *a, const char *header, const vv_address *client,
			     vv_http_user *out, vv_error *err);

#endif
