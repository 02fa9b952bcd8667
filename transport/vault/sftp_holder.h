/*
 * sftp_holder: a folder of another machine, over SFTP: sftp://[user@]host[:port]/path.
 *
 * The host is reached as varve's ssh reaches one, by libssh2 (docs/channels.md): the same ~/.ssh/config,
 * known_hosts, agent and keys. The folder is laid out and marked as one of this machine is. What has one
 * host is taken to fail together.
 */
#ifndef VV_TRANSPORT_VAULT_SFTP_HOLDER_H
#define VV_TRANSPORT_VAULT_SFTP_HOLDER_H

#include "transport/line/options.h"
#include "transport/line/url.h"
#include "transport/vault/holder.h"

/* connect is used as long as the holder is. make: the folder becomes a holder if it is none.
 * VV_ENOTFOUND: host or folder are not there; VV_EREFUSED: it does not let us in; VV_ENOSUPPORT: ssh is set
 * up so that only its program can reach the host. */
vv_status vv_sftp_holder_open(vv_vault_holder **out, const vv_url *url,
			      const vv_holder_facts *facts, const vv_connect_options *connect,
			      bool make, vv_error *err);

#endif
