/*
 * data_store: opens the store for the blocks of a Git host's repository: a bucket, a
 * folder, a machine with SFTP, or files of a web server (docs/operate/stores.md).
 *
 * A store in the setting remote.<name>.varveUrl is trusted. If that setting is missing, the store
 * of the committed .varveconfig is used, but contacted only if the user trusts it, like block peers
 * (block_peers.h). A folder on this machine is always trusted.
 */
#ifndef VV_LIB_REMOTES_DATA_STORE_H
#define VV_LIB_REMOTES_DATA_STORE_H

#include <stdbool.h>

#include "base/error.h"
#include "lib/remotes/blocks_sources.h"
#include "lib/remotes/remote.h"
#include "lib/remotes/transfer.h"
#include "transport/places/packs/host.h"

/* Determines whether the source s of the remote m may be contacted, and sets s->trusted. If
 * necessary, asks the user at the terminal; if the source is not trusted, sends a note. */
vv_status vv_blocks_source_ask(vv_blocks_source *s, vv_transfer *t, const vv_remote *m,
			       vv_error *err);

/* Returns VV_OK if url, an absolute URL in .varveconfig, may be contacted. May prompt the user.
 * VV_EREFUSED: the URL is not trusted, or a symbolic link is part of the path. name: the store's
 * name, for messages. */
vv_status vv_data_store_may(vv_transfer *t, const char *name, const char *url, vv_error *err);
/* Returns VV_EREFUSED if url is an absolute path in the work tree, and a part of this path is a
 * symbolic link; else VV_OK. */
vv_status vv_data_store_check_links(vv_repository *r, const char *url, vv_error *err);
/* Returns VV_EREFUSED, with the message that the store `name` is not trusted. */
vv_status vv_data_store_refuse(const char *name, vv_error *err);

/* Opens the store at `url` as *out. make: if there are no files at url, create the store.
 * VV_ENOTFOUND: url has no store. VV_EREFUSED: `make` is set, and the folder has other files. */
vv_status vv_data_store_open(vv_place *out, const char *url, const vv_connect_options *connect,
			     bool make, vv_error *err);

/* Opens the store s as s->host, for reading and writing blocks. On failure, the message has the name
 * of the store. mend: if the file that marks the store is missing or damaged,
 * but the store has packs, write that file again. take_place: the store that vv_data_store_open has
 * opened, owned by this function from then on; may be NULL. */
vv_status vv_data_store_host(vv_blocks_source *s, vv_transfer *t, bool mend, vv_place *take_place,
			     vv_error *err);

#endif
