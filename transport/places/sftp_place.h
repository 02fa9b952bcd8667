/*
 * sftp_place: a folder of another machine, over SFTP: sftp://[user@]host[:port]/path.
 *
 * The host is reached as varve's ssh reaches one, by libssh2 (docs/operate/serve.md): the same ~/.ssh/config,
 * known_hosts, agent and keys. The folder is laid out and marked as one of this machine is. What has one
 * host is taken to fail together.
 */
#ifndef VV_TRANSPORT_PLACES_SFTP_PLACE_H
#define VV_TRANSPORT_PLACES_SFTP_PLACE_H

#include "transport/line/options.h"
#include "transport/line/url.h"
#include "transport/places/place.h"

/* connect is used as long as the place is. make: the folder is made, and marked, if it is not.
 * VV_ENOTFOUND: host or folder are not there; VV_EREFUSED: it does not let us in; VV_ENOSUPPORT: ssh is set
 * up so that only its program can reach the host. */
vv_status vv_sftp_place_open(vv_place *out, const vv_url *url, const vv_place_facts *facts,
			     const vv_connect_options *connect, bool make, vv_error *err);

#endif
