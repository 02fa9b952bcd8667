/*
 * data_store: finds and opens the store for the blocks of a Git host's repository: a bucket, a
 * folder, a machine with SFTP, or files of a web server (docs/operate/stores.md).
 *
 * A store in the setting remote.<name>.varveUrl is trusted. If that setting is missing, the store
 * of the committed .varveconfig is used, but contacted only if the user trusts it, like block peers
 * (block_peers.h). A folder on this machine is always trusted.
 */
#ifndef VV_LIB_REMOTES_DATA_STORE_H
#define VV_LIB_REMOTES_DATA_STORE_H

#include <stdbool.h>

#include "base/auto.h"
#include "base/error.h"
#include "lib/remotes/blocks_config.h"
#include "lib/remotes/remote.h"
#include "lib/remotes/transfer.h"
#include "transport/places/packs/host.h"

/* One value = one store. */
typedef struct vv_data_store {
	/* name in .varveconfig, such as "team" or "upstream"; NULL: the URL is from a remote's
	 * setting */
	char *name;
	char *url;    /* URL, or absolute path of a folder; NULL: no store */
	bool trusted; /* may be contacted */
} vv_data_store;

/* Sets *out to the store of the remote m; out->url is NULL if there is none. c: the content of
 * .varveconfig. write: the store is the destination of a push. If the store is not trusted, warns
 * and sets out->trusted to false. VV_EREFUSED: a symbolic link is part of the path. */
vv_status vv_data_store_find(vv_data_store *out, vv_transfer *t, const vv_remote *m,
			     const vv_blocks_config *c, bool write, vv_error *err);
/* Sets *out to the store of the repository from which this one was forked (c->upstream), for
 * reading; out->url is NULL if there is none. */
vv_status vv_data_store_upstream(vv_data_store *out, vv_transfer *t, const vv_remote *m,
				 const vv_blocks_config *c, vv_error *err);
/* Returns true if vv_data_store_find would find a store. Does not prompt the user. */
bool vv_data_store_is_named(const vv_remote *m, const vv_blocks_config *c);
void vv_data_store_clear(vv_data_store *s);
VV_AUTO_CLEAR(vv_data_store, vv_data_store_clear)

/* Sets *out to url, or, if url is a path, to its absolute path. Relative paths are relative to the
 * work tree; in a bare repository, to the repository. The caller frees *out. */
vv_status vv_data_store_absolute(char **out, vv_repository *r, const char *url, vv_error *err);

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

/* Opens the store s as *out, for reading and writing blocks. On failure, *out is NULL, and the
 * message has the name of the store. mend: if the file that marks the store is missing or damaged,
 * but the store has packs, write that file again. take_place: the store that vv_data_store_open has
 * opened, which this function takes over and zeroes; may be NULL, or not open. */
vv_status vv_data_store_host(vv_host **out, const vv_data_store *s, vv_transfer *t, bool mend,
			     vv_place *take_place, vv_error *err);

#endif
