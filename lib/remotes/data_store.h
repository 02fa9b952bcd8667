/*
 * data_store: the store for the blocks of a Git host's repository: a bucket, a folder, a machine with SFTP, or files of a
 * web server (docs/operate/stores.md).
 *
 * Named by remote.<name>.varveUrl, which is trusted, or by the committed .varveconfig, which is contacted only if the
 * user trusts it, as block peers are (block_peers.h).
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

typedef struct vv_data_store {
	char *name; /* "team"; NULL: of a remote's setting */
	char *url;  /* absolute, if a folder, or NULL */
	bool trusted;
} vv_data_store;

/* Finds a remote's store, by .varveconfig; write: the destination of a push. An untrusted one is found, too, with a
 * note. */
vv_status vv_data_store_find(vv_data_store *out, vv_transfer *t, const vv_remote *m,
			     const vv_blocks_config *c, bool write, vv_error *err);
/* The store of the repository that this one was forked from ([store] upstream), to be read. url NULL: none. */
vv_status vv_data_store_upstream(vv_data_store *out, vv_transfer *t, const vv_remote *m,
				 const vv_blocks_config *c, vv_error *err);
/* Is a store named? Asks the user nothing. */
bool vv_data_store_is_named(const vv_remote *m, const vv_blocks_config *c);
void vv_data_store_clear(vv_data_store *s);
VV_AUTO_CLEAR(vv_data_store, vv_data_store_clear)

/* A folder whose path does not begin at the top is below the work tree; owned by the caller. */
vv_status vv_data_store_absolute(char **out, vv_repository *r, const char *url, vv_error *err);

/* May this URL (absolute) in .varveconfig be contacted? VV_EREFUSED: it is not trusted, or a symbolic link leads to
 * it. */
vv_status vv_data_store_may(vv_transfer *t, const char *name, const char *url, vv_error *err);
/* VV_EREFUSED: it is a folder of the work tree, and a link leads there. */
vv_status vv_data_store_check_links(vv_repository *r, const char *url, vv_error *err);
vv_status vv_data_store_refuse(const char *name, vv_error *err);

/* make: it becomes a store if it is empty. VV_ENOTFOUND: it is none. */
vv_status vv_data_store_open(vv_place *out, const char *url, const vv_connect_options *connect,
			     bool make, vv_error *err);

/* A host of the blocks that exist; errors name the store, and *out is NULL then. mend: a mark that is missing or
 * damaged is written if there are packs. take_place: the same, if it is open already; or NULL. */
vv_status vv_data_store_host(vv_host **out, const vv_data_store *s, vv_transfer *t, bool mend,
			     vv_place *take_place, vv_error *err);

#endif
