/*
 * server_holder: a varve server that keeps copies for others (`varve serve --hold`), over HTTP or ssh.
 *
 * It thinks: it takes what place records name, audits by sending one leaf, signs receipts with its key,
 * and refuses to let go of copies before their term. The key is known from the first time on
 * (vv_holder_facts.key): another one later is an error. Messages: hold_message.h.
 */
#ifndef VV_CMD_VAULT_SEALED_SERVER_HOLDER_H
#define VV_CMD_VAULT_SEALED_SERVER_HOLDER_H

#include "cmd/vault/sealed/holder.h"
#include "transport/line/options.h"
#include "transport/line/url.h"

/* Connects. connect is borrowed until close. VV_ENOSUPPORT: it cannot keep copies; VV_EREFUSED: it does
 * not, or has another key than before. */
vv_status vv_server_holder_open(vv_vault_holder **out, const vv_url *url,
				const vv_holder_facts *facts, const vv_connect_options *connect,
				vv_error *err);

#endif
