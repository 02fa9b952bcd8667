/*
 * holder_open: opens the holder at a URL.
 */
#ifndef VV_CMD_VAULT_SEALED_HOLDER_OPEN_H
#define VV_CMD_VAULT_SEALED_HOLDER_OPEN_H

#include "cmd/vault/sealed/holder.h"
#include "lib/remotes/vault_config.h"
#include "transport/line/options.h"

/* Sets *out to text, the URL of a holder, in the form in which settings store it: the path of a
 * folder becomes absolute. The caller frees *out with vv_free. VV_EUSAGE: the URL contains a
 * password. */
vv_status vv_vault_holder_url(char **out, const char *text, vv_error *err);

/* Opens the holder described by c. make: makes and marks the holder if it does not exist yet. self:
 * the client's key, for holders that require it; NULL: the client has no key. connect must outlive
 * the holder. VV_EUSAGE: a URL of this kind cannot be a holder; VV_ENOTFOUND: the holder does not
 * exist; VV_EREFUSED: the server has a different key than c, or does not keep copies;
 * VV_ENOSUPPORT: the server cannot keep copies. */
vv_status vv_vault_holder_open(vv_vault_holder **out, const vv_holder_config *c, const vv_key *self,
			       const vv_connect_options *connect, bool make, vv_error *err);

/* Opens only the place where the holder stores its data, for tests. Parameters and errors are as for
 * vv_vault_holder_open. */
vv_status vv_vault_place_open(vv_place *out, const vv_holder_config *c, const vv_key *self,
			      const vv_connect_options *connect, bool make, vv_error *err);

#endif
