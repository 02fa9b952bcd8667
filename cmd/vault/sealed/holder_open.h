/*
 * holder_open: from a URL to a holder.
 */
#ifndef VV_CMD_VAULT_SEALED_HOLDER_OPEN_H
#define VV_CMD_VAULT_SEALED_HOLDER_OPEN_H

#include "cmd/vault/sealed/holder.h"
#include "lib/remotes/vault_config.h"
#include "transport/line/options.h"

/* A holder's URL in its stored form, owned by the caller: a folder as an absolute path. VV_EUSAGE: it contains a
 * password. */
vv_status vv_vault_holder_url(char **out, const char *text, vv_error *err);

/* VV_EUSAGE: no such kind of holder; VV_ENOTFOUND: it does not exist; never VV_EREFUSED, which means that a holder
 * is full. make: makes a folder a holder if needed. self: the client's key, for holders that require it; NULL:
 * unknown. connect is used as long as the holder. */
vv_status vv_vault_holder_open(vv_vault_holder **out, const vv_holder_config *c, const vv_key *self,
			       const vv_connect_options *connect, bool make, vv_error *err);

#endif
