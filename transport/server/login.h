/*
 * login: who may have a secret checked now. Each check is made to be slow, so a client that tries many delays itself
 * and not others.
 *
 * Of one client (address.h) a few may wait while one is checked, and so many secrets may be wrong in a
 * short time; of all clients together, so many may wait. Functions may be called from several threads.
 */
#ifndef VV_TRANSPORT_SERVER_LOGIN_H
#define VV_TRANSPORT_SERVER_LOGIN_H

#include "base/auto.h"
#include "base/error.h"
#include "transport/http/address.h"

#define VV_LOGIN_WAITING 4u      /* of one client, with the one that is checked */
#define VV_LOGIN_WAITING_ALL 32u /* of all */
#define VV_LOGIN_WRONG 10u       /* secrets in a row; then */
#define VV_LOGIN_AGAIN_MS 6000u  /* one more after each of these */

typedef struct vv_login vv_login;

vv_login *vv_login_new(void);    /* NULL: out of memory */
void vv_login_free(vv_login *l); /* accepts NULL */
VV_AUTO_FREE(vv_login, vv_login_free)

/* Waits for its turn. VV_ELOCKED: not now. Otherwise one call of vv_login_end follows. */
vv_status vv_login_begin(vv_login *l, const vv_address *client, vv_error *err);
void vv_login_end(vv_login *l, const vv_address *client, bool wrong);

#endif
