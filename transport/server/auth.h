/*
 * auth: rights on a server, from a file, and limits for wrong secrets.
 *
 * A line each: NAME:RIGHTS:HASH, RIGHTS being r or rw, HASH as base/secret.h makes it
 * ("varve serve --hash-secret NAME" writes such lines); blank lines and lines that begin with '#' are ignored. Names
 * have no ':' and no control characters. The file is read again when it changed, also when it was replaced or a
 * symbolic link to it leads elsewhere (secret_file.h lists which files are refused). Functions may be called from
 * several threads; secrets are compared one at a time, since each comparison is made to be slow, in turns;
 * what was found right is remembered as long as the file stays as it is.
 */
#ifndef VV_TRANSPORT_SERVER_AUTH_H
#define VV_TRANSPORT_SERVER_AUTH_H

#include <stdbool.h>

#include "base/auto.h"
#include "base/error.h"
#include "transport/http/address.h"

/* login: who may have a secret checked now. Each check is made to be slow, so a client that tries many delays itself
 * and not others.
 *
 * Of one name at one client (address.h) a few may wait while one is checked, and so many secrets may be wrong in a
 * short time: who guesses at one name does not lock out others behind the same address. Of one client, and of all clients
 * together, so many may wait. Functions may be called from several threads.
 */

#define VV_LOGIN_WAITING 4u /* of one name, with the one that is checked */
#define VV_LOGIN_WAITING_CLIENT 16u
#define VV_LOGIN_WAITING_ALL 32u /* of all */
#define VV_LOGIN_WRONG 10u       /* secrets in a row; then */
#define VV_LOGIN_AGAIN_MS 6000u  /* one more after each of these */

typedef struct vv_login vv_login;

vv_login *vv_login_new(void);    /* NULL: out of memory */
void vv_login_free(vv_login *l); /* accepts NULL */
VV_AUTO_FREE(vv_login, vv_login_free)

typedef struct vv_login_who {
	vv_address client;
	uint64_t
		name; /* a hash, of a user or not: a name that does not exist is not told by its tries */
} vv_login_who;

/* Waits for its turn. VV_ELOCKED: not now. Otherwise one call of vv_login_end follows. */
vv_status vv_login_begin(vv_login *l, const vv_login_who *who, vv_error *err);
void vv_login_end(vv_login *l, const vv_login_who *who, bool wrong);

#define VV_HTTP_NAME_MAX 64

typedef struct vv_http_auth vv_http_auth;

/* VV_EINPUT names the line that is wrong. */
vv_status vv_http_auth_open(vv_http_auth **out, const char *file, vv_error *err);
void vv_http_auth_close(vv_http_auth *a); /* accepts NULL */
VV_AUTO_FREE(vv_http_auth, vv_http_auth_close)

typedef struct vv_http_user {
	char name[VV_HTTP_NAME_MAX + 1];
	bool may_write;
} vv_http_user;

/* Why the file as it is now was not taken over, so that the rules are those of before; true once
 * for each reason. */
bool vv_http_auth_trouble(vv_http_auth *a, vv_error *out);

/* Whose credentials the Authorization header of this client holds. VV_EREFUSED: nobody's; VV_ELOCKED:
 * too many are waiting, or were wrong. */
vv_status vv_http_auth_check(vv_http_auth *a, const char *header, const vv_address *client,
			     vv_http_user *out, vv_error *err);

#endif
