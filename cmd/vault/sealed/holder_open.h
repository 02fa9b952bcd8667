/*
 * holder_open: opens the holder at a URL.
 */
#ifndef VV_CMD_VAULT_SEALED_HOLDER_OPEN_H
#define VV_CMD_VAULT_SEALED_HOLDER_OPEN_H

#include "cmd/vault/sealed/holder.h"
#include "lib/remotes/vault_config.h"
#include "transport/line/options.h"

/* Sets *out to the URL text in the form that settings store: the path of a folder becomes absolute.
 * The caller frees *out with vv_free. VV_EUSAGE: the URL contains a password. */
vv_status vv_vault_holder_url(char **out, const char *text, vv_error *err);

/* Opens the holder that c describes. make: create and mark the holder if it does not exist yet.
 * self: the client's key, with which a server lists vaults; NULL: the client has no key, and a
 * server does not list vaults. connect must outlive the holder; c and self need not. VV_EUSAGE: a
 * URL of this kind cannot be a holder. VV_ENOTFOUND: the holder does not exist. VV_EREFUSED: the
 * server does not have the key in c, or does not keep copies. VV_ENOSUPPORT: the server cannot keep
 * copies, or uses another version of the protocol. */
vv_status vv_vault_holder_open(vv_vault_holder **out, const vv_holder_config *c, const vv_key *self,
			       const vv_connect_options *connect, bool make, vv_error *err);

/* Opens the place of the holder without the holder. Parameters and errors are those of
 * vv_vault_holder_open. Outside holder_open.c, only tests call this function. */
vv_status vv_vault_place_open(vv_place *out, const vv_holder_config *c, const vv_key *self,
			      const vv_connect_options *connect, bool make, vv_error *err);

#endif
