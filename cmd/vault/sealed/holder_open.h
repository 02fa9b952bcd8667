/*
 * holder_open: from a URL to a holder.
 */
#ifndef VV_CMD_VAULT_SEALED_HOLDER_OPEN_H
#define VV_CMD_VAULT_SEALED_HOLDER_OPEN_H

#include "cmd/vault/sealed/holder.h"
#include "lib/remotes/vault_config.h"
#include "transport/line/options.h"

/* A holder's URL as it is kept, the caller's: a folder as an absolute path. VV_EUSAGE: it has a password in it. */
vv_status vv_vault_holder_url(char **out, const char *text, vv_error *err);

/* VV_EUSAGE: no such kind of holder; VV_ENOTFOUND: it is not there; never VV_EREFUSED, by which
 * holders say that they are full. make: a folder is made a holder if
 * it is none. self: the client's key, where a holder wants to know; NULL: not known. connect is used as long as the
 * holder is. */
vv_status vv_vault_holder_open(vv_vault_holder **out, const vv_holder_config *c, const vv_key *self,
			       const vv_connect_options *connect, bool make, vv_error *err);

#endif
