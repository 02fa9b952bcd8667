/*
 * connect: opens a channel to the repository at a URL.
 */
#ifndef VV_TRANSPORT_PROTOCOL_CONNECT_H
#define VV_TRANSPORT_PROTOCOL_CONNECT_H

#include "base/error.h"
#include "transport/line/channel.h"
#include "transport/line/options.h"
#include "transport/line/url.h"

/* Returns true if path, the path of a repository on this machine, exists; as in git, its ending
 * ".git" may be left out. */
bool vv_connect_finds(const char *path);

/* Opens a channel to the repository at the URL, and reads the greeting. For an HTTP URL, sends and
 * reads nothing yet. What the members of o point to must outlive the channel.
 *
 * VV_EUSAGE: the URL does not name a repository of a peer: it names an IPFS source, a place or a
 * holder. VV_ENOTFOUND: no such repository or host, or the host does not have varve. VV_EPROGRAM:
 * this machine does not have the program ssh or varve. VV_EREFUSED: the host's key or certificate
 * is not trusted, or the host does not accept the login; in the second case, err->login is set.
 * VV_ENOSUPPORT: the URL has git's protocol (git://), libcurl is missing, or the peer has another
 * version of the protocol. VV_EIO: the connection failed; err->silent is set if the peer did not
 * answer in time. */
vv_status vv_connect(vv_channel **out, const vv_url *url, const vv_connect_options *o,
		     vv_error *err);

#endif
