/*
 * auth: rights on a server, from a file, and limits for wrong secrets.
 *
 * A line each: NAME:RIGHTS:HASH, RIGHTS is r or rw, HASH is made by base/secret.h ("varve serve --hash-secret NAME"
 * writes such lines); blank lines and lines that begin with '#' are ignored. Names have no ':' and no control
 * characters. The file is read again when it changed, also when it was replaced or a symbolic link to it leads
 * elsewhere (secret_file.h lists which files are refused). Functions may be called from several threads; secrets are
 * compared one at a time, since each comparison is made to be slow, in turns; correct secrets are remembered until
 * the file changes.
 */
#ifndef VV_TRANSPORT_SERVER_AUTH_H
#define VV_TRANSPORT_SERVER_AUTH_H

#include <stdbool.h>

#include "base/auto.h"
#include "base/error.h"
#include "transport/http/address.h"

/* login: limits the checks of secrets. Each check is made to be slow, so a client that tries many delays itself and not
 * others.
 *
 * For one name at one client (address.h) a few checks may wait for another, and a limited number of secrets may be wrong
 * in a short time: guesses at one name do not lock out others behind the same address. The waiting checks of one client,
 * and of all clients together, are limited, too. Functions may be called from several threads.
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
	uint64_t name; /* a hash, also for unknown names: tries do not show whether a name exists */
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

/* The reason why the current file is not used and the previous rules stay; true once for each
 * reason. */
bool vv_http_auth_trouble(vv_http_auth *a, vv_error *out);

/* Finds the user of this client's Authorization header. VV_EREFUSED: none; VV_ELOCKED: too many
 * checks are waiting, or failed. */
vv_status vv_http_auth_check(vv_http_auth *a, const char *header, const vv_address *client,
			     vv_http_user *out, vv_error *err);

#endif
