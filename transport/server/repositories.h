/*
 * repositories: opens the repositories of a server. Internal.
 */
#ifndef VV_TRANSPORT_SERVER_REPOSITORIES_H
#define VV_TRANSPORT_SERVER_REPOSITORIES_H

#include "transport/server/state.h"

/* Opens the repository at path as *r, an element of s->repositories; those before it are open. The
 * caller calls http_repository_close, also on failure. VV_EUSAGE: another one has the same name.
 * VV_ENOTFOUND: no such repository. */
vv_status http_repository_open(vv_http_server *s, http_repository *r, const char *path,
			       vv_error *err);
void http_repository_close(http_repository *r); /* accepts a zeroed one, and zeroes it */

/* Opens the repository at path for all later requests of a server that has none. Errors: those of
 * `open` in vv_http_ask. */
vv_status http_server_open(vv_http_server *s, const char *path, vv_error *err);

#endif
